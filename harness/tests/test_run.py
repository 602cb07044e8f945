# SPDX-License-Identifier: MIT
"""A run read back: phases, points, marks, failed checks, throughput."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from event_writer import DESIGN, REGISTERS, TEXT_BASE, WINDOW, EventWriter, write_run

from harness.checks import axi_rule_texts
from harness.design import Design, fnv1a
from harness.errors import HarnessError
from harness.run import Run
from harness.throughput import Transfer, best_of, transfers

WARM_UP, TRANSFER = TEXT_BASE, TEXT_BASE + 8


def test_phases_nest_and_keep_to_their_hart(tmp_path: Path) -> None:
    writer = EventWriter()
    for cycle, name, hart, address in (
        (1, "phase_begin", 0, WARM_UP),
        (2, "phase_begin", 1, WARM_UP),
        (3, "phase_begin", 0, TRANSFER),
        (5, "phase_end", 0, TRANSFER),
        (9, "phase_end", 1, WARM_UP),
        (20, "phase_end", 0, WARM_UP),
    ):
        writer.add(cycle, name, hart, 0, address)
    phases = Run(write_run(tmp_path, writer)).phases
    assert [(phase.name, phase.hart, phase.cycles) for phase in phases] == [
        ("transfer", 0, 2),
        ("warm up", 1, 7),
        ("warm up", 0, 19),
    ]


@pytest.mark.parametrize(("name", "message"), [("phase_end", "ends at cycle 4"), ("phase_begin", "never ends")])
def test_half_a_phase_is_an_error(tmp_path: Path, name: str, message: str) -> None:
    writer = EventWriter()
    writer.add(4, name, 0, 0, WARM_UP)
    with pytest.raises(HarnessError, match=message):
        _ = Run(write_run(tmp_path, writer)).phases


def test_a_phase_may_stay_open_in_a_run_that_failed(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(4, "phase_begin", 0, 0, WARM_UP)
    assert Run(write_run(tmp_path, writer, "dead-lock")).phases == []


def test_points_and_marks(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(4, "point", 1, 0, WARM_UP, 17)
    writer.add(5, "point", 1, 0, TRANSFER, 18)
    writer.mark(6, "irq.claimed", 1, 48, 0)
    run = Run(write_run(tmp_path, writer))
    assert [(point.name, point.value) for point in run.points()] == [("warm up", 17), ("transfer", 18)]
    assert [point.cycle for point in run.points("transfer")] == [5]
    assert [(mark.cycle, mark.hart, mark.a) for mark in run.marks("irq.claimed")] == [(6, 1, 48)]
    assert run.marks("no such mark") == []


FAILURES: list[tuple[str, dict[str, Any], str, bool]] = [
    ("run_exit", {"a": 3, "b": TEXT_BASE}, "exit code 3", True),
    ("run_dead_lock", {"a": 10}, "nothing can wake any hart", False),
    ("run_cycle_limit", {"a": 99, "b": TEXT_BASE}, "limit of 99 cycles", True),
    ("run_time_limit", {"a": 99, "b": TEXT_BASE}, "limit of 99 ms", True),
    ("check_axi_rule", {"unit": 1, "detail": 16}, "memory port: a burst crosses a 4 KiB boundary", False),
    ("check_assertion", {"detail": 12, "a": 5}, "assertion in the design, 0000000000000005:12", False),
    ("check_refused", {"detail": 1, "a": WINDOW, "b": TEXT_BASE}, "atomic access", True),
    ("check_bus_error", {"detail": 2, "a": WINDOW, "b": TEXT_BASE}, "SLVERR for agent[0].control.IDENTITY", True),
    ("check_interrupt_late", {"detail": 2, "a": 7, "b": TEXT_BASE}, "2 instructions after the edge at 7", True),
    ("check_memory_error", {"detail": 3, "a": 16, "b": 8}, "DMA: DECERR for 0x10, 8 bytes", False),
    ("check_bus_hang", {"a": WINDOW, "b": 1000}, "no answer for 1000 cycles", False),
]


@pytest.mark.parametrize(("kind", "fields", "text", "has_place"), FAILURES, ids=[row[0] for row in FAILURES])
def test_each_failed_check_says_what_when_and_where(
    tmp_path: Path, kind: str, fields: dict[str, Any], text: str, has_place: bool
) -> None:
    writer = EventWriter()
    writer.add(77, kind, **fields)
    (failure,) = Run(write_run(tmp_path, writer, "fail")).failures
    assert failure.cycle == 77
    assert text in failure.what
    assert failure.rule
    assert bool(failure.place) == has_place


@pytest.mark.parametrize("kind", ["check_refused", "check_bus_error", "check_memory_error"])
def test_errors_that_the_program_announced_are_no_failures(tmp_path: Path, kind: str) -> None:
    writer = EventWriter()
    writer.add(1, kind, 0, 2 + 256)
    assert Run(write_run(tmp_path, writer)).failures == []


def test_a_verdict_without_a_failed_check_is_itself_the_failure(tmp_path: Path) -> None:
    run = Run(write_run(tmp_path, EventWriter(), "fail", reason="2 announced errors never came"))
    assert [failure.what for failure in run.failures] == ["2 announced errors never came"]


def test_the_axi_rules_are_found_in_the_engine() -> None:
    assert axi_rule_texts()[16].startswith("a burst crosses a 4 KiB boundary")


def test_the_diagnosis_has_names_for_the_last_events(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(9, "irq_wire", 1, 1)
    folder = write_run(tmp_path, writer, "dead-lock")
    (folder / "diagnosis.txt").write_text("hart 0 waits\nstore 0x84000020\n\nlast 1 events (numbers):\n 9 40 1\n")
    run = Run(folder)
    assert run.state_at_end == "hart 0 waits\nstore 0x84000020"
    assert run.diagnosis.splitlines()[-2:] == [
        "last 1 events:",
        "           9 agent1       irq_wire             level 1",
    ]


def test_transfers_are_measured_from_start_to_last_answer(tmp_path: Path) -> None:
    start = {"agent[0].ring[0].RING_SUBMISSION_TAIL": {"offset": 0x5020, "width": 32}}
    design = Design(DESIGN, REGISTERS | start, tmp_path)
    writer = EventWriter()
    writer.add(100, "bus_write_accepted", 0, 4, WINDOW + 0x5020, 1)
    writer.add(300, "dma_write_done", 0, 0, 0x80100000, 1600)
    writer.add(310, "dma_write_done", 1, 0, 0x80200000, 16)  # the completion, which is no payload
    writer.add(400, "bus_write_accepted", 0, 4, WINDOW + 0x5020, 1)
    writer.add(500, "dma_write_done", 0, 0, 0x80100000, 256)
    writer.add(600, "dma_write_done", 0, 0, 0x80100100, 256)
    run = Run(write_run(tmp_path / "run", writer))
    run.design = design
    found = transfers(run)
    assert found == [Transfer(100, 300, 1600), Transfer(400, 600, 512)]
    assert found[0].bytes_a_cycle == 8.0
    assert best_of(found, 1000) == found[0]
    assert best_of(found, 4096) is None


def test_what_is_no_run_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="is not a run folder"):
        Run(tmp_path)


def test_registers_are_found_by_any_byte_of_them(tmp_path: Path) -> None:
    design = Design(DESIGN, REGISTERS, tmp_path)
    assert design.name_of(WINDOW + 0x11002) == "agent[1].doorbell_sender[0][0].DOORBELL_SET"
    assert design.name_of(0x1080) == "agent[0].doorbell_sender[1][0].DOORBELL_SET"
    assert design.name_of(WINDOW + 0x28) == "0x84000028"
    assert design.addresses_of("DOORBELL_SET") == {0x1080, 0x11000}
    assert (design.wire_name(1), design.wire_name(5)) == ("agent1", "wire 5")
    assert (design.probe_name(0), design.probe_name(5)) == ("doorbell.0", "probe 5")


def test_a_design_without_a_window_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"lacks 'register_port'"):
        Design({"design": {"name": "x"}}, {}, tmp_path)


def test_an_assertion_is_named_by_its_file() -> None:
    design = Design(
        {"design": {"name": "box", "sources": ["a.sv"], "checkers": ["../checkers/fifo_checker.sv"]},
         "register_port": {"window": 4096}}, {}, Path()
    )  # fmt: skip
    assert fnv1a(b"a") == 0xAF63DC4C8601EC8C  # a published test vector of FNV-1a
    assert design.source_name(fnv1a(b"fifo_checker.sv")) == "fifo_checker.sv"
    assert design.source_name(1) == "0000000000000001"
