# SPDX-License-Identifier: MIT
"""The text trace: one event a line, in file order. Golden traces are this."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.describe import Describer
from harness.errors import HarnessError
from harness.events import Event
from harness.run import Run


def select(run: Run, start: int | None, end: int | None, kinds: Sequence[str]) -> list[Event]:
    """Events of these kinds (all if empty) from cycle `start` to cycle `end`, both included, in file order.

    A kind may also be a source ("bus") and then stands for all kinds of it.
    """
    if start is not None and end is not None and start > end:
        raise HarnessError(f"--from {start} --to {end}", "the first cycle is not behind the last one")
    table = run.events.table
    wanted: set[int] = set()
    for name in kinds:
        if name in table.sources:
            wanted |= {kind.number for kind in table.by_number.values() if kind.source == name}
        else:
            wanted.add(table.number(name))
    return [
        event
        for event in run.events
        if (not kinds or event.kind in wanted)
        and (start is None or event.cycle >= start)
        and (end is None or event.cycle <= end)
    ]


def lines(run: Run, start: int | None = None, end: int | None = None, kinds: Sequence[str] = ()) -> Iterator[str]:
    """The trace's lines, without line ends."""
    describer = Describer(run)
    for event in select(run, start, end, kinds):
        yield describer.line(event)
