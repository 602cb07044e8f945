# SPDX-License-Identifier: MIT
"""Where two runs part: the first event that differs, with what led to it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from harness.describe import Describer
from harness.run import Run

CONTEXT = 5


@dataclass(frozen=True)
class Difference:
    """The first difference: its position in both files, the events before it, and what each run did there.

    `first` and `second` are lines of text trace; one of them is empty if that run simply ended.
    """

    position: int
    common: list[str]
    first: list[str]
    second: list[str]


def compare(first: Run, second: Run) -> Difference | None:
    """The first event in which the runs differ; None if their event files hold the same events."""
    pairs = zip(first.events, second.events, strict=False)
    position = next((index for index, (one, other) in enumerate(pairs) if one != other), None)
    if position is None:
        if len(first.events) == len(second.events):
            return None
        position = min(len(first.events), len(second.events))
    return Difference(
        position,
        _lines(first, max(0, position - CONTEXT), position),
        _lines(first, position, position + CONTEXT),
        _lines(second, position, position + CONTEXT),
    )


def _lines(run: Run, start: int, end: int) -> list[str]:
    """Trace lines of the events at positions start..end-1."""
    describer = Describer(run)
    return [describer.line(event) for event in islice(run.events, start, end)]
