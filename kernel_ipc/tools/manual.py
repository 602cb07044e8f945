# SPDX-License-Identifier: MIT
"""Checks that the public headers of the IPC core can be read as its manual: what each must say, file and function."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kernel_ipc.tools.interface import COMMENT, error_codes, without_comments

CORE = Path(__file__).resolve().parents[1]
PUBLIC = CORE / "include" / "kipc"
BUDGETS = CORE.parent / "firmware" / "budgets.toml"

# Paragraphs of a first comment, besides what the object is and how a program uses it.
PARAGRAPHS = ("When:", "Memory:", "Concurrency:", "Cost:")
# What follows these words are operations whose instructions are counted.
MEASURED = re.compile(r"`make budgets`: (\w+(?:, \w+)*)")
# Headers without an object: lists and choices of which every other header makes use.
PLAIN = {"config.h", "debug.h", "error.h", "shared.h", "trace.h", "wait_queue.h"}

# What a caller passes to every function of its kind, explained once where the type is.
CUSTOMARY = {"kernel", "caller", "handle"}
TYPE_WORDS = {"void", "int", "bool", "char", "size_t"}
# One sentence says whether a function blocks, who may call it, and how many at once.
CONTRACT = re.compile(r"(?:Blocks|Does not block)\b.*?(?:\.(?=\s|$)|$)")
CONTEXT = re.compile(r"\bthread\b|\binterrupt handler|\bcontext as\b|\binterrupt-safe\b|\bas kipc_\w+")
CALLERS = re.compile(
    r"number of callers|\bone (?:caller|producer|consumer|writer)\b|that prepared|of that side|one waking side|"
    r"at most one thread|\bas kipc_\w+|the owner's thread|before the first process"
)
REFERENCE = re.compile(r"\bas (?:for )?(kipc_\w+)|\b(kipc_\w+) that wait\b|\b(kipc_\w+)(?= and kipc_)")
# How an argument is explained: `name: text`, `name, other: text`, or `name` in such marks.
EXPLAINED = r"\b{0}\b(?:(?:,| and| /) \w+)*:|`{0}`"
CODE = re.compile(r"\bKIPC_E_(\w+)")
DECLARATION = re.compile(
    r"(?:^|\n)(?:KIPC_MUSTUSE )?(?:static inline )?(?P<result>(?:const )?(?:struct |enum )?\w+\s*\**)\s*"
    r"\b(?P<name>kipc_\w+)\((?P<parameters>[^;{}]*)\)\s*(?P<end>;|\n\{)"
)
DEFINITION = re.compile(r"^[a-zA-Z][^;{}()]*\b(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.MULTILINE | re.DOTALL)

# Codes that a function gives to somebody else: to the thread that it wakes, or to itself, to look once more.
NOT_RETURNED = {
    "kipc_mutex_unlock": {"OWNERDEAD"},
    "kipc_condition_signal": {"OWNERDEAD"},
    "kipc_condition_broadcast": {"OWNERDEAD"},
    "kipc_dump_channels": {"NOTFOUND"},
    "kipc_topic_subscribe": {"MSGSIZE"},
}
TYPE = re.compile(r"^((?:struct|enum) kipc_\w+) \{", re.MULTILINE)


@dataclass
class Function:
    """A public function with what is written about it."""

    name: str
    header: str
    result: str
    parameters: list[str]
    comment: str
    codes: set[str] = field(default_factory=set)


def flat(comment: str) -> str:
    """The words of a comment in one line."""
    inner = re.sub(r"^/\*|\*/$", "", comment.strip())
    return " ".join(re.sub(r"^\s*\*(?!/) ?", "", line).strip() for line in inner.splitlines()).strip()


def parameter_names(text: str) -> list[str]:
    """Names of the parameters of a declaration; of a function pointer the pointer's."""
    names = []
    for part in re.split(r",(?![^()]*\))", text):
        pointer = re.search(r"\(\*(\w+)\)", part)
        words = re.findall(r"\w+", re.sub(r"\[[^]]*\]", "", part))
        if pointer:
            names.append(pointer[1])
        elif len(words) > 1 and words[-1] not in TYPE_WORDS:
            names.append(words[-1])
    return names


def functions_of(header: Path) -> list[Function]:
    """Public functions of a header; declarations that follow each other share the comment above the first one."""
    text = header.read_text(encoding="utf-8")
    comments = list(COMMENT.finditer(text))
    blanked = COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    blanked = re.sub(r"^#.*(?:\\\n.*)*", lambda match: re.sub(r"[^#\n]", " ", match[0]), blanked, flags=re.MULTILINE)
    found: list[Function] = []
    previous_end = 0
    for match in DECLARATION.finditer(blanked):
        start = match.start("result")
        line_start = blanked.rfind("\n", 0, start) + 1
        above = [comment for comment in comments if comment.end() <= line_start]
        comment = ""
        if above and not blanked[above[-1].end() : line_start].strip():
            comment = flat(above[-1][0])
        elif found and not blanked[previous_end:line_start].strip():
            comment = found[-1].comment
        previous_end = match.end()
        found.append(
            Function(match["name"], header.name, match["result"].strip(), parameter_names(match["parameters"]), comment)
        )
    return found


def common_text(header: Path) -> str:
    """What a header says for all of its functions: comments that begin with `In all functions`."""
    comments = [flat(comment) for comment in COMMENT.findall(header.read_text(encoding="utf-8"))]
    return " ".join(comment for comment in comments if comment.startswith("In all functions"))


def bodies(source: Path) -> dict[str, str]:
    """Bodies of the functions of a source, without comments."""
    text = without_comments(source)
    return {match[1]: match[2] for match in DEFINITION.finditer(text)}


def returned_codes(name: str, functions: Mapping[str, str]) -> set[str]:
    """Codes that a function names, or one that it calls in the same file; to compare with one is not to return it."""
    codes: set[str] = set()
    seen: set[str] = set()
    rest = [name]
    while rest:
        current = rest.pop()
        if current not in seen:
            seen.add(current)
            codes |= set(CODE.findall(re.sub(r"[=!]= KIPC_E_\w+", "", functions[current])))
            called = re.findall(r"\b(\w+)\(", functions[current])
            rest += [other for other in called if other in functions and not other.startswith("kipc_")]
    return codes - NOT_RETURNED.get(name, set())


def first_comment(header: Path) -> str:
    """The comment between the licence and the include guard; empty if there is none."""
    text = header.read_text(encoding="utf-8")
    found = re.match(r"[^\n]*SPDX[^\n]*\n\s*(/\*.*?\*/)", text, re.DOTALL)
    return found[1] if found else ""


def use_shown(header: Path) -> list[str]:
    """Lines of a program that the first comment shows: a paragraph of it that is indented by four blanks more."""
    paragraphs = re.split(r"^ \*$", first_comment(header), flags=re.MULTILINE)
    for paragraph in paragraphs:
        lines = paragraph.strip("\n").splitlines()
        if lines and all(line.startswith(" *     ") for line in lines) and "kipc" in paragraph.lower():
            return [line.removeprefix(" *     ") for line in lines]
    return []


def faults_of_file(header: Path, operations: set[str]) -> list[str]:
    """What the first comment of a header does not say. operations: those whose instructions are counted."""
    first = first_comment(header)
    if not first:
        return [f"{header.name}: no first comment: say what this is, before the include guard"]
    if header.name in PLAIN or not functions_of(header):
        return []
    missing = [
        f"{header.name}: the first comment has no paragraph `{paragraph}`"
        for paragraph in PARAGRAPHS
        if not re.search(rf"^ \* {paragraph}", first, re.MULTILINE)
    ]
    if not use_shown(header):
        missing.append(
            f"{header.name}: the first comment shows no use: lines of a program, indented by four blanks more"
        )
    named = [name for found in MEASURED.findall(flat(first)) for name in found.split(", ")]
    missing += [f"{header.name}: budgets.toml has no operation {name}" for name in named if name not in operations]
    return missing


def faults_of_types(header: Path) -> list[str]:
    """Structures and enumerations above which nothing is said."""
    text = header.read_text(encoding="utf-8")
    return [
        f"{header.name}: {match[1]}: say above it what it is"
        for match in TYPE.finditer(text)
        if not text[: match.start()].endswith("*/\n")
    ]


def full_text(function: Function, functions: Mapping[str, Function], common: str, depth: int = 2) -> str:
    """A function's comment with those that it refers to."""
    text = f"{function.comment} {common}"
    if depth > 0:
        for match in REFERENCE.finditer(function.comment):
            other = functions.get(match[match.lastindex or 1])
            if other is not None and other.name != function.name:
                text += " " + full_text(other, functions, "", depth - 1)
    return text


def faults_of_function(
    function: Function, functions: Mapping[str, Function], common: str, known: set[str]
) -> list[str]:
    """What is not said about a function."""
    place = f"{function.header}: {function.name}"
    if not function.comment:
        return [f"{place}: no comment"]
    text = full_text(function, functions, common)
    faults = []
    contract = " ".join(CONTRACT.findall(text))
    if not contract:
        faults.append(f"{place}: say `Blocks` or `Does not block`")
    elif not CONTEXT.search(contract):
        faults.append(f"{place}: say behind whether it blocks who may call it: thread, interrupt handler")
    elif not CALLERS.search(contract):
        faults.append(f"{place}: say behind whether it blocks how many may call it at once")
    if function.result != "void" and not re.search(r"\bReturns?\b", text):
        faults.append(f"{place}: say what it returns")
    objects = set(function.parameters[:1])
    faults += [
        f"{place}: parameter `{name}` is not explained"
        for name in function.parameters
        if name not in CUSTOMARY | objects and not re.search(EXPLAINED.format(name), text)
    ]
    faults += [
        f"{place}: no code is called KIPC_E_{code}" for code in CODE.findall(function.comment) if code not in known
    ]
    named = set(CODE.findall(text))
    faults += [
        f"{place}: it returns KIPC_E_{code}, of which nothing is said" for code in sorted(function.codes - named)
    ]
    return faults


def faults(headers: Iterable[Path], sources: Iterable[Path]) -> list[str]:
    """Everything that the headers do not say, a sentence each; empty if they are a manual."""
    headers = list(headers)
    operations = set(tomllib.loads(BUDGETS.read_text(encoding="utf-8"))["instructions"])
    by_header = {header: functions_of(header) for header in headers}
    everything = {function.name: function for functions in by_header.values() for function in functions}
    for source in sources:
        defined = bodies(source)
        for name in everything.keys() & defined.keys():
            everything[name].codes = returned_codes(name, defined)
    known = set(error_codes(PUBLIC / "error.h")) | {"PIPE"}
    result: list[str] = []
    for header, functions in by_header.items():
        result += faults_of_file(header, operations) + faults_of_types(header)
        common = common_text(header)
        for function in functions:
            result += faults_of_function(function, everything, common, known)
    return result


def main() -> int:
    """Prints what is missing; 1 if anything is."""
    found = faults(sorted(PUBLIC.glob("*.h")), sorted((CORE / "src").glob("*.c")))
    for fault in found:
        print(fault)
    print(f"{len(found)} faults" if found else "the headers are a manual")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
