# SPDX-License-Identifier: MIT
"""What the mailbox offers beyond doorbells and words, looked at from outside: the console, and what the design traces.

A program checks what it can see; these tests check that the hardware did it the way that the program believes.
"""

from __future__ import annotations

from collections import Counter

import pytest

from harness.events import Event
from harness.plugin import RunProgram
from harness.run import Run

HARTS = pytest.mark.parametrize("harts", [1, 2])
BATCH = 32
PEER_RESET = 1 << 8
STATUS = {"ok": 0, "length": 1, "read_unmapped": 3, "write_unmapped": 5, "descriptor": 6, "chain": 7}
REFUSED = {"overflow": 3, "underflow": 4, "owner": 6, "locked": 7}


def traced(run: Run, *kinds: str, agent: int | None = None) -> list[Event]:
    """What the design traced of these kinds, in order; `agent` is who acted."""
    numbers = {run.design.trace.number(kind) for kind in kinds}
    events = [event for event in run.events.select("design_trace") if event.unit in numbers]
    return [event for event in events if agent is None or event.detail >> 5 == agent]


def within(run: Run, phase: str, events: list[Event]) -> list[Event]:
    """Those of the events that lie in a phase of the program."""
    (found,) = [entry for entry in run.phases if entry.name == phase]
    return [event for event in events if found.begin <= event.cycle <= found.end]


def codes(run: Run) -> Counter[int]:
    """Why accesses were refused, and how often."""
    return Counter(event.a & 0xF for event in traced(run, "refused"))


@HARTS
def test_a_batch_is_one_doorbell_write_and_one_interrupt(run_program: RunProgram, harts: int) -> None:
    rounds = 5
    run = run_program("rings", harts=harts, parameters={"rounds": str(rounds)})
    submits = within(run, "batch", traced(run, "ring_submit"))
    assert [event.a for event in submits] == [BATCH * (number + 1) for number in range(rounds)]
    completions = within(run, "batch", traced(run, "completion"))
    assert [event.a for event in completions] == list(range(BATCH * rounds)), "all are `ok`, and in order"
    (point,) = run.points("interrupts of batches")
    assert point.value == rounds


def test_a_completion_comes_after_its_payload_and_before_the_interrupt(run_program: RunProgram) -> None:
    run = run_program("rings", parameters={"rounds": "1"})
    last = within(run, "batch", traced(run, "completion"))[-1]
    payload = [event for event in run.events.select("dma_write_done") if event.unit == run.design.payload_id]
    assert max(event.cycle for event in within(run, "batch", payload)) < last.cycle
    rises = [event.cycle for event in within(run, "batch", run.events.select("irq_wire")) if event.detail]
    assert rises[0] > last.cycle, "moderation holds the interrupt back until all of the batch is there"


def test_a_chain_is_one_message(run_program: RunProgram) -> None:
    run = run_program("rings")
    read = within(run, "chain", traced(run, "descriptor_read"))
    completed = within(run, "chain", traced(run, "completion"))
    assert (len(read), len(completed)) == (8, 2), "seven descriptors in a chain, and one by itself"


def test_every_mistake_has_its_status(run_program: RunProgram) -> None:
    run = run_program("ring_errors")
    statuses = [event.a >> 24 for event in within(run, "statuses", traced(run, "completion"))]
    expected = ["length", "read_unmapped", "write_unmapped", "descriptor", "descriptor", "chain", "ok"]
    assert statuses == [STATUS[name] for name in expected]


def test_high_priority_overtakes_but_not_for_ever(run_program: RunProgram) -> None:
    run = run_program("rings")
    order = [event.detail & 3 for event in within(run, "priorities", traced(run, "completion"))]
    overtaking, fair = order[:11], order[11:]
    assert max(index for index, ring in enumerate(overtaking) if ring == 1) <= 6, "4 of high priority after at most 3"
    assert fair.index(0) <= 8 + 3, "8 of high priority pass, and those that nobody can overtake any more"


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("program", ["rings", "ring_errors"])
def test_rings_work_under_back_pressure(run_program: RunProgram, program: str, seed: int) -> None:
    run_program(program, seed=seed, back_pressure=40, memory_latency=seed * 9)


@HARTS
def test_each_ring_is_acknowledged_before_the_next(run_program: RunProgram, harts: int) -> None:
    rounds = 50
    run = run_program("acknowledge", harts=harts, parameters={"rounds": str(rounds)})
    for window in range(2):
        rings = [event for event in traced(run, "doorbell_set", agent=0) if event.detail & 3 == window]
        clears = [event for event in traced(run, "doorbell_clear", agent=1) if event.detail & 3 == window and event.a]
        assert len(rings) == len(clears) == rounds
        both = sorted(rings + clears, key=lambda event: event.cycle)
        assert both[0::2] == rings
        assert both[1::2] == clears


def test_flushes_say_how_much_they_dropped(run_program: RunProgram) -> None:
    run = run_program("watermark")
    assert [event.a for event in traced(run, "fifo_flush")] == [2, 0, 1, 5, 3, 0], "0: nothing was left"
    assert codes(run) == {REFUSED["overflow"]: 1}
    pushed, popped = len(traced(run, "fifo_push")), sum(event.a for event in traced(run, "fifo_pop"))
    assert pushed == popped + sum(event.a for event in traced(run, "fifo_flush")), (
        "every word is popped once, or dropped"
    )


def test_words_come_out_in_the_order_they_went_in(run_program: RunProgram) -> None:
    run = run_program("fifo")
    level: Counter[int] = Counter()
    for event in traced(run, "fifo_push", "fifo_pop"):
        push = event.unit == run.design.trace.number("fifo_push")
        # A pop names the receiver first; both are told apart by who sends.
        sender = event.detail >> 5 if push else event.detail >> 2 & 7
        level[sender] += 1 if push else -event.a
        assert 0 <= level[sender] <= run.design.capabilities["fifo_depth"]
    assert set(level.values()) == {0}


@HARTS
def test_who_does_not_own_is_refused_and_named(run_program: RunProgram, harts: int) -> None:
    run = run_program("owner", harts=harts)
    refused = traced(run, "refused")
    assert {event.a >> 8 & 0xFF for event in refused} == ({1} if harts == 2 else set()), "hart 1 is the requester"
    assert codes(run) == ({REFUSED["owner"]: 7} if harts == 2 else {})


@HARTS
def test_a_reset_of_one_agent_is_seen_by_the_other(run_program: RunProgram, harts: int) -> None:
    rounds = 3
    run = run_program("soft_reset", harts=harts, parameters={"rounds": str(rounds)})
    resets = traced(run, "reset_done")
    assert [event.a for event in resets] == [1 << 1] * rounds
    sources = run.design.probes.index("sources.0")
    told = [
        event.cycle
        for event in run.events.select("probe")
        if event.unit == sources and event.a & PEER_RESET and not event.b & PEER_RESET
    ]
    assert told == [event.cycle + 1 for event in resets], "the other agent is told in the very next cycle"


def test_no_burst_of_a_reset_agent_is_left_open(run_program: RunProgram) -> None:
    run = run_program("soft_reset", harts=2, back_pressure=30, memory_latency=20)
    for begin, end in (("dma_read_burst", "dma_read_done"), ("dma_write_burst", "dma_write_done")):
        assert len(run.events.select(begin)) == len(run.events.select(end))


@HARTS
def test_what_is_locked_stays_locked(run_program: RunProgram, harts: int) -> None:
    run = run_program("lock", harts=harts)
    assert codes(run) == {REFUSED["locked"]: 3 + 5 + 5 + 3}
    assert [event.a for event in traced(run, "reset_done")] == [1 << 1]


def test_an_interrupt_message_is_a_write_of_four_bytes(run_program: RunProgram) -> None:
    run = run_program("agent")
    assert "message interrupts" in run.console
    messages = traced(run, "message_interrupt")
    assert len(messages) == 3, "one raised, one asked for again, one to nowhere"
    assert {event.detail for event in messages} == {1 << 5}


def test_the_cycle_counter_carries_over(run_program: RunProgram) -> None:
    run = run_program("cycle_carry", cycle_limit=1 << 33)
    assert run.cycles > 1 << 32
    assert len(traced(run, "timer_match")) == 2
    assert run.summary["rtl_cycles_run"] < 10_000, "a sleeping SoC is not clocked"
