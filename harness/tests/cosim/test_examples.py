# SPDX-License-Identifier: MIT
"""The examples of the IPC core on the SoC: the sources that a development machine runs, and the same output."""

from __future__ import annotations

import pytest

from harness.paths import ROOT
from harness.plugin import RunProgram
from kernel_ipc.tools import interface

FOLDER = ROOT / "kernel_ipc" / "examples"
USAGE = ["simple_message", "large_message", "blocking_pair", "named_memory"]


def run_example(run_program: RunProgram, name: str) -> None:
    """What the example's source says that it prints, and the verdict, is all that it prints."""
    printed = interface.printed_by(FOLDER / f"{name}.c")
    assert printed, f"{name}.c does not say what it prints"
    run = run_program(f"example_{name}")
    assert run.console.splitlines() == [*printed, "PASS example"]


@pytest.mark.parametrize("name", USAGE)
def test_EXO_EX_01_the_four_usage_examples(run_program: RunProgram, name: str) -> None:
    run_example(run_program, name)


def test_EXO_TS_02_two_threads_and_a_ring_of_4(run_program: RunProgram) -> None:
    run_example(run_program, "ring_of_4")


def test_MOS_CH_14_thirteen_bytes_between_two_processes(run_program: RunProgram) -> None:
    run_example(run_program, "hello")


REST = sorted({path.stem for path in FOLDER.glob("*.c")} - {*USAGE, "ring_of_4", "hello"})


@pytest.mark.parametrize("name", REST)
def test_the_other_examples(run_program: RunProgram, name: str) -> None:
    run_example(run_program, name)
