# SPDX-License-Identifier: MIT
"""Runs the block-level runs against mutants and keeps what became of each."""

from __future__ import annotations

import os
import re
import subprocess
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from rtl.mutation.build import ROOT, MutationError
from rtl.mutation.schemata import Mutant

FAILURE = re.compile(r"^FAIL check=(\S+)", re.MULTILINE)
# How much longer than the design without mutants one may take before it counts as hung, and the least limit in seconds:
# the runs bound themselves in cycles, and a machine that is busy for a while must not pass for a mutant that hangs.
PATIENCE = 10
LEAST_LIMIT = 60.0


@dataclass(frozen=True)
class Run:
    """One block-level run: program and arguments, and the files for whose mutants it comes before the others.

    With `design` it runs on that variant of the design, which has the same mutants.
    """

    program: str
    arguments: tuple[str, ...]
    first_for: tuple[str, ...]
    design: str = ""

    def is_first_for(self, file: str) -> bool:
        """True if this run is likely to find a fault in that file."""
        return any(fnmatch(Path(file).name, pattern) for pattern in self.first_for)

    def __str__(self) -> str:
        return " ".join((self.program, *filter(None, [self.design]), *self.arguments))


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: the check and the run that caught it, both empty if it survived."""

    mutant: Mutant
    check: str
    run: str
    seconds: float

    @property
    def caught(self) -> bool:
        """True if any run told the mutant from the design."""
        return self.check != ""


def read_runs(path: Path) -> list[Run]:
    """The runs of a campaign from its TOML file."""
    table = tomllib.loads(path.read_text())
    return [
        Run(
            entry.get("program", "block_run"),
            tuple(str(argument) for argument in entry["arguments"]),
            tuple(entry.get("first_for", ())),
            entry.get("design", ""),
        )
        for entry in table["run"]
    ]


class Campaign:
    """The folder of the programs, the design with mutants and its variants, and the runs that each mutant must stand.

    Mutants whose numbers are in `explained` are tried with their first run only: nothing would tell them apart, which
    was seen with all runs when they were explained, and survivors take by far the most time.
    """

    def __init__(
        self,
        programs: Path,
        design: Path,
        runs: list[Run],
        explained: frozenset[int] = frozenset(),
        variants: Mapping[str, Path] | None = None,
    ) -> None:
        self.programs = programs
        self.variants = variants or {}
        self.explained = explained
        self.design = design
        self.runs = runs
        self.limit = LEAST_LIMIT

    def run_once(self, run: Run, number: int, limit: float) -> str:
        """The check that failed, or nothing; MutationError if the run neither passed nor failed."""
        environment = os.environ | {"BELFRY_MUTANT": str(number)}
        design = self.variants[run.design] if run.design else self.design
        command = [str(self.programs / run.program), str(design), *run.arguments]
        try:
            ended = subprocess.run(
                command,
                cwd=ROOT,
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return "time_limit"
        if ended.returncode == 0:
            return ""
        found = FAILURE.search(ended.stdout + ended.stderr)
        if found is not None:
            return found.group(1)
        if ended.returncode < 0:
            return "crash"
        said = (ended.stdout + ended.stderr).strip()[-400:]
        raise MutationError(f"{' '.join(command)} with mutant {number} ended with {ended.returncode}: {said}")

    def baseline(self) -> float:
        """Runs the design without a mutant; seconds of all runs. MutationError if a run fails: nothing can be told."""
        began = time.monotonic()
        longest = 0.0
        for run in self.runs:
            started = time.monotonic()
            check = self.run_once(run, 0, 600)
            if check:
                raise MutationError(f"without a mutant, {run} fails: check {check}")
            longest = max(longest, time.monotonic() - started)
        self.limit = max(LEAST_LIMIT, PATIENCE * longest)
        return time.monotonic() - began

    def try_mutant(self, mutant: Mutant) -> Outcome:
        """Runs one run after the other until one fails, the likely ones first."""
        began = time.monotonic()
        runs = sorted(self.runs, key=lambda run: not run.is_first_for(mutant.file))
        for run in runs[:1] if mutant.number in self.explained else runs:
            check = self.run_once(run, mutant.number, self.limit)
            if check:
                return Outcome(mutant, check, str(run), time.monotonic() - began)
        return Outcome(mutant, "", "", time.monotonic() - began)

    def outcomes(self, mutants: list[Mutant], jobs: int, told: Callable[[int], None]) -> Iterator[Outcome]:
        """Outcomes of all mutants in their order, some running at a time."""
        with ThreadPoolExecutor(jobs) as pool:
            for count, outcome in enumerate(pool.map(self.try_mutant, mutants)):
                told(count + 1)
                yield outcome
