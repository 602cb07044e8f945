# SPDX-License-Identifier: MIT
"""Rings and links at exact values on the SoC, and the cache lines that one message touches."""

from __future__ import annotations

from harness.plugin import RunProgram
from harness.run import Mark, Run

LINE = 64
SLOTS = 4
# Of an event of a touch: the access was a store; below it the number of bytes.
STORE = 256


def test_EXO_AR_01_EXO_FR_01_02_09_EXO_SY_03_04_06_08_09_values_of_a_ring(run_program: RunProgram) -> None:
    """The program compares each: what a refusal leaves, paths, turns of a spin, blocks, wakes, how waits end."""
    run = run_program("ring_values")
    assert run.failures == []


def lines_touched(run: Run, first: Mark, last: Mark, *, stores: bool) -> set[int]:
    """Numbers of the slots' lines that the hart accessed between two marks."""
    (base,) = run.points("slots")
    return {
        (event.a - base.value) // LINE
        for event in run.events.select("payload_touch")
        if first.cycle <= event.cycle <= last.cycle and bool(event.detail & STORE) == stores
    }


def test_EXO_FR_04_one_line_is_written_and_one_is_read(run_program: RunProgram) -> None:
    """Index lines are not watched: they are counted apart."""
    run = run_program("ring_values")
    sends, receives, ends = (run.marks(f"ring.{name}") for name in ("send", "receive", "end"))
    assert len(sends) == len(receives) == len(ends) == SLOTS
    for slot, (send, receive, end) in enumerate(zip(sends, receives, ends, strict=True)):
        assert lines_touched(run, send, receive, stores=True) == {slot}
        assert lines_touched(run, send, receive, stores=False) == set()
        assert lines_touched(run, receive, end, stores=False) == {slot}
        assert lines_touched(run, receive, end, stores=True) == set()
