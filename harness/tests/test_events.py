# SPDX-License-Identifier: MIT
"""Reading event files: what is written comes back, and nothing doubtful is believed."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_writer import EventWriter
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import EventFileError, HarnessError
from harness.events import HEADER, RECORD, Event, EventFile
from harness.kinds import KindTable, load_kinds

KINDS = sorted(load_kinds().by_name)
UINT64 = st.integers(0, (1 << 64) - 1)
RECORDS = st.lists(
    st.tuples(UINT64, st.sampled_from(KINDS), st.integers(0, 255), st.integers(0, (1 << 32) - 1), UINT64, UINT64)
)


@settings(deadline=None)
@given(records=RECORDS)
def test_every_field_comes_back(
    records: list[tuple[int, str, int, int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    writer = EventWriter()
    for cycle, name, unit, detail, a, b in records:
        writer.add(cycle, name, unit, detail, a, b)
    path = tmp_path_factory.mktemp("events") / "events.bin"
    path.write_bytes(writer.content())
    events = EventFile(path)
    assert [tuple(event) for event in events] == writer.records
    assert [events.kind(event).name for event in events] == [record[1] for record in records]
    assert [event.cycle for event in events.by_time] == sorted(record[0] for record in records)


def test_by_time_keeps_file_order_within_a_cycle(tmp_path: Path) -> None:
    writer = EventWriter()
    for cycle, unit in ((9, 0), (5, 1), (9, 2), (5, 3)):
        writer.add(cycle, "irq_wire", unit)
    path = tmp_path / "events.bin"
    path.write_bytes(writer.content())
    assert [(event.cycle, event.unit) for event in EventFile(path).by_time] == [(5, 1), (5, 3), (9, 0), (9, 2)]


def damage(content: bytes, position: int, replacement: bytes) -> bytes:
    return content[:position] + replacement + content[position + len(replacement) :]


@pytest.mark.parametrize(
    ("position", "replacement", "message"),
    [
        (0, b"X", "begins with"),
        (8, b"\x63", "format version 99"),
        (12, b"\x40", "records of 64 bytes"),
        (16, bytes(8), "event table 0000000000000000"),
        (30, b"\1", "reserved bytes"),
        (HEADER.size + RECORD.size + 8, b"\xff\xff", r"record 1 \(cycle 20\) has kind 65535"),
        (HEADER.size + RECORD.size + 10, b"\x06", r"record 1 \(cycle 20\) has kind 40, source 6"),
    ],
)
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, position: int, replacement: bytes, message: str) -> None:
    writer = EventWriter()
    writer.add(10, "irq_wire")
    writer.add(20, "irq_wire")
    path = tmp_path / "events.bin"
    path.write_bytes(damage(writer.content(), position, replacement))
    with pytest.raises(EventFileError, match=message):
        EventFile(path)


@pytest.mark.parametrize(
    ("length", "message"), [(63, "63 bytes"), (64 + 31, "31 bytes behind"), (64 + 33, "1 bytes behind")]
)
def test_a_truncated_file_is_refused(tmp_path: Path, length: int, message: str) -> None:
    writer = EventWriter()
    writer.add(1, "irq_wire")
    writer.add(2, "irq_wire")
    path = tmp_path / "events.bin"
    path.write_bytes(writer.content()[:length])
    with pytest.raises(EventFileError, match=message):
        EventFile(path)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(EventFileError, match=r"none\.bin"):
        EventFile(tmp_path / "none.bin")


def test_select_takes_kinds_by_name_and_refuses_unknown_ones(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(1, "irq_wire", 3)
    writer.add(2, "probe", 4)
    path = tmp_path / "events.bin"
    path.write_bytes(writer.content())
    events = EventFile(path)
    assert events.select("probe") == [Event(2, 50, 5, 4, 0, 0, 0)]
    with pytest.raises(HarnessError, match="no event kind 'probes'"):
        events.select("probes")


def test_kinds_with_one_number_twice_are_refused(tmp_path: Path) -> None:
    kind = '[[kind]]\nname="{}"\nnumber=1\nsource="run"\nunit=""\ndetail=""\narguments=["",""]\n'
    table = tmp_path / "events.toml"
    table.write_text("version=1\n[sources]\nrun=0\n" + kind.format("one") + kind.format("other"))
    with pytest.raises(HarnessError, match="share a name or a number"):
        load_kinds(table)


def test_every_kind_has_a_known_source() -> None:
    table: KindTable = load_kinds()
    assert {kind.source for kind in table.by_number.values()} <= set(table.sources)
