# SPDX-License-Identifier: MIT
"""How fast the design's DMA moved bytes, from the accepted submission to the last answered write of payload."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.run import Run

START_REGISTER = "RING_SUBMISSION_TAIL"


@dataclass(frozen=True)
class Transfer:
    """One DMA copy. `start` and `end` are cycles; `size` is bytes that were stored."""

    start: int
    end: int
    size: int

    @property
    def bytes_a_cycle(self) -> float:
        """Throughput."""
        return self.size / (self.end - self.start)


def transfers(run: Run) -> list[Transfer]:
    """All copies that stored something, in the order of their starts.

    Writes belong to the newest start; so the figures hold for programs that submit one copy at a time. Writes that are
    no payload (completions, interrupt messages) have an AXI identifier of their own and are left out.
    """
    starts = run.design.addresses_of(START_REGISTER)
    done = run.events.table.number("dma_write_done")
    accepted = run.events.table.number("bus_write_accepted")
    result: list[Transfer] = []
    start, end, size = 0, 0, 0
    for event in run.events.by_time:
        if event.kind == accepted:
            register = run.design.register(event.a)
            if register is not None and register.offset in starts:
                if size:
                    result.append(Transfer(start, end, size))
                start, size = event.cycle, 0
        elif event.kind == done and run.design.payload_id in (None, event.unit):
            end, size = event.cycle, size + event.b
    return [*result, Transfer(start, end, size)] if size else result


def best_of(copies: Sequence[Transfer], least: int) -> Transfer | None:
    """The fastest copy of at least `least` bytes; None if there is none."""
    long_ones = [copy for copy in copies if copy.size >= least]
    return max(long_ones, key=lambda copy: copy.bytes_a_cycle) if long_ones else None
