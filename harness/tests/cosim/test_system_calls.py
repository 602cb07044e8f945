# SPDX-License-Identifier: MIT
"""System calls by ecall. The program compares each result in a0; here it is that all parts of it came to pass."""

from __future__ import annotations

import re

import pytest

from harness.paths import ROOT
from harness.plugin import RunProgram
from harness.run import Run

INCLUDE = ROOT / "kernel_ipc" / "include" / "kipc"


@pytest.fixture
def run(run_program: RunProgram) -> Run:
    run = run_program("system_calls")
    assert "PASS system_calls\n" in run.console
    return run


def numbers() -> int:
    """How many system calls there are, as their list has them."""
    return len(re.findall(r"^    X\(\w+, 0x2\w\w,", (INCLUDE / "syscall.h").read_text(), re.MULTILINE))


def test_MOS_KN_03_FNG_ER_04_FNG_ER_05_numbers_and_addresses(run: Run) -> None:
    """Each number with bad arguments as through kipc_syscall, others that there are not, and foreign addresses."""
    assert numbers() > 90
    assert f"numbers {numbers()}\n" in run.console


def test_MOS_KN_03_each_number_with_good_arguments_from_both_modes(run: Run) -> None:
    """What each call does is seen by another one; the program names a number of the list that it has no call for."""
    found = re.findall(r"^good calls in (\w+) mode: numbers (\d+), calls (\d+)$", run.console, re.MULTILINE)
    assert [mode for mode, _, _ in found] == ["machine", "user"]
    for _, each, calls in found:
        assert int(each) == numbers()
        assert int(calls) > numbers()
    assert found[0][1:] == found[1][1:]


def test_MOS_ER_02_every_code_comes_back_through_the_trap(run: Run) -> None:
    codes = re.findall(r"^    X\(\w+, -\d+, ", (INCLUDE / "error.h").read_text(), re.MULTILINE)
    assert len(codes) > 30
    assert f"codes {len(codes)}\n" in run.console


def test_VER_CP_05_a_server_inherits_when_a_call_is_queued(run: Run) -> None:
    assert "server back at its own priority\n" in run.console
