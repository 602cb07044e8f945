# SPDX-License-Identifier: MIT
"""A finished run, read back from its folder."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.design import Design
from harness.errors import HarnessError
from harness.events import Event, EventFile
from harness.options import RunOptions
from harness.paths import design_folder, relative
from harness.program import Program

if TYPE_CHECKING:
    from harness.breakdown import Breakdown
    from harness.checks import Failure
    from harness.ledger import Ledger

PROGRAM_ADDRESS = re.compile(r"\b0x0*8[0-3][0-9a-f]{6}\b")
# The engine lists its last events as numbers, too, for a reader without the harness; here they have names.
RECENT_EVENTS = "\nlast "
DIAGNOSIS_EVENTS = 50
STATUS = {"pass": 0, "fail": 1, "dead-lock": 2, "cycle-limit": 2, "time-limit": 2, "error": 3}


@dataclass(frozen=True)
class Phase:
    """A stretch of a program between its BEGIN and END, on one hart. Cycles are SoC time."""

    name: str
    hart: int
    begin: int
    end: int

    @property
    def cycles(self) -> int:
        """Length in cycles."""
        return self.end - self.begin


@dataclass(frozen=True)
class Mark:
    """One passing of a mark: `a` and `b` are the two values that the program gave."""

    name: str
    cycle: int
    hart: int
    a: int
    b: int


@dataclass(frozen=True)
class Point:
    """One passing of a point of the harness page."""

    name: str
    cycle: int
    hart: int
    value: int


class Run:
    """Everything that a run left behind. Files are read at the first use and then kept."""

    def __init__(self, folder: Path) -> None:
        """Opens a run folder; HarnessError if it is none."""
        self.folder = folder
        try:
            self._record: dict[str, Any] = json.loads((folder / "run.json").read_text())
        except (OSError, json.JSONDecodeError) as error:
            raise HarnessError(
                f"{relative(folder)} is not a run folder: run.json: {error}",
                "a run folder is made by `python -m harness run`",
                "ls build/runs",
            ) from error
        self.options = RunOptions.from_json(self._record["options"])
        self.program_name: str = self._record["program"]

    def text(self, name: str) -> str:
        """A text file of the run folder; "" if the run did not write it."""
        path = self.folder / name
        return path.read_text(errors="replace") if path.exists() else ""

    @cached_property
    def console(self) -> str:
        """What the guest printed."""
        return self.text("console.txt").replace("\r\n", "\n")

    @cached_property
    def state_at_end(self) -> str:
        """What every part was doing when a run ended that did not end well, with symbols; "" if it ended well."""
        text = self.text("diagnosis.txt").partition(RECENT_EVENTS)[0].strip()

        def named(match: re.Match[str]) -> str:
            place = self.program.location(int(match[0], 16))
            return str(place) if place.function else match[0]

        return PROGRAM_ADDRESS.sub(named, text)

    @cached_property
    def diagnosis(self) -> str:
        """`state_at_end` and the last events, as text."""
        from harness.describe import Describer

        if not self.state_at_end or not self.has_events:
            return self.state_at_end
        describer = Describer(self)
        lines = [describer.line(event) for event in self.events.events[-DIAGNOSIS_EVENTS:]]
        return "\n".join([self.state_at_end, "", f"last {len(lines)} events:", *lines])

    @property
    def process_seconds(self) -> float:
        """Host time from the start of QEMU to its end."""
        return float(self._record.get("process", {}).get("seconds", 0.0))

    @property
    def command(self) -> str:
        """The line that repeats the run."""
        return self.text("command.txt").strip()

    @cached_property
    def summary(self) -> dict[str, Any]:
        """summary.json; if the engine could not write it or QEMU did not end as it says, a verdict "error" instead."""
        process = self._record.get("process", {})
        status, killed = process.get("status"), process.get("killed", False)
        path = self.folder / "summary.json"
        if not path.exists():
            cause = "had to be killed" if killed else f"ended with status {status}"
            return {
                "verdict": "error",
                "exit_code": 3,
                "reason": f"QEMU {cause} and left no summary: {self._last_log()}",
            }
        try:
            summary: dict[str, Any] = json.loads(path.read_text())
        except json.JSONDecodeError as error:
            return {"verdict": "error", "exit_code": 3, "reason": f"summary.json is not JSON: {error}"}
        expected = STATUS.get(summary["verdict"])
        if status != expected:
            summary["reason"] = f"QEMU ended with status {status}, but summary.json says {summary['verdict']}"
            summary["verdict"] = "error"
        return summary

    def _last_log(self) -> str:
        """The end of qemu.log, for a message."""
        lines = self.text("qemu.log").strip().splitlines()
        return " / ".join(lines[-3:]) if lines else "qemu.log is empty"

    @property
    def verdict(self) -> str:
        """pass, fail, dead-lock, cycle-limit, time-limit or error."""
        return str(self.summary["verdict"])

    @property
    def passed(self) -> bool:
        """True if the verdict is pass."""
        return self.verdict == "pass"

    @property
    def reason(self) -> str:
        """The engine's own words on the verdict."""
        return str(self.summary.get("reason", ""))

    @property
    def exit_code(self) -> int:
        """What the program stored to EXIT."""
        return int(self.summary["exit_code"])

    @property
    def status(self) -> int:
        """The exit status that goes with the verdict: 0 pass, 1 fail, 2 dead-lock or limit, 3 error."""
        return STATUS.get(self.verdict, 3)

    @property
    def cycles(self) -> int:
        """Length of the run in SoC cycles."""
        return int(self.summary.get("cycles", 0))

    @cached_property
    def counters(self) -> dict[str, int]:
        """All plain numbers of the summary."""
        return {key: value for key, value in self.summary.items() if isinstance(value, int) and key != "exit_code"}

    @property
    def harts(self) -> list[dict[str, int]]:
        """The summary's row of each hart: retired, stall, idle, time, pc."""
        return list(self.summary.get("harts", []))

    @cached_property
    def events(self) -> EventFile:
        """The events; EventFileError if they cannot be read."""
        return EventFile(self.folder / "events.bin")

    @property
    def has_events(self) -> bool:
        """False if the run ended before the engine wrote any."""
        return (self.folder / "events.bin").exists()

    @property
    def hash(self) -> str:
        """SHA-256 of the event file: equal in two runs if and only if they did the same at the same cycles."""
        return self.events.hash if self.has_events else ""

    @cached_property
    def program(self) -> Program:
        """The program as it was run."""
        return Program(self.folder / "program.elf", self.program_name)

    @cached_property
    def design(self) -> Design:
        """The design as it was run."""
        return Design(self._record["design"], self._record["registers"], design_folder(self.options.design))

    @cached_property
    def phases(self) -> list[Phase]:
        """All phases in the order of their ends; HarnessError for an end without a begin or the other way round."""
        open_phases: dict[tuple[int, int], list[int]] = {}
        result: list[Phase] = []
        begin = self.events.table.number("phase_begin")
        for event in self.events.select("phase_begin", "phase_end"):
            stack = open_phases.setdefault((event.unit, event.a), [])
            if event.kind == begin:
                stack.append(event.cycle)
            elif stack:
                result.append(Phase(self.program.string_at(event.a), event.unit, stack.pop(), event.cycle))
            else:
                raise HarnessError(
                    f"phase '{self.program.string_at(event.a)}' ends at cycle {event.cycle} on hart {event.unit}",
                    "a phase begins on the hart on which it ends",
                )
        if self.passed:
            for (hart, address), stack in open_phases.items():
                if stack:
                    raise HarnessError(
                        f"phase '{self.program.string_at(address)}' of cycle {stack[-1]} on hart {hart} never ends"
                    )
        return result

    @cached_property
    def _points(self) -> list[Point]:
        """All points in file order."""
        return [
            Point(self.program.string_at(event.a), event.cycle, event.unit, event.b)
            for event in self.events.select("point")
        ]

    def points(self, name: str | None = None) -> list[Point]:
        """Points of this name, or all."""
        return [point for point in self._points if name is None or point.name == name]

    def marks(self, name: str) -> list[Mark]:
        """All passings of a mark, in file order; empty if the program has no such mark."""
        index = self.program.mark_index(name)
        return [self.mark(event) for event in self.events.select("mark") if event.detail == index]

    def mark(self, event: Event) -> Mark:
        """A mark event with its name."""
        return Mark(self.program.mark_name(event.detail), event.cycle, event.unit, event.a, event.b)

    @cached_property
    def failures(self) -> list[Failure]:
        """Every check that failed, by cycle."""
        from harness.checks import find_failures

        return find_failures(self)

    @cached_property
    def breakdown(self) -> Breakdown:
        """Where the cycles of each wake-up went; BreakdownError if a stage is missing."""
        from harness.breakdown import analyse

        return analyse(self)

    @cached_property
    def ledger(self) -> Ledger:
        """Who touched which payload."""
        from harness.ledger import read_ledger

        return read_ledger(self)
