# SPDX-License-Identifier: MIT
"""A thousand wake-ups through the hardware, taken apart by cycle."""

from __future__ import annotations

import pytest

from harness.breakdown import MOMENTS
from harness.plugin import RunProgram
from harness.run import Run

WAKE_UPS = 1000
# Cycles from the doorbell's store to the woken thread, by the number of harts.
END_TO_END = {1: 390, 2: 369}


@pytest.fixture(params=[1, 2], ids=["one-hart", "two-harts"])
def run(request: pytest.FixtureRequest, run_program: RunProgram) -> Run:
    return run_program("wakeup", harts=request.param, parameters={"wakeups": str(WAKE_UPS)})


def test_EXO_SY_05_every_doorbell_wakes_its_thread(run: Run) -> None:
    wake_ups = run.breakdown.wake_ups
    assert [wake_up.number for wake_up in wake_ups] == list(range(WAKE_UPS))
    assert len({wake_up.thread for wake_up in wake_ups}) == 1
    assert {(wake_up.sender, wake_up.hart) for wake_up in wake_ups} == {(0, run.options.harts - 1)}


def test_stages_sum_to_what_the_marks_say(run: Run) -> None:
    for wake_up in run.breakdown.wake_ups:
        assert len(wake_up.cycles) == len(MOMENTS)
        assert sum(wake_up.durations) == wake_up.total == wake_up.cycles[-1] - wake_up.cycles[0]
        assert all(duration >= 0 for duration in wake_up.durations)


def test_EXO_PF_04_the_hardware_keeps_its_declared_latency(run: Run) -> None:
    bound = run.design.latency["doorbell_to_wire"]
    latencies = run.breakdown.between("bus write accepted", "interrupt wire high")
    assert max(latencies) <= bound
    assert min(latencies) >= 1, "a flip-flop between bus and wire takes a cycle"


def test_EXO_PF_04_wake_and_switch_keep_their_budgets(run: Run) -> None:
    handler_to_ready = run.breakdown.between("handler entered", "thread made ready")
    assert max(handler_to_ready) <= 300
    assert max(run.breakdown.totals) <= END_TO_END[run.options.harts]


def test_interrupts_are_seen_at_their_edge(run: Run) -> None:
    assert run.summary["max_skew_instructions"] == 0
    assert run.events.select("check_interrupt_late") == []
    taken = run.events.select("irq_taken")
    assert len(taken) >= WAKE_UPS
    assert all(event.detail == 0 for event in taken)


def test_wake_ups_are_alike_once_warm(run: Run) -> None:
    totals = run.breakdown.totals[10:]
    assert max(totals) - min(totals) <= 50, (
        "nothing in this program may take a different path from one time to the next"
    )
