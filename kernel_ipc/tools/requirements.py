# SPDX-License-Identifier: MIT
"""Requirements of the IPC core, the tests that name them, and what each row waits for; features.py prints them."""

from __future__ import annotations

import csv
import enum
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROWS_IN_NAME = re.compile(r"(?<![A-Z0-9])(EXO|FNG|MOS|VER|VR4)_([A-Z]{2,3})((?:_\d\d)+)(?![0-9])")
# A test below kernel_ipc/ whose name ends like this runs its program on QEMU.
ON_QEMU = "_on_qemu"
# A macro that makes tests stands for all of them with what they share: test_MOS_KN_05_ of test_MOS_KN_05_##name.
C_TEST = re.compile(r"^ *static void (test_\w+?)(?:##\w+)?\(void \*\*state\)", re.MULTILINE)
PYTHON_TEST = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
PARAMETERS = re.compile(r"\[.*\]$")


class Outcome(enum.Enum):
    """What is known about a test."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not run"


class Status(enum.Enum):
    """What is known about a row, or a half of one."""

    DONE = "done"
    HALF = "half done"
    WAITS = "waits"
    FAILED = "failed"
    NOT_RUN = "not run"
    MISSING = "no test"


class Side(enum.Enum):
    """Where a test runs: on the host, or on the simulated SoC."""

    HOST = "host"
    SOC = "SoC"


SIDE_OF_WHERE = {"H": Side.HOST, "X": Side.HOST, "Q": Side.SOC, "V": Side.SOC}

# What a row may wait for.
LAYERS = {
    "address spaces": "processes with page tables and user mode on the SoC",
    "signals": "signals and their handlers",
    "POSIX layer": "pipes, message queues, descriptors, and calls by their POSIX names and numbers",
    "network": "links between machines",
    "devices": "engines and queues of devices as transports",
    "extensions": "transactions, encryption, labels, classes of service and the like",
    "system tests": "suites, stress and benchmarks over all layers together",
}


class FeaturesError(Exception):
    """The lists contradict each other; the text says which line, and what to do."""


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

    @property
    def sides(self) -> list[Side]:
        """The halves that it asks for; none if a test of either side will do."""
        asked = {SIDE_OF_WHERE[part] for part in self.where.split(",") if part in SIDE_OF_WHERE}
        return [side for side in Side if side in asked]


@dataclass(frozen=True)
class Evidence:
    """A test, and what is known about it."""

    name: str
    side: Side
    outcome: Outcome


def status_of(tests: Iterable[Evidence]) -> Status:
    """Done only if there are tests and each passed."""
    outcomes = {test.outcome for test in tests}
    if not outcomes:
        return Status.MISSING
    if Outcome.FAILED in outcomes:
        return Status.FAILED
    return Status.DONE if outcomes == {Outcome.PASSED} else Status.NOT_RUN


@dataclass
class Row:
    """A requirement with the tests that name it, and the layers that its halves wait for."""

    requirement: Requirement
    tests: list[Evidence] = field(default_factory=list)
    waits: dict[Side, str] = field(default_factory=dict)

    def half(self, side: Side) -> Status:
        """What is known of one half."""
        status = status_of(test for test in self.tests if test.side is side)
        return Status.WAITS if status is Status.MISSING and side in self.waits else status

    @property
    def status(self) -> Status:
        """The worst of its halves; half done if one is done and the other one waits."""
        halves = {self.half(side) for side in self.requirement.sides}
        every = {status_of(self.tests)} if self.tests or not halves else set()
        if not self.requirement.sides and self.waits and not self.tests:
            return Status.WAITS
        for status in (Status.FAILED, Status.NOT_RUN, Status.MISSING):
            if status in halves | every:
                return status
        if Status.WAITS in halves:
            return Status.HALF if Status.DONE in halves else Status.WAITS
        return Status.DONE

    @property
    def state(self) -> str:
        """The status, and by halves where they differ or wait."""
        halves = {side: self.half(side) for side in self.requirement.sides}
        if len(set(halves.values())) < 2 and not self.waits:
            return self.status.value
        layers = sorted(set(self.waits.values()))
        if self.status is Status.WAITS:
            return f"waits for {', '.join(layers)}"
        words = [
            f"{side.value} {status.value}" + (f" for {self.waits[side]}" if status is Status.WAITS else "")
            for side, status in halves.items()
        ]
        return ", ".join(words)


def read_requirements(path: Path) -> list[Requirement]:
    """All rows, in the order of the file; a repeated or malformed identifier is an error."""
    requirements: dict[str, Requirement] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file, strict=True):
            identifier = record["id"]
            if not re.fullmatch(r"(EXO|FNG|MOS|VER|VR4)-[A-Z]{2,3}-\d\d", identifier):
                raise FeaturesError(f"{path}: malformed id {identifier!r}")
            if identifier in requirements:
                raise FeaturesError(f"{path}: {identifier} stands there twice")
            requirements[identifier] = Requirement(
                identifier,
                record["source"],
                record["feature"],
                record["criterion"],
                record["where"],
                int(record["tier"]),
            )
    return list(requirements.values())


def read_waiting(path: Path, requirements: Iterable[Requirement]) -> dict[str, dict[Side, str]]:
    """The layer that each half of a row waits for, from a file of id, half (host, SoC or both), layer and reason."""
    known = {requirement.identifier: requirement for requirement in requirements}
    waiting: dict[str, dict[Side, str]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for record in csv.DictReader(file, strict=True):
            identifier, half, layer = record["id"], record["half"], record["layer"]
            if identifier not in known:
                raise FeaturesError(f"{path}: {identifier} is no requirement")
            if layer not in LAYERS:
                raise FeaturesError(f"{path}: {identifier} waits for {layer!r}; layers are {', '.join(LAYERS)}")
            if not record["reason"]:
                raise FeaturesError(f"{path}: {identifier} waits for {layer} without a reason; say what is missing")
            asked = known[identifier].sides or list(Side)
            sides = asked if half == "both" else [side for side in asked if side.value == half]
            if not sides:
                raise FeaturesError(
                    f"{path}: {identifier} has no half {half!r}: its column where is {known[identifier].where}"
                )
            halves = waiting.setdefault(identifier, {})
            if halves.keys() & set(sides):
                raise FeaturesError(f"{path}: {identifier} waits twice with the same half")
            halves.update(dict.fromkeys(sides, layer))
    return waiting


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


def assemble(
    requirements: Sequence[Requirement],
    tests: Iterable[Evidence],
    waiting: Mapping[str, dict[Side, str]],
) -> list[Row]:
    """Each row with its tests; a test that names a row which does not exist is an error."""
    rows = {
        requirement.identifier: Row(requirement, waits=waiting.get(requirement.identifier, {}))
        for requirement in requirements
    }
    for test in sorted(tests, key=lambda test: (test.name, test.side.value)):
        for identifier in rows_of(test.name):
            if identifier not in rows:
                raise FeaturesError(f"{test.name} names {identifier}, which is no requirement")
            rows[identifier].tests.append(test)
    return list(rows.values())


def is_made(name: str, results: Iterable[str]) -> bool:
    """True for the common part of names that a macro makes, if tests of it have run."""
    return name.endswith("_") and any(result.startswith(name) for result in results)


def gather(sources: Mapping[Side, Iterable[Path]], results: Mapping[Side, Iterable[Path]]) -> list[Evidence]:
    """All tests of both sides with their results."""
    tests: list[Evidence] = []
    for side in Side:
        outcomes = read_results(results[side])
        made = tuple(outcomes)
        names = {name for name in tests_in_sources(sources[side]) if not is_made(name, made)} | outcomes.keys()
        for name in sorted(names):
            where = Side.SOC if name.endswith(ON_QEMU) else side
            tests.append(Evidence(name, where, outcomes.get(name, Outcome.NOT_RUN)))
    return tests


def stale(rows: Sequence[Row]) -> list[str]:
    """Rows that need not wait any more: a test shows the half that waits."""
    lines: list[str] = []
    for row in rows:
        for side, layer in row.waits.items():
            shown = [test.name for test in row.tests if test.side is side and test.outcome is Outcome.PASSED]
            if shown:
                lines.append(
                    f"{row.requirement.identifier} does not wait for {layer} any more: {shown[0]} passes on the "
                    f"{side.value}; take its line out of waiting.csv"
                )
    return lines
