# SPDX-License-Identifier: MIT
"""Lines and branches of the IPC core that its tests reach, held against a gate.

python -m kernel_ipc.tools.coverage --folder BUILD --report FOLDER: joins what the programs of a build with gcov's
counters left, prints a table by source, lists what was not reached (FOLDER/unreached.txt), and makes pages of it
(FOLDER/index.html). Exit status 1 if the gate is missed, 2 if nothing could be measured.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import quoteattr

from rich.console import Console
from rich.table import Table

LEAST_LINES = 95.0
LEAST_BRANCHES = 85.0
LIMIT_SECONDS = 300
BRANCHES = ("--rc", "lcov_branch_coverage=1")


class CoverageError(Exception):
    """Coverage cannot be measured; the text says why."""


@dataclass
class Source:
    """What was reached of one file: how often each line ran, and each branch of each line was taken."""

    name: str
    lines: dict[int, int] = field(default_factory=dict)
    branches: dict[tuple[int, str], int] = field(default_factory=dict)

    @property
    def unreached_lines(self) -> list[int]:
        """Lines that never ran."""
        return sorted(line for line, count in self.lines.items() if count == 0)

    @property
    def half_reached_lines(self) -> list[int]:
        """Lines that ran and have a branch that was never taken."""
        open_lines = {line for (line, _), count in self.branches.items() if count == 0}
        return sorted(line for line in open_lines if self.lines.get(line, 0) > 0)


def share(counts: Iterable[int]) -> float:
    """Percentage of counts above 0; 100 for none at all."""
    values = list(counts)
    return 100.0 if not values else 100.0 * sum(count > 0 for count in values) / len(values)


def parse(text: str) -> list[Source]:
    """Sources of a tracefile, by name; counts of a line that stands in several programs add up."""
    sources: dict[str, Source] = {}
    current: Source | None = None
    for line in text.splitlines():
        kind, _, value = line.partition(":")
        if kind == "SF":
            current = sources.setdefault(value, Source(value))
        elif kind == "DA" and current is not None:
            number, count = (int(part) for part in value.split(",")[:2])
            current.lines[number] = current.lines.get(number, 0) + count
        elif kind == "BRDA" and current is not None:
            place, block, branch, taken = value.split(",")
            key = (int(place), f"{block},{branch}")
            current.branches[key] = current.branches.get(key, 0) + (0 if taken == "-" else int(taken))
    if not any(source.lines for source in sources.values()):
        raise CoverageError("no line of the core was compiled with counters; make coverage-ipc builds the programs")
    return [sources[name] for name in sorted(sources)]


def totals(sources: Iterable[Source]) -> tuple[float, float]:
    """Percentages of lines and of branches, of all sources together."""
    listed = list(sources)
    lines = share(count for source in listed for count in source.lines.values())
    return lines, share(count for source in listed for count in source.branches.values())


def run(command: list[str]) -> None:
    """Runs a tool; CoverageError with what it said if it fails."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    except FileNotFoundError:
        raise CoverageError(f"{command[0]} is not installed: `make setup` installs it") from None
    except subprocess.TimeoutExpired:
        raise CoverageError(f"{' '.join(command)} did not end within {LIMIT_SECONDS} s") from None
    if result.returncode != 0:
        raise CoverageError(f"{' '.join(command)} failed:\n{(result.stdout + result.stderr)[-2000:]}")


def collect(folder: Path, report: Path) -> str:
    """The tracefile of a build's programs, the core's own sources alone; pages beside it."""
    report.mkdir(parents=True, exist_ok=True)
    everything, core = report / "all.info", report / "core.info"
    run(["lcov", "--quiet", *BRANCHES, "--capture", "--directory", str(folder), "--output-file", str(everything)])
    run(["lcov", "--quiet", *BRANCHES, "--extract", str(everything), "*/kernel_ipc/src/*", "--output-file", str(core)])
    run(["genhtml", "--quiet", *BRANCHES, "--title", "IPC core", "--output-directory", str(report), str(core)])
    return core.read_text()


def unreached(sources: Iterable[Source]) -> str:
    """What was not reached, a line a source and kind."""
    text = []
    for source in sources:
        for what, lines in (("not run", source.unreached_lines), ("one way only", source.half_reached_lines)):
            if lines:
                text.append(f"{source.name}: {what}: {', '.join(map(str, lines))}")
    return "\n".join(text) + "\n"


def table(sources: Iterable[Source]) -> Table:
    """Percentages by source."""
    result = Table(title="IPC core, reached by its tests", title_justify="left")
    for column in ("source", "lines", "branches", "lines not run"):
        result.add_column(column, justify="right" if column in ("lines", "branches") else "left")
    for source in sources:
        missing = ", ".join(map(str, source.unreached_lines[:12])) + (
            " ..." if len(source.unreached_lines) > 12 else ""
        )
        cells = (f"{share(source.lines.values()):.1f}%", f"{share(source.branches.values()):.1f}%")
        result.add_row(Path(source.name).name, *cells, missing)
    return result


def junit(lines: float, branches: float, least: tuple[float, float]) -> str:
    """The gate as a test, for the list of requirements."""
    text = f"lines {lines:.1f}% of {least[0]:g}%, branches {branches:.1f}% of {least[1]:g}%"
    failure = "" if lines >= least[0] and branches >= least[1] else f"<failure message={quoteattr(text)}/>"
    case = f'<testcase classname="coverage" name="test_EXO_TS_04_coverage_of_the_core">{failure}</testcase>'
    return f'<testsuites><testsuite name="coverage" tests="1">{case}</testsuite></testsuites>\n'


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--report", type=Path, required=True)
    parser.add_argument("--junit", type=Path)
    parser.add_argument("--lines", type=float, default=LEAST_LINES)
    parser.add_argument("--branches", type=float, default=LEAST_BRANCHES)
    options = parser.parse_args(arguments)
    try:
        sources = parse(collect(options.folder, options.report))
    except CoverageError as error:
        print(f"coverage-ipc: {error}", file=sys.stderr)
        return 2
    lines, branches = totals(sources)
    (options.report / "unreached.txt").write_text(unreached(sources))
    if options.junit is not None:
        options.junit.write_text(junit(lines, branches, (options.lines, options.branches)))
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 120)
    console.print(table(sources))
    good = lines >= options.lines and branches >= options.branches
    verdict = "[green]kept[/]" if good else "[red]missed[/]"
    console.print(f"lines {lines:.1f}% (least {options.lines:g}%)")
    console.print(f"branches {branches:.1f}% (least {options.branches:g}%): {verdict}")
    console.print(f"pages: {options.report}/index.html; what is missing: {options.report}/unreached.txt")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
