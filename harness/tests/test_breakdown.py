# SPDX-License-Identifier: MIT
"""The wake-up breakdown: stages sum exactly, and a broken chain is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_writer import DOORBELL_SET, WINDOW, EventWriter, write_run
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.breakdown import MOMENTS, STAGES, Breakdown, analyse
from harness.errors import BreakdownError
from harness.run import Run

GAPS = st.lists(st.integers(0, 500), min_size=len(STAGES), max_size=len(STAGES))
PLAIN = [1, 2, 1, 1, 1, 9, 12, 14, 30, 25]


def breakdown_of(folder: Path, writer: EventWriter) -> Breakdown:
    return analyse(Run(write_run(folder, writer)))


@settings(deadline=None, max_examples=50)
@given(wake_ups=st.lists(st.tuples(GAPS, st.integers(1, 300)), min_size=1, max_size=8), announced=st.booleans())
def test_stages_sum_to_the_whole(
    wake_ups: list[tuple[list[int], int]], announced: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    writer, cycle = EventWriter(), 100
    for number, (gaps, pause) in enumerate(wake_ups):
        cycle = writer.wake_up(cycle, gaps, number if announced else None) + pause
    result = breakdown_of(tmp_path_factory.mktemp("run"), writer)
    assert [list(wake_up.durations) for wake_up in result.wake_ups] == [gaps for gaps, _ in wake_ups]
    assert result.totals == [sum(gaps) for gaps, _ in wake_ups]
    assert all(sum(wake_up.durations) == wake_up.total for wake_up in result.wake_ups)
    assert not result.ended_before


def test_table_has_each_stage_and_the_whole(tmp_path: Path) -> None:
    writer = EventWriter()
    end = writer.wake_up(100, PLAIN, 0)
    writer.wake_up(end + 10, [2 * gap for gap in PLAIN], 1)
    result = breakdown_of(tmp_path, writer)
    table = dict(result.table())
    assert list(table) == [*STAGES, "end to end"]
    assert (table["interrupt claimed"].minimum, table["interrupt claimed"].maximum) == (9, 18)
    assert table["end to end"].total == 3 * sum(PLAIN)
    assert result.between("bus write accepted", "interrupt wire high") == [3, 6]
    assert (result.wake_ups[0].sender, result.wake_ups[0].hart, result.wake_ups[0].thread) == (0, 1, 7)


def drop(writer: EventWriter, position: int) -> None:
    del writer.records[position]


# Positions of the moments in what EventWriter.wake_up writes, the announcement being position 0.
POSITIONS = dict(zip(MOMENTS, [1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13], strict=True))


@pytest.mark.parametrize("moment", MOMENTS)
def test_EXO_SY_05_a_missing_stage_is_named(tmp_path: Path, moment: str) -> None:
    writer = EventWriter()
    end = writer.wake_up(100, PLAIN, 0)
    first_length = len(writer.records)
    writer.wake_up(end + 10, PLAIN, 1)
    drop(writer, first_length + POSITIONS[moment])
    with pytest.raises(BreakdownError, match=f"wake-up 1: '{moment}' is missing") as caught:
        breakdown_of(tmp_path, writer)
    assert "trace" in caught.value.remedy


@pytest.mark.parametrize(
    ("early", "late"), [("bus write accepted", "doorbell bit set"), ("handler entered", "thread made ready")]
)
def test_a_stage_out_of_order_is_named(tmp_path: Path, early: str, late: str) -> None:
    writer = EventWriter()
    writer.wake_up(100, PLAIN, 0)
    one, other = POSITIONS[early], POSITIONS[late]
    first, second = writer.records[one], writer.records[other]
    writer.records[one] = (first[0], *second[1:])
    writer.records[other] = (second[0], *first[1:])
    with pytest.raises(BreakdownError, match=f"wake-up 0: '{late}' .* is out of order"):
        breakdown_of(tmp_path, writer)


def test_several_events_of_one_cycle_count_in_file_order(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.wake_up(100, [0] * len(STAGES), 0)
    assert breakdown_of(tmp_path, writer).totals == [0]


def test_a_hart_that_leads_is_put_in_order_of_time(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.wake_up(100, PLAIN, 0)
    writer.records = writer.records[2:] + writer.records[:2]  # the sender's store is written down last
    assert breakdown_of(tmp_path, writer).totals == [sum(PLAIN)]


def test_doorbells_that_wake_nobody_are_counted_not_dropped(tmp_path: Path) -> None:
    writer = EventWriter()
    end = writer.wake_up(100, PLAIN)
    writer.add(end + 10, "bus_write_issue", 0, 4, WINDOW + DOORBELL_SET, 1)
    writer.add(end + 11, "bus_write_accepted", 0, 4, WINDOW + DOORBELL_SET, 1)
    writer.wake_up(end + 20, PLAIN)
    result = breakdown_of(tmp_path, writer)
    assert len(result.wake_ups) == 2
    assert result.ended_before == {"doorbell bit set": 1}


def unsettled(folder: Path, before: str, cycle: int, name: str, *fields: int) -> Breakdown:
    """One unannounced wake-up with an event put in that shows that it is none; `before` is the moment that follows."""
    writer = EventWriter()
    writer.wake_up(100, PLAIN)
    addition = EventWriter()
    if name in ("probe", "bus_write_issue"):
        addition.add(cycle, name, *fields)
    else:
        addition.mark(cycle, name, *fields)
    writer.records.insert(POSITIONS[before] - 1, addition.records[0])
    return breakdown_of(folder, writer)


@pytest.mark.parametrize("mark", ["trap.entry", "irq.claimed", "thread.switch", "thread.resumed"])
def test_a_handler_that_returned_has_woken_nobody(tmp_path: Path, mark: str) -> None:
    result = unsettled(tmp_path, "thread made ready", 140, mark, 1)
    assert result.wake_ups == []
    assert result.ended_before == {"thread made ready": 1}


def test_a_flag_that_is_cleared_raises_no_wire(tmp_path: Path) -> None:
    result = unsettled(tmp_path, "interrupt wire high", 103, "probe", 1, 0, 0, 1)
    assert result.ended_before == {"interrupt wire high": 1}


def test_a_flag_that_was_set_already_is_no_wake_up(tmp_path: Path) -> None:
    result = unsettled(tmp_path, "doorbell bit set", 102, "bus_write_issue", 0, 4, WINDOW, 1)
    assert result.ended_before == {"doorbell bit set": 1}


def test_traps_of_other_causes_do_not_disturb(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.wake_up(100, PLAIN, 0)
    writer.mark(106, "trap.entry", 0)  # of the sender
    writer.mark(105, "thread.wake", 0, 3)
    result = breakdown_of(tmp_path, writer)
    assert result.wake_ups[0].hart == 1
    assert result.totals == [sum(PLAIN)]


def test_a_program_without_doorbells_has_an_empty_breakdown(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(5, "run_start", 1, 1)
    result = breakdown_of(tmp_path, writer)
    assert result.wake_ups == []
    assert result.table() == []
