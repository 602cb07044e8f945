# SPDX-License-Identifier: MIT
"""Zero copy, proven from the side of the harts: no load and no store touches a payload between send and receive."""

from __future__ import annotations

import pytest

from harness.errors import LedgerError
from harness.plugin import RunProgram
from harness.throughput import best_of, transfers

LENGTHS = [
    57, 64, 100, 128, 256, 512, 1000, 1024, 2048, 4095, 4096, 4097, 8192, 16384, 32768, 65535, 65536,
]  # fmt: skip
BUS_BYTES = 8
COMPLETION_BYTES = 16


@pytest.mark.parametrize("harts", [1, 2])
def test_VER_MS_07_MOS_FU_06_sharing_touches_nothing(run_program: RunProgram, harts: int) -> None:
    run = run_program("zero_copy", harts=harts, parameters={"mode": "1"})
    run.ledger.check()
    sent = run.ledger.sent
    assert [payload.length for payload in sent] == LENGTHS
    for payload in sent:
        assert payload.transit_cpu == 0
        assert payload.produced == payload.length
        assert payload.consumed >= payload.length
        assert payload.dma_read == payload.dma_written == 0


@pytest.mark.parametrize("harts", [1, 2])
def test_VER_ZC_04_moving_is_done_by_the_hardware_alone(run_program: RunProgram, harts: int) -> None:
    run = run_program("zero_copy", harts=harts, parameters={"mode": "2"})
    run.ledger.check()
    sources = [payload for payload in run.ledger.payloads if payload.produced]
    targets = [payload for payload in run.ledger.payloads if payload.consumed]
    assert [payload.length for payload in sources] == LENGTHS
    assert [payload.length for payload in targets] == LENGTHS
    assert all(payload.transit_cpu == 0 for payload in run.ledger.payloads)
    assert all(payload.produced == payload.length and payload.consumed == 0 for payload in sources)
    assert all(payload.consumed >= payload.length and payload.produced == 0 for payload in targets)
    done = run.events.select("dma_write_done")
    assert sum(event.b for event in done if event.unit == run.design.payload_id) == sum(LENGTHS)
    assert sum(event.b for event in done if event.unit != run.design.payload_id) == COMPLETION_BYTES * len(LENGTHS)


def test_the_copy_engine_uses_the_bus_well(run_program: RunProgram) -> None:
    run = run_program("zero_copy", harts=2, parameters={"mode": "2"})
    for least in (4096, 65536):
        copy = best_of(transfers(run), least)
        assert copy is not None
        assert copy.bytes_a_cycle >= 0.95 * BUS_BYTES, copy


@pytest.mark.parametrize("harts", [1, 2])
def test_a_hidden_copy_is_caught_by_function_and_line(run_program: RunProgram, harts: int) -> None:
    run = run_program("zero_copy", harts=harts, parameters={"copy": "1"})
    offences = run.ledger.offences()
    assert {
        payload.length for payload in {offence.payload.number: offence.payload for offence in offences}.values()
    } == set(LENGTHS)
    named = [offence for offence in offences if offence.accesses]
    assert {offence.function for offence in named} == {"copy_on_purpose"}
    assert all("programs/zero_copy.c:" in offence.place for offence in named)
    assert all(payload.transit_cpu == payload.length for payload in run.ledger.sent)
    with pytest.raises(LedgerError, match=r"copy_on_purpose \(firmware/programs/zero_copy\.c:\d+\)"):
        run.ledger.check()
