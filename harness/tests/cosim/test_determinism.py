# SPDX-License-Identifier: MIT
"""The same run twice is the same, byte by byte; what must not matter does not; what must matter does."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness import compare, launcher
from harness.options import RunOptions
from harness.paths import ROOT
from harness.plugin import RunProgram
from harness.run import Run

PROGRAMS = [
    ("hello", {}), ("ring_echo", {}), ("wakeup", {"wakeups": "200"}), ("zero_copy", {}), ("bad_access", {}),
    ("fifo", {}), ("doorbell", {}), ("dma", {}), ("timer", {}), ("panic", {}), ("dead_lock", {}), ("run_away", {}),
    ("rings", {}), ("ring_errors", {}), ("acknowledge", {"rounds": "20"}), ("watermark", {}), ("owner", {}),
    ("soft_reset", {}), ("lock", {}), ("agent", {}), ("cycle_carry", {}), ("busy", {"copies": "5"}),
    ("register_loop", {"count": "2000"}), ("compute_loop", {"iterations": "2"}), ("budgets", {}),
    ("objects", {"case": "6"}), ("remote", {"resets": "1"}),
    ("system_calls", {}), ("words", {}), ("regions", {}), ("scatter", {}), ("observed", {}), ("ring_values", {}),
    ("notify", {}),
]  # fmt: skip
EXPECTED = {"panic": "fail", "dead_lock": "dead-lock", "run_away": "cycle-limit"}
CYCLE_LIMIT = 20_000_000
CYCLE_LIMITS = {"run_away": 500_000, "cycle_carry": 1 << 33}


def assert_same(first: Run, second: Run) -> None:
    difference = compare.compare(first, second)
    assert difference is None, "\n".join([*difference.common, *difference.first, "--- against", *difference.second])
    assert first.hash == second.hash


@pytest.mark.parametrize("harts", [1, 2])
@pytest.mark.parametrize(("program", "parameters"), PROGRAMS, ids=[name for name, _ in PROGRAMS])
def test_twice_is_the_same(run_program: RunProgram, program: str, parameters: dict[str, str], harts: int) -> None:
    expect = EXPECTED.get(program, "pass")
    limit = CYCLE_LIMITS.get(program, CYCLE_LIMIT)
    first, second = (
        run_program(program, expect=expect, harts=harts, cycle_limit=limit, parameters=parameters) for _ in range(2)
    )
    assert_same(first, second)
    assert first.console == second.console
    keep = {key: value for key, value in first.summary.items() if key != "host_ns"}
    assert keep == {key: value for key, value in second.summary.items() if key != "host_ns"}


def test_every_program_is_run_twice() -> None:
    sources = (ROOT / "firmware" / "programs").glob("*.c")
    assert sorted(name for name, _ in PROGRAMS) == sorted(source.stem for source in sources)


def test_side_by_side_is_the_same(run_program: RunProgram, tmp_path: Path, design_name: str) -> None:
    options = [
        RunOptions("wakeup", design=design_name, harts=2, parameters={"wakeups": "100"}, output=tmp_path / str(number))
        for number in range(3)
    ]
    with ThreadPoolExecutor(len(options)) as pool:
        together = list(pool.map(launcher.start, options))
    alone = run_program("wakeup", harts=2, parameters={"wakeups": "100"})
    assert {run.hash for run in together} == {alone.hash}


@pytest.mark.parametrize("program", ["wakeup", "zero_copy"])
def test_twice_is_the_same_at_a_loose_quantum_and_under_back_pressure(run_program: RunProgram, program: str) -> None:
    first, second = (run_program(program, harts=2, quantum=100, back_pressure=30, seed=4) for _ in range(2))
    assert_same(first, second)


@pytest.mark.parametrize("harts", [1, 2])
@pytest.mark.parametrize("program", ["wakeup", "zero_copy", "timer"])
def test_skipping_quiet_cycles_changes_nothing(run_program: RunProgram, program: str, harts: int) -> None:
    skipping = run_program(program, harts=harts)
    stepping = run_program(program, harts=harts, skip=False)
    assert_same(skipping, stepping)
    assert skipping.summary["rtl_cycles_skipped"] > 0, "this program has quiet cycles"
    assert stepping.summary["rtl_cycles_skipped"] == 0
    total = skipping.summary["rtl_cycles_run"] + skipping.summary["rtl_cycles_skipped"]
    assert total == stepping.summary["rtl_cycles_run"]


def test_a_wave_changes_nothing(run_program: RunProgram) -> None:
    assert_same(run_program("fifo"), run_program("fifo", wave=(100, 2000)))


def test_seeds_of_back_pressure_differ(run_program: RunProgram) -> None:
    hashes = {run_program("dma", seed=seed, back_pressure=40).hash for seed in (1, 2)}
    assert len(hashes) == 2, "the seed decides on which cycles the memory is slow"


def test_the_folder_does_not_matter(run_program: RunProgram, tmp_path: Path) -> None:
    assert_same(run_program("hello"), run_program("hello", output=tmp_path / "some where, else" / "run"))
