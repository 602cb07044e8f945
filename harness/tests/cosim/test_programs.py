# SPDX-License-Identifier: MIT
"""Every program that checks the design or the software passes: on one hart and two, precise and loose, under stress."""

from __future__ import annotations

import pytest

from harness.plugin import RunProgram

PROGRAMS = [
    "hello", "ring_echo", "bad_access", "fifo", "doorbell", "dma", "timer", "wakeup", "zero_copy", "rings",
    "ring_errors", "acknowledge", "watermark", "owner", "soft_reset", "lock", "agent",
]  # fmt: skip
HARTS = [1, 2]


@pytest.mark.parametrize("harts", HARTS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_passes_in_precise_mode(run_program: RunProgram, program: str, harts: int) -> None:
    run = run_program(program, harts=harts)
    assert f"PASS {program}" in run.console
    assert run.failures == []
    assert run.summary["failed_checks"] == 0
    assert run.summary["max_skew_instructions"] == 0


@pytest.mark.parametrize("harts", HARTS)
@pytest.mark.parametrize("program", PROGRAMS)
def test_passes_at_quantum_100(run_program: RunProgram, program: str, harts: int) -> None:
    assert f"PASS {program}" in run_program(program, harts=harts, quantum=100).console


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("program", ["dma", "zero_copy", "doorbell", "soft_reset"])
def test_passes_under_back_pressure(run_program: RunProgram, program: str, seed: int) -> None:
    run = run_program(program, harts=2, seed=seed, back_pressure=40, memory_latency=seed * 7)
    assert f"PASS {program}" in run.console


def test_EXO_MS_09_ring_echo_carries_every_length(run_program: RunProgram) -> None:
    run = run_program("ring_echo", harts=2)
    assert run.breakdown.wake_ups, "an echo between two harts wakes a thread"


def test_bad_access_uses_up_every_announced_error(run_program: RunProgram) -> None:
    run = run_program("bad_access")
    expected = run.events.select("check_refused", "check_bus_error", "check_memory_error")
    assert len(expected) >= 6
    assert all(event.detail & 256 for event in expected)
    kinds = {run.events.kind(event).name for event in expected}
    assert kinds == {"check_refused", "check_bus_error", "check_memory_error"}


def test_dma_reads_and_writes_what_the_counters_say(run_program: RunProgram) -> None:
    run = run_program("dma")
    written = sum(event.b for event in run.events.select("dma_write_done"))
    assert written == run.summary["dma_bytes_written"]
    assert written > 1 << 20
