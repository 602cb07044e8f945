# SPDX-License-Identifier: MIT
"""Runs the benchmark of the IPC core and compares its contestants, within rounds and by medians.

python -m kernel_ipc.bench.report [--program bench_ipc] [--rounds N] [--json FILE]: exit status 1 if a bound is missed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

LIMIT_SECONDS = 900


@dataclass(frozen=True)
class Bound:
    """A bound of a contestant in a work: at most `most` nanoseconds or, with `against`, times another contestant.

    One that does not bind is a figure of somebody else's: ours is shown beside it, and nothing is judged.
    """

    requirement: str
    work: str
    name: str
    most: float
    against: str = ""
    binds: bool = True


@dataclass(frozen=True)
class Outcome:
    """What was measured for a bound."""

    bound: Bound
    value: float

    @property
    def kept(self) -> bool:
        """True if the bound is kept, or does not bind."""
        return not self.bound.binds or self.value <= self.bound.most

    @property
    def verdict(self) -> str:
        """The verdict as the table shows it."""
        if not self.bound.binds:
            return "reported"
        return "[green]kept[/]" if self.kept else "[red]missed[/]"


BOUNDS = (
    Bound("", "pair", "ring", 1.0, "ck_ring"),
    Bound("", "pair", "ring, called", 1.0, "ck_ring", binds=False),
    Bound("", "stream", "ring", 1.0, "ck_ring"),
    Bound("", "pair", "ring", 1.0, "rte_ring", binds=False),
    Bound("", "stream", "ring", 1.0, "rte_ring", binds=False),
    Bound("", "round trip", "ring", 0.25, "futex box"),
    Bound("", "round trip", "ring, blocking calls", 0.25, "futex box"),
    Bound("", "round trip", "channel", 0.25, "futex box"),
    Bound("VER-PF-09", "send", "ring", 500.0),
    Bound("VER-PF-09", "send", "channel, asynchronous", 500.0),
    Bound("VER-PF-10", "look-up", "name", 15.0, binds=False),
    Bound("VER-PF-10", "look-up", "name, 1,000 others", 15.0, binds=False),
    Bound("VR4-PF-02", "create and destroy", "channel", 2000.0, binds=False),
    Bound("VR4-PF-02", "create and destroy", "channel, 1,000 others", 2000.0, binds=False),
    Bound("VR4-PF-01", "large", "loan, 64 KiB", 5000.0, binds=False),
)

# The contestant that the others of a work are shown against.
REFERENCES = {
    "pair": "ring",
    "stream": "ring",
    "round trip": "ring",
    "send": "ring",
    "lock and unlock": "mutex",
    "contended lock": "mutex",
    "create and destroy": "channel",
    "look-up": "name",
    "large": "loan, 64 KiB",
}

# Take part if their headers could be fetched (bench.mk).
OPTIONAL = ("rte_ring",)


class BenchError(Exception):
    """The benchmark did not run as it should."""


@dataclass(frozen=True)
class Sample:
    """Nanoseconds of one operation, and whether another program took a processor meanwhile."""

    time: float
    is_disturbed: bool


Samples = dict[str, dict[str, dict[int, Sample]]]


def parse(lines: Iterable[str]) -> Samples:
    """Nanoseconds an operation by work, contestant and round; raises BenchError for what is no sample."""
    samples: Samples = {}
    for line in lines:
        try:
            record = json.loads(line)
            sample = Sample(record["ns"] / record["operations"], record["disturbed"])
            samples.setdefault(record["work"], {}).setdefault(record["name"], {})[record["round"]] = sample
        except (ValueError, KeyError, TypeError, ZeroDivisionError) as error:
            raise BenchError(f"{line.strip()!r} is no sample ({error}); each line of bench_ipc is one") from None
    return samples


def median(samples: Samples, work: str, name: str) -> float:
    """Median nanoseconds of a contestant, of undisturbed samples if there are; BenchError if it did not take part."""
    try:
        taken = samples[work][name].values()
        return statistics.median([s.time for s in taken if not s.is_disturbed] or [s.time for s in taken])
    except KeyError:
        raise BenchError(f"nobody called {name!r} took part in {work!r}; bench_ipc runs all contestants") from None


def ratio(samples: Samples, work: str, name: str, against: str) -> float:
    """Median over the rounds of one contestant's time over the other's in the same round.

    Rounds in which both were undisturbed count; if there are none, all do.
    """
    _ = median(samples, work, name), median(samples, work, against)
    ours, theirs = samples[work][name], samples[work][against]
    common = sorted(ours.keys() & theirs.keys())
    if not common:
        raise BenchError(f"{name!r} and {against!r} have no round of {work!r} in common")
    calm = [turn for turn in common if not (ours[turn].is_disturbed or theirs[turn].is_disturbed)]
    return statistics.median(ours[turn].time / theirs[turn].time for turn in calm or common)


def calm_share(samples: Samples, work: str, name: str) -> float:
    """Share of the samples of a contestant in which nobody else took a processor."""
    taken = samples[work][name].values()
    return sum(not sample.is_disturbed for sample in taken) / len(taken)


def judge(samples: Samples, bounds: Iterable[Bound] = BOUNDS) -> list[Outcome]:
    """Every bound with what was measured for it; none beside a contestant that may be away, and is."""
    outcomes = []
    for bound in bounds:
        if bound.against in OPTIONAL and bound.against not in samples.get(bound.work, {}):
            continue
        if bound.against:
            value = ratio(samples, bound.work, bound.name, bound.against)
        else:
            value = median(samples, bound.work, bound.name)
        outcomes.append(Outcome(bound, value))
    return outcomes


def run(program: Path, rounds: int, works: Iterable[str] = ()) -> Samples:
    """Runs the benchmark; raises BenchError if it fails or takes too long."""
    if not program.is_file():
        raise BenchError(f"{program} is not built: make bench-ipc builds it")
    command = [str(program), "--rounds", str(rounds)]
    for work in works:
        command += ["--work", work]
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise BenchError(f"{program} did not end within {LIMIT_SECONDS} s; its works are bounded") from None
    if result.returncode != 0:
        raise BenchError(f"{program} ended with status {result.returncode}: {result.stderr.strip()}")
    return parse(result.stdout.splitlines())


def shown(nanoseconds: float) -> str:
    """A time as the tables show it."""
    return f"{nanoseconds:,.0f} ns" if nanoseconds >= 100 else f"{nanoseconds:.1f} ns"


def works_table(samples: Samples, rounds: int) -> Table:
    """Every contestant of every work."""
    table = Table(title=f"IPC core on this host, time of one operation, median of {rounds}", title_justify="left")
    for column in ("work", "contestant", "time", "against the first", "undisturbed"):
        table.add_column(column, justify="left" if column in ("work", "contestant") else "right")
    for work, contestants in samples.items():
        reference = REFERENCES[work]
        names = [reference, *(name for name in contestants if name != reference)]
        for position, name in enumerate(names):
            share = "" if position == 0 else f"{ratio(samples, work, name, reference):.2f}"
            calm = f"{calm_share(samples, work, name):.0%}"
            table.add_row("" if position else work, name, shown(median(samples, work, name)), share, calm)
        table.add_section()
    return table


def bounds_table(outcomes: Iterable[Outcome]) -> Table:
    """Every bound, and whether it is kept."""
    table = Table(title="bounds, and figures that others report of theirs", title_justify="left")
    for column in ("figure", "measured", "at most, or theirs", "", "requirement"):
        table.add_column(column, justify="right" if column in ("measured", "at most, or theirs") else "left")
    for outcome in outcomes:
        bound = outcome.bound
        figure = f"{bound.work}: {bound.name}" + (f" / {bound.against}" if bound.against else "")
        value, most = (
            (f"{outcome.value:.2f}" if outcome.value >= 0.1 else f"{outcome.value:.4f}", f"{bound.most:.2f}")
            if bound.against
            else (shown(outcome.value), shown(bound.most))
        )
        table.add_row(figure, value, most, outcome.verdict, bound.requirement)
    return table


def main(arguments: list[str] | None = None) -> int:
    """Command line; 0 if all bounds are kept, 1 if one is missed, 2 if there is nothing to judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=Path("build/kernel_ipc/bench/bench_ipc"))
    parser.add_argument("--rounds", type=int, default=31, help="an odd number, so that the median is a measurement")
    parser.add_argument("--json", type=Path, help="file that gets medians and bounds")
    options = parser.parse_args(arguments)
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    if options.rounds < 1 or options.rounds % 2 == 0:
        parser.error(f"--rounds {options.rounds}: an odd number, so that the median is a measurement")
    try:
        samples = run(options.program, options.rounds)
        outcomes = judge(samples)
    except BenchError as error:
        print(f"bench_ipc: {error}", file=sys.stderr)
        return 2
    console.print(works_table(samples, options.rounds))
    console.print(bounds_table(outcomes))
    if "rte_ring" not in samples["pair"]:
        console.print("rte_ring did not take part: its headers could not be fetched (kernel_ipc/bench/README.md)")
    if options.json is not None:
        medians = {work: {name: median(samples, work, name) for name in names} for work, names in samples.items()}
        bounds = [vars(outcome.bound) | {"measured": outcome.value, "kept": outcome.kept} for outcome in outcomes]
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"nanoseconds": medians, "bounds": bounds}, indent=2) + "\n")
    return 0 if all(outcome.kept for outcome in outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
