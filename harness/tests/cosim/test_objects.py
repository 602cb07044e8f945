# SPDX-License-Identifier: MIT
"""Kernel objects on the SoC's scheduler: the suite of waits that a host runs too, on one hart and two."""

from __future__ import annotations

from typing import Any

import pytest

from harness.plugin import RunProgram
from harness.run import Run

# In the order of suite_cases in kernel_ipc/tests/blocking_suite.c; the program prints the name, which is compared.
CASES = [
    "semaphore", "mutex", "condition", "rwlock", "event", "notification", "channel", "call", "topic", "registry",
    "batch", "asynchronous", "region", "values", "kinds", "waiters", "requests", "producers",
    "capabilities",
]  # fmt: skip
# Those that show rows of requirements have tests of their own.
NAMED = {"channel", "condition", "values", "waiters", "kinds", "requests", "region"}
HARTS = pytest.mark.parametrize("harts", [1, 2])
# A thread's id: hart + 1 in the upper bits, its place on the hart below.
SLOT_BITS = 4


def run_case(run_program: RunProgram, case: str, **options: Any) -> Run:
    run = run_program("objects", parameters={"case": str(CASES.index(case))}, **options)
    assert f"case {case}\n" in run.console
    return run


def resumed(run: Run) -> list[tuple[int, int]]:
    """Hart and thread, each time that a thread came to run; idle threads left out."""
    marks = [(mark.hart, mark.a) for mark in run.marks("thread.resumed")]
    return [(hart, thread) for hart, thread in marks if thread & (1 << SLOT_BITS) - 1]


def run_on_each_hart(run_program: RunProgram, case: str, harts: int) -> None:
    run = run_case(run_program, case, harts=harts)
    assert run.failures == []
    assert {hart for hart, _ in resumed(run)} == set(range(harts)), "threads of each hart took part"


@HARTS
@pytest.mark.parametrize("case", [case for case in CASES if case not in NAMED])
def test_MOS_KN_05_the_suite_of_waits_on_the_soc(run_program: RunProgram, case: str, harts: int) -> None:
    run_on_each_hart(run_program, case, harts)


@HARTS
def test_MOS_CH_02_both_ways_at_once(run_program: RunProgram, harts: int) -> None:
    run_on_each_hart(run_program, "channel", harts)


@HARTS
def test_MOS_SY_06_no_signal_is_lost(run_program: RunProgram, harts: int) -> None:
    """Fewer rounds than a host plays, on two harts that really run at once."""
    run_on_each_hart(run_program, "condition", harts)


@HARTS
def test_MOS_CH_01_05_08_VER_MS_01_VR4_ST_01_MOS_EV_02_EXO_NI_05_EXO_MS_01_exact_values(
    run_program: RunProgram, harts: int
) -> None:
    run_on_each_hart(run_program, "values", harts)


@HARTS
def test_MOS_CH_07_MOS_SY_02_03_04_exactly_so_many_are_let_go(run_program: RunProgram, harts: int) -> None:
    run_on_each_hart(run_program, "waiters", harts)


@HARTS
def test_VER_CH_03_typed_and_register_only(run_program: RunProgram, harts: int) -> None:
    run_on_each_hart(run_program, "kinds", harts)


@HARTS
def test_VER_CP_01_a_reply_reaches_its_caller_only(run_program: RunProgram, harts: int) -> None:
    run_on_each_hart(run_program, "requests", harts)


@HARTS
def test_MOS_SM_04_VER_ZC_05_cells_and_snapshots(run_program: RunProgram, harts: int) -> None:
    run_on_each_hart(run_program, "region", harts)


@pytest.mark.parametrize("case", ["mutex", "channel", "call"])
def test_MOS_KN_05_whatever_the_order_of_the_harts(run_program: RunProgram, case: str) -> None:
    for seed, quantum in ((1, 100), (2, 37)):
        run_case(run_program, case, harts=2, seed=seed, quantum=quantum, back_pressure=30)


def test_VER_PF_06_a_woken_thread_goes_on_where_it_was(run_program: RunProgram) -> None:
    run = run_case(run_program, "channel", harts=2)
    runs = resumed(run)
    assert len(runs) > 100
    assert all(hart == (thread >> SLOT_BITS) - 1 for hart, thread in runs)
    assert len({thread for hart, thread in runs if hart == 1}) >= 2, "workers of the second hart"
