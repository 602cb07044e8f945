# SPDX-License-Identifier: MIT
"""Programs that do not end well end nevertheless, soon, and with a diagnosis that names places."""

from __future__ import annotations

import time

import pytest

from harness.plugin import RunProgram


@pytest.mark.parametrize("harts", [1, 2])
def test_a_panic_fails_with_its_cause(run_program: RunProgram, harts: int) -> None:
    run = run_program("panic", expect="fail", harts=harts)
    assert run.exit_code >= 0x80
    assert "mepc" in run.console
    (failure,) = run.failures
    assert f"exit code {run.exit_code}" in failure.what
    assert "firmware/" in failure.place


@pytest.mark.parametrize("harts", [1, 2])
@pytest.mark.parametrize("quantum", [1, 100])
def test_a_dead_lock_is_told_from_a_hang(run_program: RunProgram, harts: int, quantum: int) -> None:
    started = time.monotonic()
    run = run_program("dead_lock", expect="dead-lock", harts=harts, quantum=quantum)
    assert time.monotonic() - started < 10
    assert run.status == 2
    assert "WFI" in run.diagnosis
    assert "firmware/kernel" in run.diagnosis or "firmware/soc" in run.diagnosis
    assert any("nothing can wake any hart" in failure.what for failure in run.failures)


@pytest.mark.parametrize("harts", [1, 2])
def test_a_run_away_meets_the_cycle_limit(run_program: RunProgram, harts: int) -> None:
    limit = 200_000
    run = run_program("run_away", expect="cycle-limit", harts=harts, cycle_limit=limit)
    assert limit <= run.cycles <= limit + 1000
    (failure,) = run.failures
    assert "run_away.c" in failure.place
    assert "run_away.c" in run.diagnosis


@pytest.mark.parametrize("quantum", [1, 1000])
def test_a_run_away_meets_the_host_time_limit(run_program: RunProgram, quantum: int) -> None:
    started = time.monotonic()
    run = run_program("run_away", expect="time-limit", host_time_limit=1.0, quantum=quantum, cycle_limit=10**15)
    assert 1.0 <= time.monotonic() - started < 8
    (failure,) = run.failures
    assert "run_away.c" in failure.place
