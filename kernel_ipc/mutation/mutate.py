# SPDX-License-Identifier: MIT
"""Plants faults in the IPC core, one at a time, and looks whether its tests notice.

python -m kernel_ipc.mutation.mutate [--sample N] [--seed S] [--file PATTERN] [--least PERCENT]

One build of core and tests carries all faults (sites.py). A first run without any says which faults each test program
comes by; a fault is tried with those programs alone, the likely ones first, and is found if one of them fails, crashes
or takes ten times as long. BUILD/report.txt has the shares and every fault that nobody found. Exit status 1 if the
share is below --least, 2 if nothing could be tried.
"""

from __future__ import annotations

import argparse
import fnmatch
import os
import random
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from kernel_ipc.mutation.sites import Mutant, rewrite

HERE = Path(__file__).resolve().parent
CORE = HERE.parent
BUILD_SECONDS = 1800
PROGRAM_SECONDS = 300
# A fault that makes a program so much slower is found; a machine that is busy makes all slower.
SLOWER = 10.0
LEAST_SECONDS = 5.0
# The explorers have builds and planted faults of their own (tests/mutants.sh).
MAKE = (
    "make", "-f", "kernel_ipc/kernel_ipc.mk", "kernel_ipc-tests", "BUILD=build", "KIPC_MODES=plain",
    "KIPC_EXPLORER_MODES=", "KIPC_CLANG=gcc", "WARNINGS=-w",
)  # fmt: skip


class MutationError(Exception):
    """No fault can be tried; the text says why."""


@dataclass(frozen=True)
class Program:
    """A test program, the time that it takes without a fault, and the faults that it comes by."""

    path: Path
    seconds: float
    reached: frozenset[int]

    @property
    def subject(self) -> str:
        """What the program tests, by its name."""
        return self.path.name.removeprefix("test_")


@dataclass(frozen=True)
class Outcome:
    """What became of a fault: the program that found it, or "" and how many were tried."""

    mutant: Mutant
    found_by: str
    tried: int


def plant_all(folder: Path) -> list[Mutant]:
    """Copies the core to a folder, with every fault in its sources."""
    tree = folder / "kernel_ipc"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(CORE, tree, ignore=shutil.ignore_patterns("__pycache__"))
    mutants: list[Mutant] = []
    number = 1
    for source in sorted((tree / "src").glob("*.[ch]")):
        if source.name == "atomic.h":
            continue  # order of memory: no test on this host could see it
        text, planted = rewrite(source.name, source.read_text(), number)
        source.write_text('#include "selector.h"\n' + text)
        mutants += planted
        number = max((mutant.number for mutant in planted), default=number - 1) + 1
    shutil.copy(HERE / "selector.h", tree / "src" / "selector.h")
    # Part of a source that every program links.
    with (tree / "src" / "error.c").open("a") as error:
        error.write((HERE / "selector.c").read_text())
    return mutants


def build(folder: Path, jobs: int) -> list[Path]:
    """Builds the test programs of a tree."""
    command = [*MAKE, f"-j{jobs}"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=BUILD_SECONDS, check=False)
    if result.returncode != 0:
        raise MutationError(f"the core with all faults does not build:\n{result.stderr[-3000:]}")
    programs = [
        path
        for path in sorted((folder / "build" / "kernel_ipc" / "plain").glob("test_*"))
        if os.access(path, os.X_OK) and path.is_file() and not path.suffix
    ]
    if not programs:
        raise MutationError(f"make left no test program in {folder}")
    return programs


def run(program: Path, mutant: int, limit: float, reached: Path | None = None) -> bool:
    """Runs a program with a fault (0: none); True if it passed in time."""
    environment = os.environ | {"KIPC_MUTANT": str(mutant)}
    if reached is not None:
        environment["KIPC_REACHED"] = str(reached)
    try:
        result = subprocess.run(
            [str(program)],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return result.returncode == 0


def examine(path: Path) -> Program:
    """Runs a program without a fault; it must pass."""
    reached = path.with_suffix(".reached")
    reached.unlink(missing_ok=True)
    started = time.monotonic()
    if not run(path, 0, PROGRAM_SECONDS, reached):
        raise MutationError(f"{path.name} fails without a fault; it must pass before its worth can be measured")
    seconds = time.monotonic() - started
    numbers = frozenset(number for number, flag in enumerate(reached.read_bytes()) if flag)
    return Program(path, seconds, numbers)


def likely(mutant: Mutant, programs: Iterable[Program]) -> list[Program]:
    """Programs that come by a fault: those for its source first, then the quick ones."""
    subject = Path(mutant.file).stem
    common = [program for program in programs if mutant.number in program.reached]
    return sorted(common, key=lambda program: (program.subject.split("_")[0] != subject.split("_")[0], program.seconds))


def attempt(mutant: Mutant, programs: Sequence[Program]) -> Outcome:
    """Tries a fault until a program finds it."""
    candidates = likely(mutant, programs)
    for program in candidates:
        if not run(program.path, mutant.number, max(LEAST_SECONDS, SLOWER * program.seconds)):
            return Outcome(mutant, program.path.name, len(candidates))
    return Outcome(mutant, "", len(candidates))


def share(outcomes: Sequence[Outcome]) -> float:
    """Percentage of faults that were found."""
    return 100.0 * sum(bool(outcome.found_by) for outcome in outcomes) / len(outcomes)


def shares_by(outcomes: Sequence[Outcome], key: str) -> list[str]:
    """Lines with the share of each file, or of each kind of change."""
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[getattr(outcome.mutant, key)].append(outcome)
    lines = []
    for name, members in sorted(groups.items()):
        found = sum(bool(outcome.found_by) for outcome in members)
        lines.append(f"  {name:24} {found:5} of {len(members):5}  {share(members):5.1f}%")
    return lines


def report(outcomes: Sequence[Outcome], all_mutants: int, seed: int) -> str:
    """The report as text."""
    found = sum(bool(outcome.found_by) for outcome in outcomes)
    lines = [
        f"{found} of {len(outcomes)} faults found, {share(outcomes):.1f}%; chosen by seed {seed} from {all_mutants}",
        "", "by source", *shares_by(outcomes, "file"), "", "by kind", *shares_by(outcomes, "operator"), "", "not found",
    ]  # fmt: skip
    for outcome in sorted(outcomes, key=lambda item: item.mutant.number):
        mutant = outcome.mutant
        if not outcome.found_by:
            reach = f"{outcome.tried} programs come by" if outcome.tried else "no program comes by"
            lines.append(f"  {mutant.number} {mutant.file}:{mutant.line} {mutant.operator} ({reach})")
            lines += [f"    - {mutant.before}", f"    + {mutant.after}"]
    return "\n".join(lines) + "\n"


def choose(mutants: Sequence[Mutant], pattern: str, sample: int, seed: int) -> list[Mutant]:
    """The faults to try."""
    named = [mutant for mutant in mutants if fnmatch.fnmatch(mutant.file, pattern)]
    if not named:
        raise MutationError(f"no fault in a source that matches {pattern!r}; sources are those of kernel_ipc/src")
    return named if sample == 0 or sample >= len(named) else random.Random(seed).sample(named, sample)


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("build/kernel_ipc/mutation"))
    parser.add_argument("--sample", type=int, default=200, help="how many; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", default="*", help="pattern for the names of sources")
    parser.add_argument("--least", type=float, default=0.0, help="least share in percent")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    folder: Path = options.folder.resolve()
    try:
        mutants = plant_all(folder)
        chosen = choose(mutants, options.file, options.sample, options.seed)
        # One at a time: their times are the measure for what takes too long.
        programs = [examine(path) for path in build(folder, options.jobs)]
    except (MutationError, subprocess.TimeoutExpired) as error:
        print(f"mutate-ipc: {error}", file=sys.stderr)
        return 2
    with ThreadPoolExecutor(options.jobs) as pool:
        outcomes = list(pool.map(lambda mutant: attempt(mutant, programs), chosen))
    text = report(outcomes, len(mutants), options.seed)
    (folder / "report.txt").write_text(text)
    print(text, end="")
    return 0 if share(outcomes) >= options.least else 1


if __name__ == "__main__":
    sys.exit(main())
