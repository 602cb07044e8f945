# SPDX-License-Identifier: MIT
"""Says which requirements of the IPC core are met: a row is done if a test that names it passed, and by nothing else.

A test names its rows: ``test_EXO_SY_05_no_lost_wakeup`` stands for EXO-SY-05, ``test_EXO_ER_02_03_full_and_empty`` for
two rows of one group; several groups may follow each other. Names are read from the sources, results from JUnit files.
"""

from __future__ import annotations

import argparse
import csv
import enum
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROWS_IN_NAME = re.compile(r"(?<![A-Z0-9])(EXO|FNG|MOS|VER|VR4)_([A-Z]{2,3})((?:_\d\d)+)(?![0-9])")
C_TEST = re.compile(r"^static void (test_\w+)\(void \*\*state\)", re.MULTILINE)
PYTHON_TEST = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
PARAMETERS = re.compile(r"\[.*\]$")


class Outcome(enum.Enum):
    """What is known about a test."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


class Status(enum.Enum):
    """What is known about a row."""

    DONE = "done"
    FAILED = "failed"
    NOT_RUN = "not run"
    MISSING = "no test"


@dataclass(frozen=True)
class Requirement:
    """One row of requirements.csv."""

    identifier: str
    source: str
    feature: str
    criterion: str
    where: str
    tier: int

    @property
    def group(self) -> str:
        """The row's group: EXO-SY of EXO-SY-05."""
        return self.identifier.rsplit("-", 1)[0]


@dataclass
class Row:
    """A requirement with the tests that name it."""

    requirement: Requirement
    tests: dict[str, Outcome] = field(default_factory=dict)

    @property
    def status(self) -> Status:
        """Done only if at least one test passed and none that names the row did not."""
        outcomes = set(self.tests.values())
        if not outcomes:
            return Status.MISSING
        if Outcome.FAILED in outcomes:
            return Status.FAILED
        return Status.DONE if outcomes == {Outcome.PASSED} else Status.NOT_RUN


def read_requirements(path: Path) -> list[Requirement]:
    """All rows, in the order of the file; a repeated or malformed identifier is an error."""
    requirements: dict[str, Requirement] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file, strict=True):
            identifier = record["id"]
            if not re.fullmatch(r"(EXO|FNG|MOS|VER|VR4)-[A-Z]{2,3}-\d\d", identifier):
                raise ValueError(f"{path}: malformed id {identifier!r}")
            if identifier in requirements:
                raise ValueError(f"{path}: {identifier} stands there twice")
            requirements[identifier] = Requirement(
                identifier,
                record["source"],
                record["feature"],
                record["criterion"],
                record["where"],
                int(record["tier"]),
            )
    return list(requirements.values())


def rows_of(test: str) -> list[str]:
    """The identifiers of the rows that a test's name stands for."""
    rows: list[str] = []
    for project, group, numbers in ROWS_IN_NAME.findall(test):
        rows += [f"{project}-{group}-{number}" for number in numbers.strip("_").split("_")]
    return rows


def tests_in_sources(roots: Iterable[Path]) -> set[str]:
    """Names of all tests that the C and Python sources below the given folders define."""
    names: set[str] = set()
    for root in roots:
        for path in sorted(root.rglob("test_*.c")):
            names.update(C_TEST.findall(path.read_text(encoding="utf-8")))
        for path in sorted(root.rglob("test_*.py")):
            names.update(PYTHON_TEST.findall(path.read_text(encoding="utf-8")))
    return names


def outcome_of(case: ElementTree.Element) -> Outcome:
    """What a JUnit test case says."""
    if case.find("failure") is not None or case.find("error") is not None:
        return Outcome.FAILED
    return Outcome.NOT_RUN if case.find("skipped") is not None else Outcome.PASSED


def read_results(files: Iterable[Path]) -> dict[str, Outcome]:
    """The outcome of each test. One that ran several times passed only if no run failed and one passed."""
    rank = {Outcome.NOT_RUN: 0, Outcome.PASSED: 1, Outcome.FAILED: 2}
    results: dict[str, Outcome] = {}
    for path in files:
        for case in ElementTree.parse(path).iter("testcase"):
            name = PARAMETERS.sub("", case.get("name", ""))
            outcome = outcome_of(case)
            if name not in results or rank[outcome] > rank[results[name]]:
                results[name] = outcome
    return results


def assemble(requirements: Sequence[Requirement], names: set[str], results: dict[str, Outcome]) -> list[Row]:
    """Each row with its tests; a test that names a row which does not exist is an error."""
    rows = {requirement.identifier: Row(requirement) for requirement in requirements}
    for name in sorted(names | results.keys()):
        for identifier in rows_of(name):
            if identifier not in rows:
                raise ValueError(f"{name} names {identifier}, which is no requirement")
            rows[identifier].tests[name] = results.get(name, Outcome.NOT_RUN)
    return list(rows.values())


def row_lines(rows: Sequence[Row]) -> list[str]:
    """One line a row, and one for each of its tests."""
    lines: list[str] = []
    for row in rows:
        requirement = row.requirement
        lines.append(
            f"{row.status.value:8} {requirement.identifier}  tier {requirement.tier}  "
            f"[{requirement.where}]  {requirement.feature}"
        )
        lines += [f"           {outcome.value}: {name}" for name, outcome in row.tests.items()]
    return lines


def total_lines(rows: Sequence[Row]) -> list[str]:
    """How many rows of each group are in each state, and of all."""
    groups = sorted({row.requirement.group for row in rows})
    header = f"{'group':8} {'rows':>5}" + "".join(f" {status.value:>8}" for status in Status)
    lines = [header]
    for group in [*groups, "all"]:
        members = [row for row in rows if group in (row.requirement.group, "all")]
        counts = "".join(f" {sum(row.status is status for row in members):8}" for status in Status)
        lines.append(f"{group:8} {len(members):5}{counts}")
    return lines


def write_report(path: Path, rows: Sequence[Row]) -> None:
    """All rows as a Markdown file."""
    lines = ["# Requirements of the IPC core", "", "```", *total_lines(rows), "```", ""]
    lines += ["| row | state | tier | where | feature | tests |", "|---|---|---|---|---|---|"]
    for row in rows:
        requirement = row.requirement
        tests = ", ".join(f"{name} ({outcome.value})" for name, outcome in row.tests.items())
        lines.append(
            f"| {requirement.identifier} | {row.status.value} | {requirement.tier} | {requirement.where} "
            f"| {requirement.feature} | {tests} |"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Which requirements of the IPC core have a passing test.")
    parser.add_argument("--requirements", type=Path, default=Path("kernel_ipc/requirements.csv"))
    parser.add_argument("--sources", type=Path, nargs="*", default=[Path("kernel_ipc"), Path("harness/tests")])
    parser.add_argument("--results", type=Path, nargs="*", default=[], help="JUnit files, or folders of them")
    parser.add_argument("--report", type=Path, help="Markdown file to write")
    parser.add_argument("--group", action="append", help="shows the rows of this group only, such as EXO-MS")
    parser.add_argument("--missing", action="store_true", help="shows only rows that are not done")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Prints rows and totals; fails if a test that names a row failed."""
    options = parse(arguments)
    files: list[Path] = []
    for path in options.results:
        files += sorted(path.glob("*.xml")) if path.is_dir() else [path] if path.exists() else []
    names = tests_in_sources(options.sources)
    rows = assemble(read_requirements(options.requirements), names, read_results(files))
    if options.report is not None:
        write_report(options.report, rows)
    if options.group:
        rows = [row for row in rows if row.requirement.group in options.group]
    shown = [row for row in rows if row.status is not Status.DONE] if options.missing else rows
    print("\n".join([*row_lines(shown), "", *total_lines(rows)]))
    return 1 if any(row.status is Status.FAILED for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
