# SPDX-License-Identifier: MIT
"""Measures how good the block-level runs are at finding faults: plants each fault of a kind, one at a time, and looks.

    python -m rtl.mutation.mutate [--programs build/sim/block] [--sample N] [--seed N] [--file PATTERN]
                                    [--thorough] [--list]

A mutant is caught if any run of runs.toml fails with it. The share of caught mutants, outside of those that
survivors.toml explains, must reach the bound. Reports go to build/reports/mutation/.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

from rtl.mutation.build import HERE, ROOT, MutationError, build
from rtl.mutation.campaign import Campaign, Outcome, Run, read_runs
from rtl.mutation.schemata import Mutant
from rtl.mutation.survivors import Explanation, explained, read_explanations, stale

BOUND = 0.95
REPORTS = ROOT / "build" / "reports" / "mutation"


def choose(mutants: list[Mutant], pattern: str, sample: int, seed: int) -> list[Mutant]:
    """The mutants to try: those of the files that match, all of them or a seeded sample."""
    found = [mutant for mutant in mutants if fnmatch(Path(mutant.file).name, pattern)]
    if 0 < sample < len(found):
        found = sorted(random.Random(seed).sample(found, sample), key=lambda mutant: mutant.number)
    return found


def share(outcomes: list[Outcome], reasons: dict[int, str]) -> float:
    """Caught mutants among those that are not explained as equal to the design."""
    caught = sum(outcome.caught for outcome in outcomes)
    return caught / max(1, len(outcomes) - len(reasons))


def table(title: str, rows: list[tuple[str, int, int]]) -> list[str]:
    """Lines of a table of names with the mutants caught, of how many."""
    lines = [f"{title:44} caught   of"]
    return [*lines, *(f"  {name:42} {caught:6} {total:6}" for name, caught, total in rows), ""]


def grouped(outcomes: list[Outcome], by: str) -> list[tuple[str, int, int]]:
    """Counts by an attribute of the mutants."""
    total = Counter(str(getattr(outcome.mutant, by)) for outcome in outcomes)
    caught = Counter(str(getattr(outcome.mutant, by)) for outcome in outcomes if outcome.caught)
    return [(name, caught[name], total[name]) for name in sorted(total)]


def report_text(outcomes: list[Outcome], reasons: dict[int, str]) -> str:
    """The report for people."""
    caught = [outcome for outcome in outcomes if outcome.caught]
    lines = [
        f"{len(outcomes)} mutants, {len(caught)} caught, {len(reasons)} explained (equal, or refuted by a proof), "
        f"{len(outcomes) - len(caught) - len(reasons)} survived: {100 * share(outcomes, reasons):.2f}%",
        "",
    ]
    lines += table("file", grouped(outcomes, "file"))
    lines += table("operator", grouped(outcomes, "operator"))
    checks = Counter(outcome.check for outcome in caught)
    lines += table("caught by check", [(check, count, len(caught)) for check, count in checks.most_common()])
    survivors = [item for item in outcomes if not item.caught and item.mutant.number not in reasons]
    lines += [f"{len(survivors)} survivors without an explanation:"] if survivors else []
    for outcome in survivors:
        mutant = outcome.mutant
        lines += [f"  {mutant.file}:{mutant.line} mutant {mutant.number} ({mutant.operator})"]
        lines += [f"    - {mutant.before}", f"    + {mutant.after}"]
    return "\n".join(lines) + "\n"


def write_reports(outcomes: list[Outcome], reasons: dict[int, str]) -> str:
    """Writes report.txt and mutants.json; the text of the first."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    text = report_text(outcomes, reasons)
    (REPORTS / "report.txt").write_text(text)
    entries = [
        outcome.mutant.as_json()
        | {"check": outcome.check, "run": outcome.run, "seconds": round(outcome.seconds, 3)}
        | {"equal": reasons.get(outcome.mutant.number, "")}
        for outcome in outcomes
    ]
    (REPORTS / "mutants.json").write_text(json.dumps({"share": share(outcomes, reasons), "mutants": entries}, indent=1))
    return text


def progress(total: int, began: float, done: int) -> None:
    """Tells how far it is, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r  {done} of {total} mutants, {time.monotonic() - began:.0f} s ", end="", file=sys.stderr, flush=True)


def judge(
    outcomes: list[Outcome], mutants: list[Mutant], reasons: dict[int, str], explanations: list[Explanation]
) -> int:
    """1, with the reasons, if too many survived or survivors.toml is out of date."""
    failed = False
    for entry in stale(outcomes, mutants, explanations):
        print(f"mutation: survivors.toml explains what is not a survivor: {entry.file}: {entry.after}", file=sys.stderr)
        failed = True
    if share(outcomes, reasons) < BOUND:
        print(f"mutation: {100 * share(outcomes, reasons):.2f}% caught, {100 * BOUND:.0f}% needed", file=sys.stderr)
        failed = True
    return 1 if failed else 0


def build_variants(runs: list[Run], mutants: list[Mutant]) -> dict[str, Path]:
    """The variants of the design that runs ask for, with the same mutants under the same numbers."""
    variants = {}
    for name in sorted({run.design for run in runs if run.design}):
        variants[name], found = build(name)
        if found != mutants:
            raise MutationError(f"{name} has other mutants than the design: its sources are not the same")
    return variants


def campaign(options: argparse.Namespace) -> int:
    """Builds, runs, reports; the exit status."""
    design, mutants = build(options.design)
    chosen = choose(mutants, options.file, options.sample, options.seed)
    if options.list:
        for mutant in chosen:
            print(f"{mutant.number} {mutant.file}:{mutant.line} {mutant.operator}: {mutant.before} => {mutant.after}")
        return 0
    explanations = read_explanations(HERE / "survivors.toml")
    known = frozenset() if options.thorough else frozenset(explained(mutants, explanations))
    runs = read_runs(HERE / "runs.toml")
    variants = build_variants(runs, mutants)
    tried = Campaign(options.programs.resolve(), design, runs, known, variants)
    print(f"{len(chosen)} of {len(mutants)} mutants; without any, the runs pass in {tried.baseline():.1f} s")
    began = time.monotonic()
    outcomes = list(tried.outcomes(chosen, options.jobs, lambda done: progress(len(chosen), began, done)))
    reasons = explained((outcome.mutant for outcome in outcomes if not outcome.caught), explanations)
    print(f"\n{write_reports(outcomes, reasons)}{REPORTS.relative_to(ROOT)}, {time.monotonic() - began:.0f} s")
    return judge(outcomes, mutants, reasons, explanations)


def main() -> int:
    """Command line. Returns 1 if too many mutants survived, 2 if they could not be tried."""
    parser = argparse.ArgumentParser(description="Plant faults in the reference mailbox and see which are found.")
    parser.add_argument(
        "--programs", type=Path, default=ROOT / "build" / "sim" / "block", help="folder of the block-level programs"
    )
    parser.add_argument("--design", default="mailbox")
    parser.add_argument("--sample", type=int, default=0, help="try that many mutants only")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    parser.add_argument("--file", default="*", help="only mutants of files whose name matches this pattern")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    parser.add_argument("--thorough", action="store_true", help="all runs for mutants that are explained, too")
    parser.add_argument("--list", action="store_true", help="print the mutants and try none")
    try:
        return campaign(parser.parse_args())
    except (MutationError, ValueError) as error:
        print(f"mutation: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
