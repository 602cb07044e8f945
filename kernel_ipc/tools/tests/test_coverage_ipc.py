# SPDX-License-Identifier: MIT
"""The coverage gate on tracefiles whose answer is known."""

from __future__ import annotations

import pytest

from kernel_ipc.tools import coverage

TRACE = """TN:
SF:/core/src/ring.c
DA:10,3
DA:11,0
BRDA:10,0,0,3
BRDA:10,0,1,-
end_of_record
SF:/core/src/wait.c
DA:5,1
DA:6,1
BRDA:5,0,0,1
BRDA:5,0,1,1
end_of_record
"""


def test_shares_are_of_all_sources_together() -> None:
    """Three lines of four, three branches of four."""
    assert coverage.totals(coverage.parse(TRACE)) == (75.0, 75.0)


def test_what_is_missing_is_named() -> None:
    """A line that never ran, and one that went one way only; a source without either is left out."""
    text = coverage.unreached(coverage.parse(TRACE))
    assert text == "/core/src/ring.c: not run: 11\n/core/src/ring.c: one way only: 10\n"


def test_several_programs_add_up() -> None:
    """A line that one of two programs reached counts."""
    (ring,) = coverage.parse("SF:ring.c\nDA:1,0\nend_of_record\nSF:ring.c\nDA:1,2\nend_of_record\n")
    assert ring.lines == {1: 2}


def test_a_build_without_counters_is_an_error() -> None:
    """Nothing measured is not everything reached."""
    with pytest.raises(coverage.CoverageError, match="no line"):
        coverage.parse("TN:\n")
