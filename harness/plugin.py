# SPDX-License-Identifier: MIT
"""The pytest plugin: a fixture that runs a program on a design and fails with everything one needs to know.

Use it with `-p harness.plugin`, or `pytest_plugins = ["harness.plugin"]` in a top-level conftest.py.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from harness import launcher
from harness.errors import HarnessError
from harness.options import RunOptions
from harness.paths import RUNS
from harness.run import Run

CONSOLE_TAIL = 30
NAME_LENGTH = 100


class RunProgram(Protocol):
    """What the fixture `run_program` gives."""

    def __call__(self, name: str, *, expect: str = "pass", **options: Any) -> Run:
        """Runs a program; the test fails if the verdict is not `expect`. options: those of RunOptions."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of the command line."""
    group = parser.getgroup("belfry", "hardware/software co-simulation")
    group.addoption("--design", default="mailbox", help="the design that programs run on (default: mailbox)")


@pytest.fixture(scope="session")
def design_name(request: pytest.FixtureRequest) -> str:
    """The design that was chosen on the command line."""
    return str(request.config.getoption("--design"))


def folder_of_test(node_id: str) -> Path:
    """Folder for the runs of one test: a test keeps its newest runs, and two tests never share one."""
    readable = re.sub(r"[^A-Za-z0-9_.-]+", "-", node_id.rsplit("tests/", maxsplit=1)[-1]).strip("-")
    return RUNS / "tests" / readable[-NAME_LENGTH:]


def explain(run: Run, expect: str) -> str:
    """Why a run is not what a test expects: verdict, failing checks, console, diagnosis, and how to repeat it."""
    lines = [f"{run.program_name}: verdict {run.verdict}, expected {expect}", f"  {run.reason}" if run.reason else ""]
    for failure in run.failures[:10]:
        lines.append(f"  cycle {failure.cycle}: {failure.what}")
        lines.append(f"    rule: {failure.rule}")
        if failure.place:
            lines.append(f"    at {failure.place}")
    tail = run.console.strip().splitlines()[-CONSOLE_TAIL:]
    lines += ["console:", *("  | " + line for line in tail)] if tail else ["console: empty"]
    if run.diagnosis:
        lines += ["diagnosis:", *("  " + line for line in run.diagnosis.splitlines())]
    elif run.verdict == "error":
        lines += ["qemu.log:", *("  | " + line for line in run.text("qemu.log").strip().splitlines()[-CONSOLE_TAIL:])]
    lines += [f"files: {run.folder}", f"repeat with: {run.command}"]
    return "\n".join(line for line in lines if line)


@pytest.fixture
def run_program(
    request: pytest.FixtureRequest, design_name: str, record_property: Callable[[str, object], None]
) -> RunProgram:
    """Runs programs for a test. Cycles and hash of each run become properties of the test in the JUnit report."""
    folder = folder_of_test(request.node.nodeid)
    shutil.rmtree(folder, ignore_errors=True)
    count = 0

    def start(name: str, *, expect: str = "pass", **options: Any) -> Run:
        nonlocal count
        options.setdefault("design", design_name)
        options.setdefault("output", folder / f"{count}-{Path(name).stem}")
        count += 1
        try:
            run = launcher.start(RunOptions(name, **options))
        except HarnessError as error:
            pytest.fail(str(error), pytrace=False)
        record_property(f"{name}.cycles", run.cycles)
        if run.has_events:
            record_property(f"{name}.hash", run.hash)
        if run.verdict != expect:
            pytest.fail(explain(run, expect), pytrace=False)
        return run

    return start
