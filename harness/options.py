# SPDX-License-Identifier: MIT
"""The options of one run: what they may be, and the command line that means the same."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from harness.errors import HarnessError

HARTS_MAX = 2
PARAMETER_BYTES = 0x1000 - 0x900
PARAMETER_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class RunOptions:
    """Everything that decides what a run does. Times are SoC cycles but for `host_time_limit`, which is seconds."""

    program: str
    design: str = "mailbox"
    harts: int = 1
    seed: int = 1
    quantum: int = 1
    lead: int = 50
    cycle_limit: int = 500_000_000
    host_time_limit: float = 120.0
    wave: tuple[int, int] | None = None
    memory_latency: int = 0
    back_pressure: int = 0
    skip: bool = True
    ignore_quiet: bool = False
    parameters: dict[str, str] = field(default_factory=dict)
    output: Path | None = None
    gdb: bool = False
    record_inputs: bool = False

    def validate(self) -> None:
        """HarnessError for the first value that is not acceptable."""
        self._range("harts", self.harts, 1, HARTS_MAX)
        self._range("seed", self.seed, 0, (1 << 64) - 1)
        self._range("quantum", self.quantum, 1, 1_000_000)
        self._range("lead", self.lead, 1, 1_000_000)
        self._range("cycle-limit", self.cycle_limit, 1, (1 << 63) - 1)
        self._range("memory-latency", self.memory_latency, 0, 10_000)
        self._range("back-pressure", self.back_pressure, 0, 90)
        if not 0 < self.host_time_limit <= 86_400:
            raise HarnessError(
                f"--host-time-limit {self.host_time_limit}", "it is seconds, more than 0 and at most 86400"
            )
        if self.wave is not None and not 0 <= self.wave[0] < self.wave[1]:
            raise HarnessError(
                f"--wave {self.wave[0]}:{self.wave[1]}",
                "a wave window is START:END in cycles with START before END",
                "for example --wave 1000:2000",
            )
        self._validate_parameters()

    @staticmethod
    def _range(name: str, value: int, low: int, high: int) -> None:
        """HarnessError unless low <= value <= high."""
        if not low <= value <= high:
            raise HarnessError(f"--{name} {value}", f"{name} is {low} to {high}")

    def _validate_parameters(self) -> None:
        """Names that a program can ask for, and no more text than the harness page holds."""
        for name, value in self.parameters.items():
            if not PARAMETER_NAME.fullmatch(name):
                raise HarnessError(
                    f"--parameter {name}={value}", "a name is a letter and then letters, digits, '_', '.' or '-'"
                )
            if not value.isascii() or not value.isprintable():
                raise HarnessError(f"--parameter {name}={value!r}", "a value is printable ASCII")
        size = len(parameter_block(self.parameters).replace("\n", "\0")) + 1
        if size > PARAMETER_BYTES:
            raise HarnessError(f"the parameters take {size} bytes", f"the harness page has room for {PARAMETER_BYTES}")

    @property
    def precise(self) -> bool:
        """True if the hardware follows each single instruction."""
        return self.quantum == 1

    def folder_name(self) -> str:
        """Name of the run's folder, without the number that makes it unique."""
        program = Path(self.program).stem
        return f"{program}-{self.design}-h{self.harts}-q{self.quantum}-s{self.seed}"

    def arguments(self) -> list[str]:
        """Command-line arguments that make the same run; options at their default are left out, so is the output."""
        result = ["run", self.program]
        for option in fields(self):
            value = getattr(self, option.name)
            flag = "--" + option.name.replace("_", "-")
            if option.name in ("program", "output", "parameters") or value == option.default:
                continue
            if option.name == "wave":
                result += [flag, f"{value[0]}:{value[1]}"]
            elif option.name == "skip":
                result += ["--no-skip"]
            elif option.name in ("gdb", "record_inputs", "ignore_quiet"):
                result += [flag]
            else:
                result += [flag, f"{value:g}" if isinstance(value, float) else str(value)]
        for name in sorted(self.parameters):
            result += ["--parameter", f"{name}={self.parameters[name]}"]
        return result

    def command(self) -> str:
        """The line to type at the project's root to repeat the run."""
        return shlex.join(["build/venv/bin/python", "-m", "harness", *self.arguments()])

    def to_json(self) -> dict[str, Any]:
        """All options as plain data."""
        values = {option.name: getattr(self, option.name) for option in fields(self)}
        values["wave"] = list(self.wave) if self.wave else None
        values["output"] = str(self.output) if self.output else None
        return values

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> RunOptions:
        """The options that `to_json` wrote."""
        known = {option.name for option in fields(cls)}
        unknown = set(values) - known
        if unknown:
            raise HarnessError(f"run.json has unknown options: {', '.join(sorted(unknown))}")
        copy = dict(values)
        copy["wave"] = tuple(copy["wave"]) if copy.get("wave") else None
        copy["output"] = Path(copy["output"]) if copy.get("output") else None
        return cls(**copy)


def parameter_block(parameters: dict[str, str]) -> str:
    """The parameters as the engine reads them: one name=value a line, by name."""
    return "".join(f"{name}={parameters[name]}\n" for name in sorted(parameters))


def parse_parameters(texts: list[str]) -> dict[str, str]:
    """Parameters from `name=value` texts; HarnessError for one without '=' or given twice."""
    result: dict[str, str] = {}
    for text in texts:
        name, separator, value = text.partition("=")
        if not separator:
            raise HarnessError(f"--parameter {text}", "a parameter is name=value", f"--parameter {text}=1")
        if name in result:
            raise HarnessError(f"--parameter {text}", f"parameter '{name}' was given before as {result[name]}")
        result[name] = value
    return result


def parse_wave(text: str) -> tuple[int, int]:
    """A wave window from START:END; HarnessError if it is not that."""
    start, separator, end = text.partition(":")
    if not separator or not start.isdecimal() or not end.isdecimal():
        raise HarnessError(f"--wave {text}", "a wave window is START:END in cycles", "for example --wave 1000:2000")
    return int(start), int(end)
