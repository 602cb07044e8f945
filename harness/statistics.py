# SPDX-License-Identifier: MIT
"""Minimum, median, maximum and histogram of exact integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import HarnessError


@dataclass(frozen=True)
class Spread:
    """What a list of numbers comes to. The median is one of the numbers (the lower of two), so it stays exact."""

    count: int
    minimum: int
    median: int
    maximum: int
    total: int


@dataclass(frozen=True)
class Bin:
    """One bar of a histogram: how many numbers lie in low..high, both included."""

    low: int
    high: int
    count: int


def spread(values: Sequence[int]) -> Spread:
    """Spread of a list with at least one number; HarnessError for an empty one."""
    if not values:
        raise HarnessError("there are no values", "a spread needs at least one")
    ordered = sorted(values)
    return Spread(len(ordered), ordered[0], ordered[(len(ordered) - 1) // 2], ordered[-1], sum(ordered))


def histogram(values: Sequence[int], bins_at_most: int = 32) -> list[Bin]:
    """Bars of equal width (the last may be cut) that cover all values; each value is in exactly one.

    Returns an empty list for an empty list. The width is a whole number of at least 1.
    """
    if bins_at_most < 1:
        raise HarnessError(f"{bins_at_most} bins", "a histogram has at least one")
    if not values:
        return []
    low, high = min(values), max(values)
    width = (high - low) // bins_at_most + 1
    counts = [0] * ((high - low) // width + 1)
    for value in values:
        counts[(value - low) // width] += 1
    return [
        Bin(low + index * width, min(low + (index + 1) * width - 1, high), count) for index, count in enumerate(counts)
    ]
