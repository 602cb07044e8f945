# SPDX-License-Identifier: MIT
"""Measures which lines, cover properties and signal bits of the design block-level and co-simulated runs pass.

    python -m rtl.coverage.cover --runner build/sim/block/block_run [--design NAME]... [--data FILE]...

Builds each design with coverage points, runs the block-level runs and the firmware of runs.toml on it, joins what came
out with further coverage files, and prints a table by source file. Fails if a line or a cover property is neither
passed nor waived. Toggles are told only: upper bits of addresses and counters cannot all move in a run. The page is in
build/reports/coverage/.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rtl.coverage.points import Point, is_line, join
from rtl.coverage.waivers import LineTexts, Waiver, read_waivers, sift

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = ROOT / "build" / "coverage"
REPORTS = ROOT / "build" / "reports" / "coverage"
# Verilator's splitting of blocks moves counters to where a condition reads values that the block has changed since.
OPTIONS = ("--coverage-line", "--coverage-user", "-fno-split", "-fno-reorder", "--output-split", "10000")
# The runs take seconds, the compiler minutes: it is the one to spare.
EFFORT = {"OPT_FAST": "-O1", "OPT_SLOW": "-O0"}

# What a run is: its command, the coverage file that it writes, and what it needs in the environment.
Run = tuple[list[str], Path, dict[str, str]]


class CoverageError(Exception):
    """Coverage cannot be measured; the text says why."""


def command(arguments: list[str], environment: dict[str, str] | None = None) -> None:
    """Runs a program; CoverageError with what it said if it fails."""
    ended = subprocess.run(
        arguments, cwd=ROOT, env=os.environ | (environment or {}), capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise CoverageError(f"{' '.join(arguments)} failed:\n{(ended.stdout + ended.stderr)[-3000:]}")


def fingerprint(folder: Path, options: tuple[str, ...]) -> str:
    """What a built design depends on, as one number."""
    sources = [ROOT / line for line in (folder / "sources.txt").read_text().split()]
    files = [*sources, folder / "binding.cpp", folder / "parameters.txt", *sorted(HERE.glob("*.[hv]*"))]
    digest = hashlib.sha256(" ".join(options).encode())
    for file in [*files, *sorted((ROOT / "sim" / "dut").glob("*.*"))]:
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def build(design: str, toggles: bool, jobs: int) -> Path:
    """Makes a design with coverage points, unless it is there already; its shared object."""
    options = (*OPTIONS, "--coverage-toggle") if toggles else OPTIONS
    folder = BUILD / design
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ROOT / "build" / "designs" / design / "registers", folder / "registers", dirs_exist_ok=True)
    relative = str(folder.relative_to(ROOT))
    command([sys.executable, "-m", "sim.dut.bind_design", f"rtl/{design}", relative, "--covers"])
    built, stamp = folder / "design.so", folder / "fingerprint"
    wanted = fingerprint(folder, options)
    if not (built.exists() and stamp.exists() and stamp.read_text() == wanted):
        classes = ("-CFLAGS", f"-include {HERE / 'coverage_of_classes.h'}", str(HERE / "coverage_off.vlt"))
        command(["sh", "sim/dut/verilate.sh", relative, *options, *classes], EFFORT | {"JOBS": str(jobs)})
        stamp.write_text(wanted)
    return built


def measure(arguments: list[str], file: Path, environment: dict[str, str]) -> str:
    """Does one run, which writes its coverage into the file; what is wrong with the run, or nothing.

    A run that fails has covered something all the same: the table is made of all, and the command fails in the end.
    """
    file.unlink(missing_ok=True)
    try:
        command(arguments, environment | {"BELFRY_COVERAGE": str(file)})
    except CoverageError as error:
        if not file.exists():
            raise
        return str(error)
    if not file.exists():
        raise CoverageError(f"{' '.join(arguments)} wrote no coverage")
    return ""


def block_runs(built: Path, runner: Path, runs: list[list[str]]) -> list[Run]:
    """The block-level runs on a built design."""
    arguments = [[str(runner), str(built), *run] for run in runs]
    return [(each, built.parent / f"run{index}.dat", {}) for index, each in enumerate(arguments)]


def program_runs(programs: list[dict[str, str]]) -> list[Run]:
    """The co-simulations of firmware, on the designs that were built here."""
    runs: list[Run] = []
    for program in programs:
        folder = BUILD / program["design"] / program["name"]
        options = ["--design", program["design"], "--output", str(folder), *program.get("options", "").split()]
        arguments = [sys.executable, "-m", "harness", "run", program["name"], *options]
        runs.append((arguments, folder.with_suffix(".dat"), {"BELFRY_DESIGNS": str(BUILD)}))
    return runs


def own(counts: dict[Point, int]) -> dict[Point, int]:
    """Points of what people wrote, with paths from the project's root."""
    result: dict[Point, int] = {}
    for point, count in counts.items():
        path = os.path.relpath(ROOT / point.file, ROOT)
        if path.startswith("rtl/"):
            result[Point(path, point.line, point.kind, point.comment)] = count
    return result


def percent(counts: dict[Point, int], file: str, belongs: Callable[[Point], bool]) -> str:
    """Share of the points of a file that were passed, and how many there are."""
    found = [count > 0 for point, count in counts.items() if belongs(point) and file in ("", point.file)]
    return f"{100 * sum(found) / len(found):5.1f}% of {len(found):5}" if found else "-".rjust(15)


def print_table(counts: dict[Point, int]) -> None:
    """Lines, cover properties and toggles by file, and of all."""
    print(f"{'file':48} {'lines':>15} {'properties':>15} {'toggles':>15}")
    for file in (*sorted({point.file for point in counts}), ""):
        shares = (
            percent(counts, file, is_line),
            percent(counts, file, lambda point: point.kind == "user"),
            percent(counts, file, lambda point: point.kind == "toggle"),
        )
        print(f"{file or 'all':48} {' '.join(shares)}")


def write_page(files: list[Path]) -> None:
    """The page that shows each line with its count."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    info = REPORTS / "coverage.info"
    command(["verilator_coverage", "--write-info", str(info), *map(str, files)])
    command(["genhtml", "--quiet", "--output-directory", str(REPORTS), "--prefix", str(ROOT), str(info)])


def judge(counts: dict[Point, int], waivers: list[Waiver]) -> int:
    """1, with the places, if something is not passed and not waived, or a waiver waives nothing."""
    uncovered = sorted(point for point, count in counts.items() if count == 0 and point.kind != "toggle")
    texts = LineTexts(ROOT)
    missing, excused, idle = sift(uncovered, waivers, texts)
    print(f"\n{len(missing)} places are not passed, {len(excused)} are waived")
    for point in missing:
        print(f"  {point.file}:{point.line} {point.kind} {point.comment}: {texts.of(point)}")
    for waiver in idle:
        print(f"  waivers.toml excuses what is passed or not there: {waiver.file}: {waiver.text}")
    return 1 if missing or idle else 0


def cover(options: argparse.Namespace) -> int:
    """Builds, runs, joins, reports; the exit status."""
    table = tomllib.loads(options.runs.read_text())
    designs = options.design or ["mailbox"]
    runs: list[Run] = []
    for design in designs:
        built = build(design, design in options.toggles, options.jobs)
        on_it = [entry["arguments"] for entry in table["run"] if design in entry.get("designs", designs)]
        runs += block_runs(built, options.runner, on_it)
    runs += program_runs([entry for entry in table["program"] if entry["design"] in designs])
    with ThreadPoolExecutor(options.jobs) as pool:
        faults = list(filter(None, pool.map(lambda run: measure(*run), runs)))
    files = [*options.data, *(file for _, file, _ in runs)]
    counts = own(join(files))
    write_page(files)
    print_table(counts)
    status = judge(counts, read_waivers(HERE / "waivers.toml"))
    print(f"page: {REPORTS.relative_to(ROOT)}/index.html")
    for fault in faults:
        print(f"coverage: {fault}", file=sys.stderr)
    return 1 if faults else status


def main() -> int:
    """Command line. Returns 1 if something is not covered, 2 if it could not be measured."""
    parser = argparse.ArgumentParser(description="Measure the coverage of the reference mailbox.")
    parser.add_argument(
        "--runner", type=Path, default=ROOT / "build" / "sim" / "block" / "block_run", help="block-level runner"
    )
    parser.add_argument("--design", action="append", help="a design to measure; may be repeated")
    parser.add_argument("--toggles", action="append", default=[], help="a design to count toggles in; may be repeated")
    parser.add_argument("--data", type=Path, action="append", default=[], help="a coverage file of another run to join")
    parser.add_argument("--runs", type=Path, default=HERE / "runs.toml", help="the runs")
    parser.add_argument("--jobs", type=int, default=2, help="runs at a time")
    try:
        return cover(parser.parse_args())
    except (CoverageError, ValueError) as error:
        print(f"coverage: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
