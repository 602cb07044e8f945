# SPDX-License-Identifier: MIT
"""Channels between two kernels over the lock-step mailbox: every path, one interrupt a batch, resets in the traffic."""

from __future__ import annotations

import re

import pytest

from harness.events import Event
from harness.plugin import RunProgram
from harness.run import Run

HARTS = pytest.mark.parametrize("harts", [1, 2])


def counters(run: Run) -> dict[str, int]:
    """What agent 0's end of the transport counted."""
    (line,) = re.findall(r"^agent 0: (.*)$", run.console, re.MULTILINE)
    return {name: int(number) for number, name in re.findall(r"(\d+) (\w+)", line)}


def traced(run: Run, kind: str) -> int:
    number = run.design.trace.number(kind)
    return sum(event.unit == number for event in run.events.select("design_trace"))


def during(run: Run, phase: str, kind: str) -> list[Event]:
    """Events of a kind between begin and end of a phase that there is once."""
    (found,) = [one for one in run.phases if one.name == phase]
    return [event for event in run.events.select(kind) if found.begin <= event.cycle <= found.end]


def interrupts(run: Run, phase: str) -> int:
    """Times that the doorbells of agent 1 became a pending interrupt, by the design's own wire of that source."""
    (index,) = run.design.probe_indices("sources.1")
    return sum(event.unit == index and bool(event.a & ~event.b & 1) for event in during(run, phase, "probe"))


@HARTS
def test_VER_DP_02_every_size_by_words_and_by_copies(run_program: RunProgram, harts: int) -> None:
    run = run_program("remote", harts=harts)
    counted = counters(run)
    assert counted["sessions"] == 1
    assert counted["small"] > 200, "the short ones went as words"
    assert counted["large"] > 200, "and the longer ones by the copy engine"
    assert counted["violations"] == counted["stale"] == 0
    assert traced(run, "fifo_push") > 0
    assert run.summary["dma_bytes_written"] > 200 * 100


def test_VER_DP_02_the_same_roles_inside_of_one_kernel(run_program: RunProgram) -> None:
    run = run_program("remote", parameters={"local": "1"})
    assert run.summary["dma_bytes_written"] == 0
    assert traced(run, "fifo_push") == 0


@HARTS
@pytest.mark.parametrize("on_empty", ["0", "1"])
def test_EXO_FR_08_MOS_FU_09_EXO_RM_02_VER_CP_09_a_batch_of_32_is_one_interrupt(
    run_program: RunProgram, harts: int, on_empty: str
) -> None:
    """One kipc_channel_send_batch; the receiver's agent counts its interrupts, and so does the design."""
    run = run_program("remote", harts=harts, parameters={"on_empty": on_empty, "rounds": "0"})
    (point,) = run.points("doorbells of a batch")
    assert point.value == interrupts(run, "taking a batch") == 1


@HARTS
@pytest.mark.parametrize(
    ("policy", "threshold", "rung", "interrupted"),
    [(0, 1, 32, 32), (1, 1, 32, 1), (2, 8, 4, 4), (2, 5, 6, 6), (2, 32, 1, 1), (2, 33, 0, 0)],
    ids=["always", "on empty", "8", "5", "32", "33"],
)
def test_VER_CP_09_interrupts_before_the_drain(
    run_program: RunProgram, harts: int, policy: int, threshold: int, rung: int, interrupted: int
) -> None:
    """32 messages, each a publication of its own; exact counts by the sender, the receiver's driver and the design."""
    messages = 32
    parameters = {"policy": policy, "threshold": threshold, "messages": messages}
    run = run_program("notify", harts=harts, parameters={name: str(value) for name, value in parameters.items()})
    (announced,) = run.points("doorbells rung")
    (counted,) = run.points("interrupts before the drain")
    assert announced.value == rung
    assert counted.value == interrupts(run, "sending") == interrupted


@HARTS
def test_VER_CH_05_no_stale_message_after_a_reset(run_program: RunProgram, harts: int) -> None:
    resets = 3
    run = run_program("remote", harts=harts, parameters={"resets": str(resets), "rounds": "0"})
    assert traced(run, "reset_done") == resets
    assert counters(run)["sessions"] == resets + 1, "each reset ends a session, and a new one comes about"
    # In the middle of traffic: the agent that stays had sent more than the other one took before each reset.
    assert counters(run)["large"] > 32 + resets * 40


@pytest.mark.parametrize("seed", [1, 2])
def test_VER_CH_05_under_back_pressure(run_program: RunProgram, seed: int) -> None:
    options = {"resets": "2", "rounds": "0"}
    run_program("remote", harts=2, seed=seed, back_pressure=40, memory_latency=9 * seed, parameters=options)
