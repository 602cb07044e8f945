# SPDX-License-Identifier: MIT
"""Binds and compiles the small designs that tests bring along: in little time, since nobody runs them for long."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from harness.paths import ROOT

# The efforts of the C++ compiler, as make takes them; Verilator's own library is most of the work.
NO_EFFORT = {"OPT_FAST": "-O0", "OPT_SLOW": "-O0", "OPT_GLOBAL": "-O0"}


def bind(folder: Path, output: Path) -> subprocess.CompletedProcess[str]:
    """Reads the description in folder and writes the binding to output; the result, whatever it is."""
    command = [sys.executable, "-m", "sim.dut.bind_design", str(folder), str(output)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def build(folder: Path, output: Path) -> Path:
    """The shared object of the design that folder describes; fails the test with what the tools said."""
    bound = bind(folder, output)
    assert bound.returncode == 0, bound.stderr
    verilate = ["sh", "sim/dut/verilate.sh", str(output)]
    environment = {**os.environ, **NO_EFFORT}
    built = subprocess.run(verilate, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return output / "design.so"
