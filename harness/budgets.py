# SPDX-License-Identifier: MIT
"""Instructions of each operation of the IPC core on the SoC: measured, and compared with what is written down.

The program `budgets` has two marks around each operation. No device is accessed and nothing is waited for between
them, so cycles are retired instructions. `firmware/budgets.toml` has the exact figures, which hold for one compiler.
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import launcher
from harness.errors import HarnessError
from harness.options import RunOptions
from harness.paths import ROOT
from harness.run import Run

BUDGETS = ROOT / "firmware" / "budgets.toml"
PROGRAM = "budgets"
BEGIN, END = "budget.begin.", "budget.end."
# The end of `block` is not in the program: it is where the scheduler has decided to switch.
END_OF_BLOCK, BLOCK = "thread.switch", "block"
QUANTUM = 100
FIGURE = re.compile(r"^(\w+) = \d+$")


@dataclass(frozen=True)
class Bound:
    """What some operations may cost together: a number, or a factor of what others cost together."""

    what: str
    rows: tuple[str, ...]
    operations: tuple[str, ...]
    at_most: float
    of: tuple[str, ...]

    def limit(self, figures: dict[str, int]) -> float:
        """The bound as a number of instructions."""
        return self.at_most * sum(figures[name] for name in self.of) if self.of else self.at_most

    def cost(self, figures: dict[str, int]) -> int:
        """What the operations cost."""
        return sum(figures[name] for name in self.operations)

    def is_kept(self, figures: dict[str, int]) -> bool:
        """True if they cost no more than they may."""
        return self.cost(figures) <= self.limit(figures)

    def __str__(self) -> str:
        """For a message."""
        return f"{self.what} ({', '.join(self.rows)})"


@dataclass(frozen=True)
class Budgets:
    """The file."""

    compiler: str
    figures: dict[str, int]
    bounds: tuple[Bound, ...]
    missed: tuple[Bound, ...]


def _bound(entry: dict[str, Any]) -> Bound:
    """One entry of the file."""
    return Bound(
        entry["what"],
        tuple(entry["rows"]),
        tuple(entry["operations"]),
        entry["at_most"],
        tuple(entry.get("of", [])),
    )


def load(path: Path = BUDGETS) -> Budgets:
    """Reads the file; HarnessError for an operation without a figure."""
    content = tomllib.loads(path.read_text())
    figures = content["instructions"]
    bounds = tuple(map(_bound, content.get("bound", [])))
    missed = tuple(map(_bound, content.get("missed", [])))
    unknown = {name for bound in bounds + missed for name in bound.operations + bound.of} - set(figures)
    if unknown:
        raise HarnessError(
            f"{path.name}: bounds name {', '.join(sorted(unknown))}", "each has a figure under [instructions]"
        )
    return Budgets(content["compiler"], figures, bounds, missed)


def start(folder: Path | None = None, design: str = "mailbox") -> Run:
    """Runs the program; HarnessError if it does not pass."""
    run = launcher.start(RunOptions(PROGRAM, design=design, quantum=QUANTUM, output=folder))
    if not run.passed:
        raise HarnessError(f"{PROGRAM}: {run.reason}", "the program must pass", run.command)
    return run


def compiler_of(run: Run) -> str:
    """Version of the compiler that built the program, which the program prints."""
    found = re.search(r"^compiler (\S+)$", run.console, re.MULTILINE)
    if found is None:
        raise HarnessError(f"{PROGRAM} does not say which compiler built it")
    return found[1]


def measure(run: Run) -> dict[str, int]:
    """Instructions of each operation: the most of all its repetitions. HarnessError if a device was accessed in one."""
    begun: dict[str, tuple[int, int]] = {}
    costs: defaultdict[str, list[int]] = defaultdict(list)
    accesses = 0
    mark_kind = run.events.table.number("mark")
    bus = {run.events.table.number(name) for name in ("bus_read_issue", "bus_write_issue", "irq_taken")}
    for event in run.events.by_time:
        if event.kind in bus:
            accesses += 1
        if event.kind != mark_kind:
            continue
        mark = run.mark(event)
        name = BLOCK if mark.name == END_OF_BLOCK else mark.name.removeprefix(END)
        if mark.name.startswith(BEGIN):
            begun[mark.name.removeprefix(BEGIN)] = (mark.cycle, accesses)
        elif (mark.name == END_OF_BLOCK or mark.name.startswith(END)) and name in begun:
            cycle, before = begun.pop(name)
            if accesses != before:
                raise HarnessError(f"{name}: a device was accessed between its marks", "then cycles are more")
            costs[name].append(mark.cycle - cycle)
    return {name: max(values) for name, values in costs.items()}


def differences(measured: dict[str, int], written: dict[str, int]) -> list[str]:
    """One line for each operation whose figures differ, with both."""
    return [
        f"{name}: {measured.get(name, 'not measured')} instructions, {BUDGETS.name} says {written.get(name, 'nothing')}"
        for name in sorted(measured.keys() | written.keys())
        if measured.get(name) != written.get(name)
    ]


def renew(measured: dict[str, int], compiler: str, path: Path = BUDGETS) -> None:
    """Writes what was measured into the file; comments and bounds stay."""
    lines = path.read_text().splitlines()
    section, done, result = "", set(), []
    for line in lines:
        if line.startswith("["):
            section = line
        figure = FIGURE.match(line)
        if section == "[instructions]" and figure:
            if figure[1] in measured:
                done.add(figure[1])
                result.append(f"{figure[1]} = {measured[figure[1]]}")
        elif line.startswith("compiler = "):
            result.append(f'compiler = "{compiler}"')
        else:
            result.append(line)
    place = result.index("[instructions]") + 1
    result[place:place] = [f"{name} = {cost}" for name, cost in measured.items() if name not in done]
    path.write_text("\n".join(result) + "\n")


def main(arguments: list[str] | None = None) -> int:
    """Prints what was measured; with --renew writes it down."""
    parser = argparse.ArgumentParser(prog="harness.budgets", description=main.__doc__)
    parser.add_argument("--renew", action="store_true", help=f"write the figures into {BUDGETS.name}")
    options = parser.parse_args(arguments)
    budgets, run = load(), start()
    measured = measure(run)
    if options.renew:
        renew(measured, compiler_of(run))
    for line in differences(measured, budgets.figures):
        print(line)
    for bound in budgets.bounds + budgets.missed:
        verdict = "kept" if bound.is_kept(measured) else "MISSED"
        print(f"{verdict:7} {bound.cost(measured):6} of {bound.limit(measured):8.1f}  {bound}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
