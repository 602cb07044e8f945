# SPDX-License-Identifier: MIT
"""What the tests reach of the core, measured: its sources built with counters, linked with the tests of another build.

`make coverage-ipc` measures with all programs and holds a stricter gate. Programs that take long are left out here,
which can only make the figures smaller.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel_ipc.tools import coverage

ROOT = Path(__file__).resolve().parents[3]
BUILD = Path(os.environ.get("BUILD", ROOT / "build")) / "kernel_ipc"
CORE = BUILD / "coverage" / "src"
TESTS = BUILD / "plain" / "tests"
LEAST_LINES = 90.0
LEAST_BRANCHES = 80.0
SECONDS = 120
# Many threads or many rounds of what other programs reach as well.
LONG = {
    "test_condition_threads",
    "test_kernel_threads",
    "test_linearizability",
    "test_linearizable_queues",
    "test_mailbox_stress",
    "test_ring_stress",
    "test_threads",
}


def checked(command: list[str], environment: dict[str, str] | None = None) -> None:
    """Runs a command, which must end well."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, env=environment, check=False)
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{(done.stdout + done.stderr)[-2000:]}"


def run_program(name: str, folder: Path) -> None:
    """Links a program of tests with the counting core and runs it; its counters go below the folder."""
    shared = [str(path) for path in sorted(TESTS.glob("*.o")) if not path.name.startswith("test_")]
    shared += [str(path) for path in sorted((BUILD / "plain" / "port" / "host").glob("*.o"))]
    core = [str(path) for path in sorted(CORE.glob("*.o"))]
    program = folder / name
    libraries = ["-lcmocka", "-lpthread"]
    checked(["gcc", "--coverage", str(TESTS / f"{name}.o"), *shared, *core, "-o", str(program), *libraries])
    checked([str(program)], {**os.environ, "GCOV_PREFIX": str(folder / "counters")})
    program.unlink()


def measured(folder: Path) -> list[coverage.Source]:
    """Lines and branches of the core's sources with their counts, of all programs that ran."""
    counters = sorted((folder / "counters").rglob("*.gcda"))
    assert counters, "no program left counters"
    place = counters[0].parent
    for notes in CORE.glob("*.gcno"):
        shutil.copy(notes, place)
    # Of a source that no program entered there is no file of counters: its notes stand for it, all counts 0.
    files = [str(notes) for notes in sorted(place.glob("*.gcno"))]
    output = subprocess.check_output(["gcov", "-b", "-j", "-t", *files], text=True, timeout=SECONDS, cwd=place)
    sources: dict[str, coverage.Source] = {}
    for unit in output.splitlines():
        for file in json.loads(unit)["files"]:
            path = file["file"]
            if "kernel_ipc/src/" not in path:
                continue
            source = sources.setdefault(path, coverage.Source(path))
            for line in file["lines"]:
                number = line["line_number"]
                source.lines[number] = source.lines.get(number, 0) + line["count"]
                for i, branch in enumerate(line["branches"]):
                    key = (number, f"{line.get('function_name', '')},{i}")
                    source.branches[key] = source.branches.get(key, 0) + branch["count"]
    return [sources[name] for name in sorted(sources)]


def measure(programs: Iterable[str], folder: Path) -> tuple[float, float, int]:
    """Percentages of lines and branches that these programs reach, and of how many files."""
    for tool in ("gcc", "gcov"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed: `make setup` installs it")
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        list(pool.map(lambda name: run_program(name, folder), programs))
    sources = measured(folder)
    lines, branches = coverage.totals(sources)
    return lines, branches, len(sources)


def test_EXO_TS_04_the_tests_reach_the_core(tmp_path: Path) -> None:
    """At least 90% of all lines and 80% of all branches of every source of the core."""
    programs = [path.stem for path in sorted(TESTS.glob("test_*.o")) if path.stem not in LONG]
    assert len(programs) > 50, f"{TESTS} has too few programs: `make kernel_ipc-tests` builds them"
    lines, branches, files = measure(programs, tmp_path)
    print(f"{len(programs)} programs reach {lines:.1f}% of the lines and {branches:.1f}% of the branches")
    assert files >= len(list((ROOT / "kernel_ipc" / "src").glob("*.c")))
    assert lines >= LEAST_LINES
    assert branches >= LEAST_BRANCHES


def test_a_program_alone_does_not_reach_it(tmp_path: Path) -> None:
    """The measure tells much from little."""
    lines, branches, _ = measure(["test_error"], tmp_path)
    assert 0 < lines < 5
    assert branches < 5
