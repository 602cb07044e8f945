# SPDX-License-Identifier: MIT
"""Reads the public headers of the IPC core: functions, system calls, error codes, limits, and who includes whom."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
KERNEL_FUNCTION = re.compile(r"\b(kipc_\w+)\(\s*struct kipc_kernel \*\s*kernel\b[^;{]*;")
NUMBERED = re.compile(r"\bX\((\w+),\s*(0x[0-9a-f]+),\s*(\w+),")
UNNUMBERED = re.compile(r"\bY\((\w+),\s*\"([^\"]+)\"\)")
ERROR = re.compile(r"\bX\((\w+), (-\d+), \"([^\"]+)\"\)")
LIMIT = re.compile(r"^#define (KIPC_CFG_\w+_MAX)\b", re.MULTILINE)
PRINTED = re.compile(r"/\* Prints:\n((?: \* {3}.*\n)+) \*/\n\Z")
INCLUDE = re.compile(r"^\s*#\s*include\s+[<\"]([^>\"]+)[>\"]", re.MULTILINE)


def without_comments(path: Path) -> str:
    """The text of a C file without its comments."""
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def kernel_functions(headers: Iterable[Path]) -> dict[str, str]:
    """Public functions on a kernel, each with the header that declares it."""
    return {name: path.name for path in headers for name in KERNEL_FUNCTION.findall(without_comments(path))}


def system_calls(header: Path) -> tuple[dict[str, int], dict[str, str]]:
    """Functions that have a number, with it; and those that no process may call, with the reason."""
    text = without_comments(header)
    numbered = {f"kipc_{function}": int(number, 16) for _, number, function in NUMBERED.findall(text)}
    return numbered, {f"kipc_{function}": reason for function, reason in UNNUMBERED.findall(text)}


def faults_of_system_calls(headers: Iterable[Path], header: Path) -> list[str]:
    """What is wrong with the list of system calls, a sentence each; empty if nothing is."""
    functions = kernel_functions(headers)
    numbered, unnumbered = system_calls(header)
    faults = [
        f"{name} ({where}) has no number: give it one in KIPC_SYSCALL_LIST, or a reason in KIPC_SYSCALL_NONE_LIST"
        for name, where in functions.items()
        if name not in numbered and name not in unnumbered
    ]
    faults += [f"{name} has a number and a reason against one" for name in numbered if name in unnumbered]
    faults += [
        f"{name} is listed and no header declares it" for name in [*numbered, *unnumbered] if name not in functions
    ]
    numbers = sorted(numbered.values())
    if numbers != list(range(0x200, 0x200 + len(numbers))):
        faults.append("numbers begin at 0x200 and have no gaps; these do not")
    return faults


def error_codes(header: Path) -> dict[str, int]:
    """Names of error codes without their prefix, with their values."""
    return {name: int(value) for name, value, _ in ERROR.findall(without_comments(header))}


def limits(header: Path) -> list[str]:
    """Limits that a build may choose."""
    return LIMIT.findall(without_comments(header))


def printed_by(example: Path) -> list[str]:
    """Lines that a program of examples/ prints, by the comment at its end; empty if it has none."""
    found = PRINTED.search(example.read_text(encoding="utf-8"))
    return [line[5:] for line in found[1].splitlines()] if found else []


def include_graph(files: Mapping[str, Path]) -> dict[str, list[str]]:
    """Which of the files includes which, by the names under which they are included."""
    return {
        name: [included for included in INCLUDE.findall(without_comments(path)) if included in files]
        for name, path in files.items()
    }


def cycle_in(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """A circle of files that include each other, its first file repeated at the end; empty if there is none."""
    finished: set[str] = set()

    def search(name: str, path: list[str]) -> list[str]:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in finished:
            return []
        for included in graph.get(name, ()):
            found = search(included, [*path, name])
            if found:
                return found
        finished.add(name)
        return []

    for name in graph:
        found = search(name, [])
        if found:
            return found
    return []
