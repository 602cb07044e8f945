# SPDX-License-Identifier: MIT
"""Says which requirements of the IPC core are met: a row is done if tests that name it passed, and by nothing else.

A test names its rows: ``test_EXO_SY_05_no_lost_wakeup`` stands for EXO-SY-05, ``test_EXO_ER_02_03_full_and_empty`` for
two rows of one group; several groups may follow each other. Names are read from the sources, results from JUnit files.

A row has up to two halves, which its column ``where`` asks for: the host's (H, X) and the SoC's (Q, V). Each needs a
passing test of its side; benchmarks and inspections (B, D) may stand on either. A half that no test shows must wait for
a layer that is not built yet, and waiting.csv names it. Who waits and has a passing test is an error, too.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from kernel_ipc.tools.requirements import (
    LAYERS,
    FeaturesError,
    Row,
    Side,
    Status,
    assemble,
    gather,
    read_requirements,
    read_waiting,
    stale,
)

MEANINGS = {
    Status.DONE: "every half that the row asks for has a passing test",
    Status.HALF: "one half has a passing test, the other one waits",
    Status.WAITS: "for a layer that is not built yet",
    Status.FAILED: "a test that names the row failed",
    Status.NOT_RUN: "there are tests, and no result of them: `make test` leaves those of the SoC",
    Status.MISSING: "neither a test nor a layer that it waits for",
}


def row_lines(rows: Sequence[Row], *, with_tests: bool) -> list[str]:
    """One line a row, and one for each of its tests if they are asked for."""
    lines: list[str] = []
    for row in rows:
        requirement = row.requirement
        lines.append(
            f"{requirement.identifier:10} {row.state}  (tier {requirement.tier}, {requirement.where})  "
            f"{requirement.feature}"
        )
        if with_tests:
            lines += [f"           {test.outcome.value} on the {test.side.value}: {test.name}" for test in row.tests]
    return lines


def total_lines(rows: Sequence[Row]) -> list[str]:
    """How many rows of each group are in each state, and of all."""
    groups = sorted({row.requirement.group for row in rows})
    header = f"{'group':8} {'rows':>5}" + "".join(f" {status.value:>9}" for status in Status)
    lines = [header]
    for group in [*groups, "all"]:
        members = [row for row in rows if group in (row.requirement.group, "all")]
        counts = "".join(f" {sum(row.status is status for row in members):9}" for status in Status)
        lines.append(f"{group:8} {len(members):5}{counts}")
    return lines


def summary_lines(rows: Sequence[Row]) -> list[str]:
    """All of it in ten lines, for somebody who has never seen the list."""
    lines = [f"{len(rows)} requirements of the IPC core; each asks for a test on the host, on the SoC, or on both"]
    for status in Status:
        count = sum(row.status is status for row in rows)
        if count > 0 or status in (Status.DONE, Status.FAILED, Status.MISSING):
            lines.append(f"{count:5} {status.value:9}  {MEANINGS[status]}")
    waiting = Counter(layer for row in rows for layer in set(row.waits.values()))
    if waiting:
        lines.append("waited for: " + ", ".join(f"{layer} ({count})" for layer, count in waiting.most_common()))
    return lines


def write_report(path: Path, rows: Sequence[Row]) -> None:
    """All rows as a Markdown file."""
    lines = ["# Requirements of the IPC core", "", "```", *summary_lines(rows), "", *total_lines(rows), "```", ""]
    lines += [f"* {layer}: {meaning}" for layer, meaning in LAYERS.items()]
    lines += ["", "| row | state | tier | where | feature | tests |", "|---|---|---|---|---|---|"]
    for row in rows:
        requirement = row.requirement
        tests = ", ".join(f"{test.name} ({test.outcome.value} on the {test.side.value})" for test in row.tests)
        lines.append(
            f"| {requirement.identifier} | {row.state} | {requirement.tier} | {requirement.where} "
            f"| {requirement.feature} | {tests} |"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="Which requirements of the IPC core have a passing test.")
    parser.add_argument("--requirements", type=Path, default=Path("kernel_ipc/requirements.csv"))
    parser.add_argument("--waiting", type=Path, default=Path("kernel_ipc/waiting.csv"))
    for side, folder in ((Side.HOST, "kernel_ipc"), (Side.SOC, "harness/tests")):
        name = side.value.lower()
        parser.add_argument(f"--{name}-sources", type=Path, nargs="*", default=[Path(folder)])
        parser.add_argument(f"--{name}-results", type=Path, nargs="*", default=[], help="JUnit files, or folders")
    parser.add_argument("--report", type=Path, help="Markdown file to write")
    parser.add_argument("--group", action="append", help="shows the rows of this group only, such as EXO-MS")
    parser.add_argument("--missing", action="store_true", help="shows the rows that are not done, by groups")
    parser.add_argument("--all", action="store_true", help="shows every row with its tests")
    return parser.parse_args(arguments)


def junit_files(paths: Iterable[Path]) -> list[Path]:
    """The files that are there, those of folders among them."""
    files: list[Path] = []
    for path in paths:
        files += sorted(path.glob("*.xml")) if path.is_dir() else [path] if path.exists() else []
    return files


def shown_lines(rows: Sequence[Row], options: argparse.Namespace) -> list[str]:
    """What the command prints: the rows that were asked for, or else those that are neither done nor wait."""
    if options.group:
        rows = [row for row in rows if row.requirement.group in options.group]
    if not (options.group or options.missing or options.all):
        open_rows = [row for row in rows if row.status in (Status.FAILED, Status.NOT_RUN, Status.MISSING)]
        return [*row_lines(open_rows, with_tests=False), *summary_lines(rows)]
    chosen = [row for row in rows if not options.missing or row.status is not Status.DONE]
    return [*row_lines(chosen, with_tests=True), "", *total_lines(rows), "", *summary_lines(rows)]


def main(arguments: Sequence[str]) -> int:
    """Prints rows and totals; fails if a test that names a row failed, or a row waits that need not."""
    options = parse(arguments)
    try:
        requirements = read_requirements(options.requirements)
        sources = {Side.HOST: options.host_sources, Side.SOC: options.soc_sources}
        results = {Side.HOST: junit_files(options.host_results), Side.SOC: junit_files(options.soc_results)}
        rows = assemble(requirements, gather(sources, results), read_waiting(options.waiting, requirements))
    except FeaturesError as error:
        print(f"features: {error}", file=sys.stderr)
        return 2
    if options.report is not None:
        write_report(options.report, rows)
    print("\n".join(shown_lines(rows, options)))
    if options.report is not None:
        print(f"every row with its tests: {options.report}; here: --all, --group EXO-MS, --missing")
    errors = stale(rows)
    print("".join(f"features: {line}\n" for line in errors), end="", file=sys.stderr)
    return 1 if errors or any(row.status is Status.FAILED for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
