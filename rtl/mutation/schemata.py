# SPDX-License-Identifier: MIT
"""Puts all mutants of a file into one text, of which a number chosen at run time makes one the design.

An expression E with mutants numbered n, n+1, ... becomes

    ((selected - n < count) ? (selected == n ? (first mutant) : ...) : (E))

so that one build serves all mutants, and a site that is not selected costs one comparison. Lines stay where they are.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from rtl.mutation.operators import Change, changes_of
from rtl.mutation.sites import Site, find_sites, plain

SELECTED = "mutation_selector_pkg::selected"


@dataclass(frozen=True)
class Mutant:
    """One mutant: its number, where it is, and the statement's text before and after."""

    number: int
    file: str
    line: int
    operator: str
    before: str
    after: str

    def as_json(self) -> dict[str, object]:
        """For reports."""
        return asdict(self)


def statement(site: Site, expression: str) -> str:
    """The site with an expression in its place, as a reader knows it from the source."""
    shapes = {
        "assign": f"assign {site.target} = {expression}",
        "next": f"{site.target} <= {expression}",
        "reset": f"{site.target} <= {expression}",
        "step": f"{site.target} = {expression}",
        "condition": f"if ({expression})",
        "select": f"case ({expression})",
        "port": f"{site.target}({expression})",
        "return": f"return {expression}",
    }
    return shapes[site.kind]


def told(site: Site, original: str, change: Change) -> str:
    """The statement after a change."""
    if change.operator == "deleted":
        return f"(deleted) {statement(site, original)}"
    return statement(site, change.text)


def rewritten(original: str, changes: list[Change], first: int) -> str:
    """The expression that is the original or one of its changes, by the selected number."""
    chain = f"({changes[-1].text})"
    for index in range(len(changes) - 2, -1, -1):
        chain = f"({SELECTED} == {first + index}) ? ({changes[index].text}) : {chain}"
    return f"(({SELECTED} - {first} < {len(changes)}) ? ({chain}) : ({original}))"


def mutate(file: str, source: str, first: int) -> tuple[str, list[Mutant]]:
    """The file with all its mutants, numbered from `first` on, and the list of them."""
    mutants: list[Mutant] = []
    pieces: list[str] = []
    position = 0
    for site in sorted(find_sites(source), key=lambda item: item.tokens[0].start):
        changes = changes_of(source, site)
        if not changes:
            continue
        begin, end = site.tokens[0].start, site.tokens[-1].end
        original = plain(source, site.tokens)
        number = first + len(mutants)
        before = statement(site, original)
        mutants += [
            Mutant(number + index, file, site.tokens[0].line, change.operator, before, told(site, original, change))
            for index, change in enumerate(changes)
        ]
        lost = source.count("\n", begin, end)
        pieces += [source[position:begin], rewritten(original, changes, number), "\n" * lost]
        position = end
    return "".join(pieces) + source[position:], mutants
