# SPDX-License-Identifier: MIT
"""A wave has the cycles that were asked for, and no others."""

from __future__ import annotations

import re
from itertools import pairwise

from harness.plugin import RunProgram


def test_a_wave_has_the_window_only(run_program: RunProgram) -> None:
    start, end = 1000, 1500
    run = run_program("hello", wave=(start, end))
    content = run.text("wave.vcd")
    assert re.search(r"\$var wire +\d+ \S+ clk_i", content)
    times = [int(stamp) for stamp in re.findall(r"^#(\d+)$", content, re.MULTILINE)]
    assert times == sorted(times)
    cycle = 2 * min(after - before for before, after in pairwise(times))  # the clock changes twice a cycle
    assert start * cycle <= times[0] <= (start + 1) * cycle
    assert (end - 1) * cycle <= times[-1] <= end * cycle
    assert len(times) >= 2 * (end - start) - 2


def test_no_wave_unless_asked(run_program: RunProgram) -> None:
    assert not (run_program("hello").folder / "wave.vcd").exists()
