# SPDX-License-Identifier: MIT
"""Proves the properties of rtl/formal/proofs, and that each proof can fail.

For every proof: it holds (from reset, and with mode `induction` for all time), its cover statements are reached, so
that its assumptions leave something to prove, and every planted bug is refuted by a run from reset. Anything else is
an error, a plant whose text is no longer in the source included.
"""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from rtl.formal.manifest import ROOT, ManifestError, Plant, Proof, load_all
from rtl.formal.solver import SolverError, ask, prepare

BUILD = ROOT / "build" / "formal"


@dataclass
class Line:
    """One line of the table: what was asked, and what came out."""

    what: str
    mode: str
    result: str
    seconds: float
    good: bool
    trace: Path | None = None


@dataclass
class Job:
    """One thing to do, and the proof that it belongs to."""

    proof: Proof
    work: Callable[[], list[Line]]
    lines: list[Line] = field(default_factory=list)


def prove(proof: Proof) -> list[Line]:
    """Show that the property holds, and that the proof is about something."""
    start = time.monotonic()
    folder = BUILD / proof.name
    model = prepare(proof, folder)
    # An induction over k steps stands on the first k steps from reset; one more covers the cycle of the reset itself.
    inductive = proof.mode == "induction"
    depth = proof.depth + 1 if inductive else proof.depth
    base = ask(model, "base", ["-t", str(depth)])
    if not base.holds:
        result = f"REFUTED in step {base.step}: {base.failed}"
        return [Line("property", proof.mode_text(), result, time.monotonic() - start, False, base.trace)]
    if inductive:
        step = ask(model, "induction", ["-i", "-t", str(proof.depth)])
        if not step.holds:
            result = f"NOT PROVED, the induction fails: {step.failed}"
            return [Line("property", proof.mode_text(), result, time.monotonic() - start, False, step.trace)]
    lines = [Line("property", proof.mode_text(), "holds", time.monotonic() - start, True)]
    return [*lines, cover(proof, model)]


def cover(proof: Proof, model: Path) -> Line:
    """Show that the assumptions let every cover statement be reached."""
    answer = ask(model, "cover", ["-c", "-t", str(proof.cover_depth)])
    total = len(answer.reached | answer.unreached)
    result = f"{len(answer.reached)} of {total} reached by step {answer.step}"
    if answer.unreached:
        result += f", NOT {', '.join(sorted(answer.unreached))}"
    good = answer.holds and total > 0
    return Line("not vacuous", "cover", result, answer.seconds, good)


def refute(proof: Proof, plant: Plant, number: int) -> list[Line]:
    """Show that a run from reset violates the property when the bug is in."""
    start = time.monotonic()
    model = prepare(proof, BUILD / proof.name / f"plant_{number}", plant)
    answer = ask(model, "base", ["-t", str(plant.depth)])
    result = f"refuted in step {answer.step} by {answer.failed}"
    if answer.holds:
        result = f"SURVIVES {plant.depth} steps"
    return [Line(f"plant: {plant.name}", "", result, time.monotonic() - start, not answer.holds)]


def guarded(job: Job) -> Job:
    """Do a job; a tool that fails is a failed proof, and the others go on."""
    try:
        job.lines = job.work()
    except (SolverError, ManifestError, OSError) as error:
        job.lines = [Line("ERROR", "", str(error), 0.0, False)]
    return job


def jobs_of(proof: Proof) -> list[Job]:
    """List what is to be done for one proof."""
    plants = [Job(proof, partial(refute, proof, plant, number)) for number, plant in enumerate(proof.plants)]
    return [Job(proof, partial(prove, proof)), *plants]


def show(proof: Proof, lines: list[Line]) -> None:
    """Print what came out for one proof."""
    print(f"\n{proof.name}: {proof.property}")
    for line in lines:
        print(f"  {line.what:<76} {line.mode:<18} {line.seconds:6.1f} s  {line.result}")
        if line.trace is not None:
            print(f"  {'':<76} counterexample: {line.trace}")
    sys.stdout.flush()


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make formal", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("proofs", nargs="*", help="names of proofs, all if none is given")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="solvers at a time")
    parser.add_argument("--no-plants", action="store_true", help="leave the planted bugs out")
    return parser.parse_args()


def main() -> int:
    """Run all jobs and print the table."""
    options = arguments()
    missing = [tool for tool in ("yosys", "yosys-smtbmc", "z3") if shutil.which(tool) is None]
    if missing:
        print(f"formal proofs need {', '.join(missing)}", file=sys.stderr)
        return 2
    try:
        proofs = load_all(options.proofs)
    except ManifestError as error:
        print(error, file=sys.stderr)
        return 2
    start = time.monotonic()
    bad = 0
    plants = 0
    with ThreadPoolExecutor(max_workers=options.jobs) as pool:
        running = []
        for proof in proofs:
            jobs = jobs_of(proof)[: 1 if options.no_plants else None]
            running.append((proof, [pool.submit(guarded, job) for job in jobs]))
        for proof, futures in running:
            lines = [line for future in futures for line in future.result().lines]
            show(proof, lines)
            bad += sum(not line.good for line in lines)
            plants += len(futures) - 1
    seconds = time.monotonic() - start
    verdict = "all as they should be" if bad == 0 else f"{bad} FAILED"
    print(f"\n{len(proofs)} proofs, {plants} planted bugs: {verdict}, {seconds:.0f} s")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
