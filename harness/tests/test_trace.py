# SPDX-License-Identifier: MIT
"""The text trace and the comparison of runs: names instead of numbers, the first difference in its context."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_writer import TEXT_BASE, WINDOW, EventWriter, write_run

from harness import trace
from harness.compare import compare
from harness.describe import Describer
from harness.errors import HarnessError
from harness.kinds import load_kinds
from harness.run import Run
from harness.trace_port import TracePort


def small_run(folder: Path, length: int = 4, last_value: int = 1) -> Run:
    writer = EventWriter()
    writer.add(0, "run_start", 2, 1, 7, 1)
    writer.add(5, "phase_begin", 0, 0, TEXT_BASE)
    writer.add(10, "bus_write_issue", 0, 4, WINDOW + 0x11000, last_value)
    writer.add(12, "irq_wire", 1, 1)
    return Run(write_run(folder, EventWriter(writer.records[:length])))


def test_golden_trace(tmp_path: Path) -> None:
    assert list(trace.lines(small_run(tmp_path))) == [
        "           0              run_start            2 harts, quantum 1, seed 7, precise",
        "           5 hart0        phase_begin          warm up",
        "          10 hart0        bus_write_issue      agent[1].doorbell_sender[0][0].DOORBELL_SET = 0x1 (4 bytes)",
        "          12 agent1       irq_wire             level 1",
    ]


@pytest.mark.parametrize(
    ("start", "end", "kinds", "cycles"),
    [
        (None, None, [], [0, 5, 10, 12]),
        (5, 10, [], [5, 10]),
        (6, None, [], [10, 12]),
        (None, 4, [], [0]),
        (None, None, ["irq_wire", "phase_begin"], [5, 12]),
        (None, None, ["bus"], [10]),
        (6, None, ["hart"], []),
    ],
)
def test_selection(tmp_path: Path, start: int | None, end: int | None, kinds: list[str], cycles: list[int]) -> None:
    assert [event.cycle for event in trace.select(small_run(tmp_path), start, end, kinds)] == cycles


def test_selections_that_make_no_sense(tmp_path: Path) -> None:
    run = small_run(tmp_path)
    with pytest.raises(HarnessError, match="no event kind 'nonsense'"):
        trace.select(run, None, None, ["nonsense"])
    with pytest.raises(HarnessError, match="--from 9 --to 8"):
        trace.select(run, 9, 8, [])


def test_every_kind_of_the_table_has_a_sentence(tmp_path: Path) -> None:
    writer = EventWriter()
    for name in load_kinds().by_name:
        writer.add(1, name, 1, 2, 3, 4)
    run = Run(write_run(tmp_path, writer))
    describer = Describer(run)
    for event in run.events:
        assert not describer.text(event).startswith("detail "), run.events.kind(event).name


@pytest.mark.parametrize(
    ("kind", "channel", "value", "line"),
    [
        (1, 0b001_000_10, 0x21, "           7 accesses     design_trace         doorbell_set 1->0 window 2 = 0x21"),
        (9, 0b111_000_00, 0x103, "           7 accesses     design_trace         refused agent 7 overflow"),
        (9, 0, 14, "           7 accesses     design_trace         refused agent 0 14"),
        (18, 3, 255, "           7 accesses     design_trace         completion channel 0x3 value 0xff"),
        (77, 3, 255, "           7 accesses     design_trace         kind 77 channel 0x3 value 0xff"),
    ],
)
def test_what_the_design_traces_is_said_in_its_own_words(
    tmp_path: Path, kind: int, channel: int, value: int, line: str
) -> None:
    writer = EventWriter()
    writer.add(7, "design_trace", kind, channel, value)
    assert list(trace.lines(Run(write_run(tmp_path, writer)))) == [line]


def no_codes(_: str) -> dict[int, str]:
    return {}


def test_a_text_for_a_kind_that_is_not_traced_is_refused() -> None:
    with pytest.raises(HarnessError, match=r"\[trace.text\] wires"):
        TracePort({"kinds": {"completion": 18}, "text": {"wires": "{value}"}}, no_codes)


def test_a_kind_of_the_trace_port_is_found_by_its_name() -> None:
    port = TracePort({"lanes": 1, "kinds": {"completion": 18}}, no_codes)
    assert (port.number("completion"), port.lane_name(0), port.lane_name(1)) == (18, "lane 0", "lane 1")
    with pytest.raises(HarnessError, match="choose from: completion") as raised:
        port.number("nonsense")
    assert "traces no 'nonsense'" in str(raised.value)


def test_equal_runs_do_not_differ(tmp_path: Path) -> None:
    assert compare(small_run(tmp_path / "a"), small_run(tmp_path / "b")) is None


def test_the_first_difference_is_shown_in_context(tmp_path: Path) -> None:
    difference = compare(small_run(tmp_path / "a"), small_run(tmp_path / "b", last_value=2))
    assert difference is not None
    assert difference.position == 2
    assert [line.split()[1] for line in difference.common] == ["run_start", "hart0"]
    assert "= 0x1" in difference.first[0]
    assert "= 0x2" in difference.second[0]
    assert len(difference.first) == len(difference.second) == 2


def test_a_run_that_ends_early_differs_at_its_end(tmp_path: Path) -> None:
    difference = compare(small_run(tmp_path / "a"), small_run(tmp_path / "b", length=3))
    assert difference is not None
    assert (difference.position, len(difference.first), difference.second) == (3, 1, [])
