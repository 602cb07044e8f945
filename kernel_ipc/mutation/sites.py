# SPDX-License-Identifier: MIT
"""Where a C source can be changed, and the text that carries all changes at once.

Every change is chosen at run time: `planted(n)` is true for the one that the environment names (selector.c), so one
build of the core serves all of them. Only code in function bodies is touched; preprocessor lines, comments, strings
and declarations without a value stay as they are. The house style helps: a statement that fits a line stands on one,
and every branch has braces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

SWAPS = {
    "==": ("!=",),
    "!=": ("==",),
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
}
RELATION = re.compile(r"(?<![-<>=!])(==|!=|<=|>=|<|>)(?![<>=])")
CONDITION = re.compile(r"\b(if|while|KIPC_GUARD)\s*\(")
RETURN = re.compile(r"\breturn ([^;?]*);")
ASSIGNMENT = re.compile(r"^(\s+)(\*?[A-Za-z_][\w.\[\]]*(?:->[\w.\[\]]+)*\s(?:[-+|&^]?=)\s[^;={}]*;)$", re.MULTILINE)
CALL = re.compile(r"^(\s+)((?:\(void\))?[a-z_]\w*\([^;{}]*\);)$", re.MULTILINE)
ONE = re.compile(r"(?<=[\w)\]] [-+] )1\b(?!\w)")


@dataclass(frozen=True)
class Mutant:
    """One change: its number, where it is, the kind of change, and the code before and after."""

    number: int
    file: str
    line: int
    operator: str
    before: str
    after: str


@dataclass
class Edit:
    """Text that replaces a passage of the source."""

    start: int
    end: int
    text: str


@dataclass
class Site:
    """One source while it is rewritten."""

    file: str
    text: str
    first: int
    mutants: list[Mutant] = field(default_factory=list)
    edits: list[Edit] = field(default_factory=list)

    def plant(self, position: int, operator: str, before: str, after: str) -> str:
        """Adds a change; gives the condition under which it is in force."""
        number = self.first + len(self.mutants)
        line = self.text.count("\n", 0, position) + 1
        self.mutants.append(Mutant(number, self.file, line, operator, squeeze(before), squeeze(after)))
        return f"planted({number}u)"


def squeeze(text: str) -> str:
    """A passage on one line."""
    return " ".join(text.split())


def mask(text: str) -> str:
    """The text with comments, strings and preprocessor lines blanked, every other character at its place."""
    pattern = re.compile(
        r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
        re.DOTALL | re.MULTILINE,
    )
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def closing(text: str, opening: int) -> int:
    """Where the bracket at `opening` closes."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    depth = 0
    for position in range(opening, len(text)):
        if text[position] in pairs:
            depth += 1
        elif text[position] in pairs.values():
            depth -= 1
            if depth == 0:
                return position
    raise ValueError(f"the bracket at {opening} does not close")


def bodies(masked: str) -> list[tuple[int, int]]:
    """Start and end of each function's body."""
    found = []
    position = 0
    while (position := masked.find("{", position)) >= 0:
        end = closing(masked, position)
        if masked[:position].rstrip().endswith(")"):
            found.append((position, end))
        position = end
    return found


def split(text: str, separators: tuple[str, ...]) -> list[tuple[int, int, str]]:
    """Parts of an expression between separators outside of brackets: start, end, and the separator that follows."""
    parts = []
    depth = start = position = 0
    while position < len(text):
        depth += (text[position] in "([{") - (text[position] in ")]}")
        separator = next((mark for mark in separators if depth == 0 and text.startswith(mark, position)), "")
        if separator:
            parts.append((start, position, separator))
            position += len(separator)
            start = position
        else:
            position += 1
    parts.append((start, len(text), ""))
    return parts


def relation(atom: str) -> re.Match[str] | None:
    """The one comparison of an atom that stands outside of brackets, if there is exactly one."""
    flat = list(atom)
    depth = 0
    for position, character in enumerate(atom):
        depth -= character in ")]}"
        if depth > 0:
            flat[position] = "_"
        depth += character in "([{"
    found = list(RELATION.finditer("".join(flat).replace("->", "__")))
    return found[0] if len(found) == 1 else None


def is_truth(expression: str) -> bool:
    """True if a value can only be 0 or 1: a comparison, or parts joined by && and ||."""
    if len(split(expression, ("||",))) > 1 or len(split(expression, ("&&",))) > 1:
        return True
    return relation(expression) is not None


def rewrite_atom(site: Site, position: int, atom: str) -> str:
    """A part of a condition, with its own changes."""
    found = relation(atom)
    if found is None:
        condition = site.plant(position, "negate", atom, f"!({atom})")
        return f"({condition} ? !({atom}) : !!({atom}))"
    left, right, text = atom[: found.start()], atom[found.end() :], f"({atom})"
    for other in SWAPS[found.group(1)]:
        after = f"{left}{other}{right}"
        text = f"({site.plant(position, 'compare', atom, after)} ? ({after}) : {text})"
    return text


def rewrite_condition(site: Site, start: int, end: int, can_force: bool) -> None:
    """A condition: each of its parts, the words between them, and the whole of it."""
    original = site.text[start:end]
    masked = mask(original)
    if "?" in masked or "{" in masked or squeeze(original) in ("true", "false", ""):
        return
    mark, other = ("||", "&&") if len(split(masked, ("||",))) > 1 else ("&&", "||")
    parts = split(masked, (mark,))
    mixed = any(("&&" if mark == "||" else "||") in masked[first:last] for first, last, _ in parts)
    texts = []
    for first, last, _ in parts:
        atom = original[first:last]
        lead = len(atom) - len(atom.lstrip())
        has_words = "&&" in atom or "||" in atom
        texts.append(atom if has_words else rewrite_atom(site, start + first + lead, atom.strip()))
    text = f" {mark} ".join(texts)
    if len(parts) > 1 and not mixed:
        after = original.replace(mark, other)
        text = f"{site.plant(start, 'and or', original, after)} ? ({after}) : ({text})"
    if can_force and len(parts) > 1:
        text = f"{site.plant(start, 'force', original, '0')} ? 0 : ({text})"
        text = f"{site.plant(start, 'force', original, '1')} ? 1 : ({text})"
    site.edits.append(Edit(start, end, f"({text})"))


def conditions(site: Site, masked: str, start: int, end: int) -> None:
    """Conditions of one function."""
    for found in CONDITION.finditer(masked, start, end):
        opening = found.end() - 1
        last = closing(masked, opening)
        if found.group(1) == "KIPC_GUARD":
            parts = split(masked[opening + 1 : last], (",",))
            last = opening + 1 + parts[-2][1]
        # A loop that never ends is caught by its time, and that is dear.
        rewrite_condition(site, opening + 1, last, found.group(1) != "while")
    for found in RETURN.finditer(masked, start, end):
        if is_truth(found.group(1)):
            rewrite_condition(site, found.start(1), found.end(1), can_force=True)


def statements(site: Site, masked: str, start: int, end: int) -> None:
    """Assignments and calls of one function that can be left out; a step of one that can be left out."""
    for pattern, operator in ((ASSIGNMENT, "no assignment"), (CALL, "no call")):
        for found in pattern.finditer(masked, start, end):
            first, last = found.start(2), found.end(2)
            before = site.text[first:last]
            if masked[:first].rstrip()[-1] not in ";{}":
                continue  # the rest of a statement that began on another line
            if before.startswith(("return", "KIPC_", "goto", "sizeof")) or "__asm__" in before:
                continue
            text = before
            if operator == "no assignment":
                for one in reversed(list(ONE.finditer(before))):
                    after = before[: one.start()] + "0" + before[one.end() :]
                    condition = site.plant(first + one.start(), "no one", before, after)
                    text = text[: one.start()] + f"!{condition}" + text[one.end() :]
            condition = site.plant(first, operator, before, "")
            site.edits.append(Edit(first, last, f"if (!{condition}) {{ {text} }}"))


def rewrite(file: str, text: str, first: int) -> tuple[str, list[Mutant]]:
    """A source with all its changes, the first one numbered `first`; and the changes."""
    site = Site(file, text, first)
    masked = mask(text)
    for start, end in bodies(masked):
        conditions(site, masked, start, end)
        statements(site, masked, start, end)
    kept: list[Edit] = []
    for edit in sorted(site.edits, key=lambda item: (item.start, -item.end)):
        # One inside another is part of a text that is replaced already; its changes are dropped with it.
        if not kept or edit.start >= kept[-1].end:
            kept.append(edit)
    result = text
    for edit in reversed(kept):
        result = result[: edit.start] + edit.text + result[edit.end :]
    numbers = {int(number) for number in re.findall(r"planted\((\d+)u\)", result)}
    return result, [mutant for mutant in site.mutants if mutant.number in numbers]
