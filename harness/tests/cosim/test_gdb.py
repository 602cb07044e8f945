# SPDX-License-Identifier: MIT
"""A run that waits for gdb, is debugged, and passes as any other."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.paths import ROOT
from harness.plugin import RunProgram
from harness.run import Run

SECONDS = 60
GDB_COMMANDS = ["break program_main", "continue", "backtrace 1", "detach"]


@pytest.mark.skipif(shutil.which("gdb-multiarch") is None, reason="gdb-multiarch is optional and not installed")
def test_gdb_stops_at_a_function_and_the_run_is_the_same(
    run_program: RunProgram, tmp_path: Path, design_name: str
) -> None:
    command = [sys.executable, "-m", "harness", "run", "hello", "--gdb", "--design", design_name]
    command += ["--output", str(tmp_path / "run")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            debug(process)
        finally:
            process.terminate()
    assert Run(tmp_path / "run").hash == run_program("hello").hash


def debug(process: subprocess.Popen[str]) -> None:
    """Attaches as the run says, stops at a function, and lets the program end."""
    assert process.stderr is not None
    line = process.stderr.readline()
    assert line.startswith("attach with: "), line
    attach = shlex.split(line.removeprefix("attach with: "))
    wait_for(Path(attach[attach.index("-ex") + 1].split()[-1]), process)
    batch = [word for text in GDB_COMMANDS for word in ("-ex", text)]
    debugger = subprocess.run(
        [*attach, "-batch", *batch], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert "#0  program_main" in debugger.stdout, debugger.stdout + debugger.stderr
    assert process.wait(SECONDS) == 0


def wait_for(socket: Path, process: subprocess.Popen[str]) -> None:
    """Returns once QEMU listens; it does so within a second or ends."""
    for _ in range(SECONDS * 20):
        if socket.exists():
            return
        assert process.poll() is None, "the run ended before gdb could attach"
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    pytest.fail(f"{socket} never appeared")
