# SPDX-License-Identifier: MIT
"""What an observer of a kernel prints on the SoC, against what the program did and what the co-simulation measured."""

from __future__ import annotations

import pytest

from harness.plugin import RunProgram
from harness.run import Run

HARTS = pytest.mark.parametrize("harts", [1, 2])
SHARE = 0.02
# Cycles of a call before its first reading of the counter and behind the last one: the looking on itself.
OUTSIDE = 400
Fields = dict[str, int]


def lines(run: Run, kind: str) -> list[Fields]:
    """Lines of the console that begin with a word, as numbers by key; words without "=" are left out."""
    rows = [line.split() for line in run.console.splitlines()]
    return [
        {key: int(value) for key, _, value in (word.partition("=") for word in row[1:]) if value}
        for row in rows
        if row[:1] == [kind]
    ]


def only(fields: Fields, *keys: str) -> tuple[int, ...]:
    return tuple(fields[key] for key in keys)


@HARTS
def test_VER_DB_01_02_the_trace_is_what_was_sent_while_it_was_on(run_program: RunProgram, harts: int) -> None:
    """The message before the switch and the one after it leave no line; a hop each for all others, in order."""
    run = run_program("observed", harts=harts)
    messages = lines(run, "message")
    assert len(messages) == 12
    sent, received = lines(run, "send"), lines(run, "receive")
    for hops in (sent, received):
        assert [only(hop, "length", "priority") for hop in hops] == [only(m, "length", "priority") for m in messages]
        assert [hop["sequence"] for hop in hops] == list(range(1, 13))
    times = [time for pair in zip(sent, received, strict=True) for time in (pair[0]["time"], pair[1]["time"])]
    assert times == sorted(times)
    assert all(r["spent"] == r["time"] - s["time"] for s, r in zip(sent, received, strict=True))


@HARTS
def test_VER_DB_03_channels_are_printed_as_their_statistics(run_program: RunProgram, harts: int) -> None:
    run = run_program("observed", harts=harts)
    console = run.console.partition("\nprofile\n")[0]
    statistics = lines(run, "statistics")
    printed = {row["id"]: row for row in lines(run, "channel") if "sent" in row}
    assert len(statistics) == len(printed) == console.count("\nchannel ") == 2
    for row in statistics:
        shown = printed[row["id"]]
        assert {key: shown[key] for key in row} == row
    assert sum(row["sent"] for row in statistics) == sum(row["received"] for row in statistics) == 14


@HARTS
def test_EXO_RM_01_MOS_KN_07_VR4_ST_08_the_profile_adds_up(run_program: RunProgram, harts: int) -> None:
    """Against cycles between marks around each system call; the kernel's counter of 32 bits wraps meanwhile."""
    run = run_program("observed", harts=harts)
    begins, ends = run.marks("call.begin"), run.marks("call.end")
    measured = {0: list[int](), 1: list[int]()}
    for agent, durations in measured.items():
        first = [mark.cycle for mark in begins if mark.a == agent]
        last = [mark.cycle for mark in ends if mark.a == agent]
        durations += [end - begin for begin, end in zip(first, last, strict=True)]
    operations = lines(run, "operation")
    (total,) = lines(run, "total")
    assert sum(row["cycles"] for row in operations) == pytest.approx(total["cycles"], rel=SHARE)
    for row, durations in zip(operations, measured.values(), strict=True):
        assert row["count"] == len(durations) == 14
        assert row["failures"] == 0
        assert 0 < sum(durations) - row["cycles"] < OUTSIDE * len(durations)
        assert 0 < row["least"] < min(durations)
        assert 0 < max(durations) - row["most"] < OUTSIDE
    busiest = [row for row in lines(run, "channel") if "calls" in row]
    assert [row["cycles"] for row in busiest] == sorted((row["cycles"] for row in operations), reverse=True)
    (counter,) = run.points("counter")
    assert counter.value < 1 << 31, "the counter has wrapped"
