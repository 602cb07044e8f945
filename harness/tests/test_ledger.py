# SPDX-License-Identifier: MIT
"""The zero-copy ledger: bytes by stage, and every access in transit by its place in the program."""

from __future__ import annotations

from pathlib import Path

import pytest
from event_writer import TEXT_BASE, EventWriter, write_run
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.errors import LedgerError
from harness.ledger import CONSUME, PRODUCE, TRANSIT, Ledger, read_ledger
from harness.run import Run

BUFFER = 0x80100000
POOL = 0x80200000


def ledger_of(folder: Path, writer: EventWriter) -> Ledger:
    return read_ledger(Run(write_run(folder, writer)))


def count(writer: EventWriter, cycle: int, stage: int, buffer: int, cpu: tuple[int, int], dma: tuple[int, int]) -> None:
    writer.add(cycle, "payload_cpu", stage, buffer & 0xFFFFFFFF, *cpu)
    writer.add(cycle, "payload_dma", stage, buffer & 0xFFFFFFFF, *dma)


def share(writer: EventWriter, cycle: int, length: int, transit: tuple[int, int] = (0, 0)) -> None:
    """A payload that is handed over in one buffer, with what harts do to it in transit."""
    writer.add(cycle, "payload_stage", 0, PRODUCE, BUFFER, length)
    count(writer, cycle + 1, PRODUCE, BUFFER, (0, length), (0, 0))
    writer.add(cycle + 1, "payload_stage", 0, TRANSIT, BUFFER, length)
    loaded, stored = transit
    for index in range(loaded // 8):
        writer.add(cycle + 2, "payload_touch", 0, 8, BUFFER + 8 * index, TEXT_BASE + 0x104)
    for index in range(stored // 8):
        writer.add(cycle + 3, "payload_touch", 1, 8 + 256, BUFFER + 8 * index, TEXT_BASE + 0x108)
    count(writer, cycle + 4, TRANSIT, BUFFER, transit, (0, 0))
    writer.add(cycle + 4, "payload_stage", 1, CONSUME, BUFFER, length)
    count(writer, cycle + 5, CONSUME, BUFFER, (length, 0), (0, 0))
    writer.add(cycle + 5, "payload_stage", 1, 0, BUFFER, length)


@settings(deadline=None, max_examples=30)
@given(lengths=st.lists(st.integers(1, 1 << 20), min_size=1, max_size=6))
def test_VER_MS_07_a_clean_hand_over_passes(lengths: list[int], tmp_path_factory: pytest.TempPathFactory) -> None:
    writer = EventWriter()
    for index, length in enumerate(lengths):
        share(writer, 100 * index, length)
    ledger = ledger_of(tmp_path_factory.mktemp("run"), writer)
    ledger.check()
    assert [payload.produced for payload in ledger.payloads] == lengths
    assert [payload.consumed for payload in ledger.payloads] == lengths
    assert [payload.transit_cpu for payload in ledger.payloads] == [0] * len(lengths)
    assert all(payload.end is not None for payload in ledger.payloads)
    assert sum(len(payloads) for _, payloads in ledger.by_length()) == len(lengths)


def test_a_touch_in_transit_is_an_offence_by_place(tmp_path: Path) -> None:
    writer = EventWriter()
    share(writer, 10, 64)
    share(writer, 110, 64, transit=(16, 8))
    ledger = ledger_of(tmp_path, writer)
    offences = ledger.offences()
    assert [(item.payload.number, item.accesses, item.loaded, item.stored) for item in offences] == [
        (1, 2, 16, 0),
        (1, 1, 0, 8),
    ]
    assert [item.place for item in offences] == ["0x80000104", "0x80000108"]
    with pytest.raises(
        LedgerError, match=r"payload 1 .*loaded 16 and stored 0 bytes in 2 accesses, first at cycle 112"
    ):
        ledger.check()


def test_accesses_beyond_those_recorded_singly_are_not_lost(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(1, "payload_stage", 0, TRANSIT, BUFFER, 64)
    writer.add(2, "payload_touch", 0, 8, BUFFER, TEXT_BASE)
    count(writer, 3, TRANSIT, BUFFER, (40, 0), (0, 0))
    writer.add(3, "payload_stage", 1, CONSUME, BUFFER, 64)
    (offence,) = ledger_of(tmp_path, writer).offences()
    assert (offence.loaded, offence.further) == (8, 32)
    assert str(offence).endswith("; 32 further bytes were touched later")


def test_bytes_that_were_only_counted_are_an_offence(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(1, "payload_stage", 0, TRANSIT, BUFFER, 64)
    count(writer, 3, TRANSIT, BUFFER, (0, 24), (0, 0))
    (offence,) = ledger_of(tmp_path, writer).offences()
    assert (offence.accesses, offence.further, offence.place) == (0, 24, "no access recorded")


def test_VER_ZC_04_a_move_shows_both_buffers_and_the_hardware(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(1, "payload_stage", 0, PRODUCE, BUFFER, 4096)
    count(writer, 2, PRODUCE, BUFFER, (0, 4096), (0, 0))
    writer.add(2, "payload_stage", 0, TRANSIT, BUFFER, 4096)
    writer.add(2, "payload_stage", 0, TRANSIT, POOL, 4096)
    count(writer, 9, TRANSIT, BUFFER, (0, 0), (4096, 0))
    writer.add(9, "payload_stage", 0, 0, BUFFER, 4096)
    count(writer, 10, TRANSIT, POOL, (0, 0), (0, 4096))
    writer.add(10, "payload_stage", 1, CONSUME, POOL, 4096)
    count(writer, 20, CONSUME, POOL, (4096, 0), (0, 0))
    writer.add(20, "payload_stage", 1, 0, POOL, 4096)
    ledger = ledger_of(tmp_path, writer)
    ledger.check()
    source, target = ledger.payloads
    assert (source.produced, source.dma_read, source.dma_written, source.consumed) == (4096, 4096, 0, 0)
    assert (target.produced, target.dma_read, target.dma_written, target.consumed) == (0, 0, 4096, 4096)


def test_a_check_of_nothing_fails(tmp_path: Path) -> None:
    writer = EventWriter()
    writer.add(1, "payload_stage", 0, PRODUCE, BUFFER, 64)
    with pytest.raises(LedgerError, match="no payload was in transit"):
        ledger_of(tmp_path, writer).check()


@pytest.mark.parametrize("kind", ["payload_cpu", "payload_touch"])
def test_contradicting_events_are_refused(tmp_path: Path, kind: str) -> None:
    writer = EventWriter()
    writer.add(1, kind, TRANSIT, 64, 8, 8)
    with pytest.raises(LedgerError, match="cycle 1"):
        ledger_of(tmp_path, writer)


def test_a_buffer_that_is_used_again_without_an_end_begins_a_new_payload(tmp_path: Path) -> None:
    writer = EventWriter()
    for cycle in (1, 100):
        writer.add(cycle, "payload_stage", 0, PRODUCE, BUFFER, 64)
        count(writer, cycle + 1, PRODUCE, BUFFER, (0, 60 + cycle), (0, 0))
        writer.add(cycle + 1, "payload_stage", 0, TRANSIT, BUFFER, 64)
        count(writer, cycle + 2, TRANSIT, BUFFER, (0, 0), (0, 0))
    ledger = ledger_of(tmp_path, writer)
    assert [payload.produced for payload in ledger.payloads] == [61, 160]
