# SPDX-License-Identifier: MIT
"""Spreads and histograms are exact."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.statistics import Spread, histogram, spread


@pytest.mark.parametrize(
    ("values", "expected"),
    [([7], Spread(1, 7, 7, 7, 7)), ([9, 1], Spread(2, 1, 1, 9, 10)), ([3, 1, 2], Spread(3, 1, 2, 3, 6))],
)
def test_spread(values: list[int], expected: Spread) -> None:
    assert spread(values) == expected


def test_spread_of_nothing_is_an_error() -> None:
    with pytest.raises(HarnessError, match="no values"):
        spread([])


@given(values=st.lists(st.integers(0, 10**6), min_size=1), bins=st.integers(1, 50))
def test_each_value_is_in_exactly_one_bin(values: list[int], bins: int) -> None:
    result = histogram(values, bins)
    assert len(result) <= bins
    assert result[0].low == min(values)
    assert result[-1].high == max(values)
    assert all(before.high + 1 == after.low for before, after in pairwise(result))
    for item in result:
        assert item.count == sum(item.low <= value <= item.high for value in values)


def test_histogram_of_nothing_and_with_no_bins() -> None:
    assert histogram([]) == []
    with pytest.raises(HarnessError, match="0 bins"):
        histogram([1], 0)
