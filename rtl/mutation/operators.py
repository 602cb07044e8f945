# SPDX-License-Identifier: MIT
"""What can be done to an expression: each change is one slip of the kind that a designer makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rtl.mutation.sites import Site, plain
from rtl.mutation.tokens import OPENING, Token, matching

BINARY = {
    "==": ("!=",),
    "!=": ("==",),
    "&&": ("||",),
    "||": ("&&",),
    "&": ("|",),
    "|": ("&",),
    "^": ("|",),
    "<": ("<=",),
    "<=": ("<",),
    ">": (">=",),
    ">=": (">",),
    "+": ("-",),
    "-": ("+",),
    "<<": (">>",),
    ">>": ("<<",),
}
REDUCTIONS = {"&": "|", "|": "&"}
BOOLEAN = frozenset(("==", "!=", "&&", "||", "!", "<", "<=", ">", ">="))
CONTEXT_FREE = re.compile(r"(?:(\d+)?'([bodhBODH]))?([0-9a-fA-F_]+)")
BASES = {"b": 2, "o": 8, "d": 10, "h": 16}
FORMATS = {2: "b", 8: "o", 10: "d", 16: "x"}


@dataclass(frozen=True)
class Change:
    """One change: the operator's name and what the expression becomes."""

    operator: str
    text: str


def protected(tokens: tuple[Token, ...]) -> set[int]:
    """Indices of tokens that must stay as they are: selects, counts of replications, widths of casts, system calls."""
    kept: set[int] = set()
    listed = list(tokens)
    for index, token in enumerate(listed):
        before = listed[index - 1] if index else None
        after = listed[index + 1] if index + 1 < len(listed) else None
        if token.kind == "operator" and token.text == "[":
            kept.update(range(index, matching(listed, index) + 1))
        elif token.text == "{" and token.kind == "operator":
            inner = next(
                (at for at in range(index + 1, matching(listed, index)) if listed[at].text in ("{", ",")), index
            )
            if listed[inner].text == "{" and inner > index + 1:
                kept.update(range(index + 1, inner))
        elif token.text == "(" and token.kind == "operator":
            close = matching(listed, index)
            cast = close + 1 < len(listed) and listed[close + 1].text == "'"
            if cast or (before is not None and before.text.startswith("$")):
                kept.update(range(index, close + 1))
        elif token.kind == "number" and after is not None and after.text == "'":
            kept.add(index)
    return kept


def is_binary(tokens: tuple[Token, ...], index: int) -> bool:
    """True if the operator here has an operand before it."""
    if index == 0:
        return False
    before = tokens[index - 1]
    return before.kind in ("number", "name", "string") or before.text in (")", "]", "}")


def neighbours(number: str) -> list[str]:
    """The literals one above and one below, as wide and in the same base; for one bit and for fills the opposite."""
    if number in ("'0", "'1"):
        return ["'1" if number == "'0" else "'0"]
    found = CONTEXT_FREE.fullmatch(number)
    if found is None or (found.group(2) is None and "'" in number):
        return []
    width, letter, digits = found.groups()
    base = BASES[(letter or "d").lower()]
    value = int(digits.replace("_", ""), base)
    size = 1 << int(width) if width else None
    values = {value + 1, value - 1} if size is None else {(value + 1) % size, (value - 1) % size}
    prefix = f"{width or ''}'{letter}" if letter else ""
    return [f"{prefix}{item:{FORMATS[base]}}" for item in sorted(values, reverse=True) if item >= 0 and item != value]


class Changer:
    """Makes the changed texts of one expression."""

    def __init__(self, source: str, site: Site) -> None:
        self.source = source
        self.site = site
        self.tokens = site.tokens
        self.kept = protected(site.tokens)

    def text(self, first: int = 0, last: int | None = None) -> str:
        """The expression, or part of it, as it is."""
        return plain(self.source, self.tokens[first : len(self.tokens) if last is None else last])

    def replaced(self, first: int, last: int, text: str) -> str:
        """The expression with some of its tokens replaced."""
        left = self.text(0, first)
        right = self.text(last)
        gap_left = " " if first and self.tokens[first - 1].end < self.tokens[first].start else ""
        gap_right = " " if last < len(self.tokens) and self.tokens[last - 1].end < self.tokens[last].start else ""
        return f"{left}{gap_left}{text}{gap_right}{right}"

    def changes(self) -> Iterator[Change]:
        """All changes of this expression, some of them perhaps equal in text."""
        kind = self.site.kind
        if kind == "reset":
            yield from self.reset_changes()
            return
        for index, token in enumerate(self.tokens):
            if token.kind == "operator" and token.text == "[":
                yield from self.index_changes(index)
            if index in self.kept:
                continue
            if token.kind == "operator":
                yield from self.operator_changes(index, token.text)
            elif token.kind == "number":
                for other in neighbours(token.text):
                    yield Change("constant", self.replaced(index, index + 1, other))
        if kind == "condition" or (kind in ("assign", "next", "step", "return", "port") and self.is_boolean()):
            yield Change("forced", "1'b0")
            yield Change("forced", "1'b1")
        if kind == "next" or (kind == "step" and self.site.given):
            yield Change("deleted", self.site.target)

    def reset_changes(self) -> Iterator[Change]:
        """Another reset value."""
        if len(self.tokens) == 1 and self.tokens[0].kind == "number":
            for other in neighbours(self.tokens[0].text)[:1]:
                yield Change("reset", other)
        else:
            yield Change("reset", f"~({self.text()})")

    def operator_changes(self, index: int, operator: str) -> Iterator[Change]:
        """Changes of one operator."""
        if is_binary(self.tokens, index):
            for other in BINARY.get(operator, ()):
                yield Change("operator", self.replaced(index, index + 1, other))
        elif operator in ("!", "~"):
            yield Change("negation", self.replaced(index, index + 1, ""))
        elif operator in REDUCTIONS:
            yield Change("reduction", self.replaced(index, index + 1, REDUCTIONS[operator]))
        if operator == "?":
            yield from self.choice_changes(index)

    def choice_changes(self, index: int) -> Iterator[Change]:
        """The two arms of a choice swapped."""
        colon = self.end_of_arm(index + 1)
        end = self.end_of_arm(colon + 1)
        first = self.text(index + 1, colon)
        second = self.text(colon + 1, end)
        yield Change("arms", self.replaced(index + 1, end, f"({second}) : ({first})"))

    def end_of_arm(self, index: int) -> int:
        """Index of the colon, comma or bracket that ends the arm of a choice, or behind the last token."""
        at = index
        choices = 0
        listed = list(self.tokens)
        while at < len(listed):
            text = listed[at].text
            if text in (")", "]", "}", ",") or (text == ":" and choices == 0):
                break
            choices += (text == "?") - (text == ":")
            at = (matching(listed, at) if text in OPENING else at) + 1
        return at

    def index_changes(self, index: int) -> Iterator[Change]:
        """The bit below, where one bit is selected by a number that is not 0: the one above may not exist."""
        if index == 0 or index + 2 >= len(self.tokens) or self.tokens[index + 2].text != "]":
            return
        number = self.tokens[index + 1]
        if number.kind == "number" and number.text.isdigit() and number.text != "0":
            yield Change("index", self.replaced(index + 1, index + 2, str(int(number.text) - 1)))

    def is_boolean(self) -> bool:
        """True if the expression's outermost operators give one bit."""
        at = 0
        found = False
        listed = list(self.tokens)
        while at < len(listed):
            token = listed[at]
            if token.kind == "operator":
                if token.text in OPENING:
                    at = matching(listed, at)
                elif token.text in BOOLEAN:
                    found = True
                elif token.text != ".":
                    return False
            at += 1
        return found


def changes_of(source: str, site: Site) -> list[Change]:
    """All different changes of a site's expression, none that leaves it as it is."""
    changer = Changer(source, site)
    seen = {changer.text()}
    result = []
    for change in changer.changes():
        if change.text not in seen:
            seen.add(change.text)
            result.append(change)
    return result
