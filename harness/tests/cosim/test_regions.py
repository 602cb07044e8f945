# SPDX-License-Identifier: MIT
"""Shared memory on the SoC: real page tables decide about each access, and the device finds what the CPU wrote."""

from __future__ import annotations

import re
from typing import Any

import pytest

from harness.plugin import RunProgram
from harness.run import Run

# In the order of the program; it prints the name, which is compared.
STEPS = ["allocate", "map and unmap", "protect", "map late", "share", "move", "add", "looks", "measure"]
HARTS = pytest.mark.parametrize("harts", [1, 2])
# The SoC has no frequency of its own: this is the one that microseconds are given for.
CLOCK_HZ = 1_000_000_000


def run_step(run_program: RunProgram, step: str, **options: Any) -> Run:
    parameters = options.pop("parameters", {}) | {"step": str(STEPS.index(step))}
    run = run_program("regions", parameters=parameters, **options)
    assert f"step {step}\n" in run.console
    return run


@HARTS
def test_MOS_SM_01_EXO_NI_01_EXO_IN_01_zero_pages_out_of_the_pool_and_back(run_program: RunProgram, harts: int) -> None:
    """Sizes around a page; the program tries shared memory before its kernel first, and counts the pool's pages."""
    run_step(run_program, "allocate", harts=harts)


@HARTS
def test_EXO_SM_07_08_FNG_SM_06_MOS_SE_03_accesses_through_mappings(run_program: RunProgram, harts: int) -> None:
    """Two processes see one page; what is unmapped, beside a mapping or anybody else's is a page fault."""
    run_step(run_program, "map and unmap", harts=harts)


@HARTS
def test_EXO_SM_02_09_flags_of_the_table(run_program: RunProgram, harts: int) -> None:
    run_step(run_program, "protect", harts=harts)


@HARTS
def test_VER_MS_10_mapped_at_the_first_touch(run_program: RunProgram, harts: int) -> None:
    run_step(run_program, "map late", harts=harts)


@HARTS
def test_VER_ZC_05_a_writer_gets_a_page_of_its_own(run_program: RunProgram, harts: int) -> None:
    run_step(run_program, "share", harts=harts)


@HARTS
def test_VER_MS_07_09_VR4_ST_04_all_64_kib_change_their_owner_without_a_copy(
    run_program: RunProgram, harts: int
) -> None:
    run_step(run_program, "move", harts=harts)


@HARTS
def test_MOS_SM_04_both_processes_add_to_one_cell(run_program: RunProgram, harts: int) -> None:
    run_step(run_program, "add", harts=harts)


@pytest.mark.parametrize(("seed", "lead"), [(1, 50), (2, 1000), (3, 2000)])
def test_EXO_SM_08_no_look_sees_what_was_written_after_the_unmap(run_program: RunProgram, seed: int, lead: int) -> None:
    run = run_step(run_program, "looks", harts=2, seed=seed, lead=lead)
    (found,) = re.findall(r"looks: (\d+) found the page, (\d+) faulted", run.console)
    assert min(int(number) for number in found) > 20, "the looks met both states"


def test_EXO_PF_05_map_of_1_and_of_16_pages(run_program: RunProgram, record_property: Any) -> None:
    run = run_step(run_program, "measure")
    cycles = {phase.name: phase.cycles for phase in run.phases if phase.name.startswith("map ")}
    for name, count in cycles.items():
        microseconds = count / CLOCK_HZ * 1e6
        record_property(f"{name}.cycles", count)
        print(f"{name}: {count} cycles, {microseconds:.2f} us at {CLOCK_HZ / 1e6:.0f} MHz (wanted: 5 us)")
        assert microseconds < 5
    assert cycles["map 1"] < cycles["map 16"] < 16 * cycles["map 1"], "tables and look-ups are shared by the pages"


def bursts(run: Run) -> list[tuple[int, int]]:
    """First byte and end of each read of the device."""
    return [(event.a, event.a + event.b) for event in run.events.select("dma_read_burst")]


@pytest.mark.parametrize(("bytes_max", "harts"), [(65536, 1), (1000, 2)])
def test_FNG_SM_03_VER_ZC_01_the_device_finds_the_bytes_of_the_cpu(
    run_program: RunProgram, bytes_max: int, harts: int
) -> None:
    """Pages that are not side by side, copied by a list of stretches; the program compares every byte."""
    run = run_program("scatter", harts=harts, parameters={"bytes_max": str(bytes_max)})
    stretches, other, copies, length = map(
        int, re.findall(r"stretches (\d+) and (\d+), copies (\d+), bytes (\d+)", run.console)[0]
    )
    assert stretches >= length // min(bytes_max, 4096)
    assert copies >= max(stretches, other)
    assert run.summary["dma_bytes_written"] >= 2 * length
    (point,) = run.points("read by the device")
    assert any(first <= point.value < end for first, end in bursts(run)), "a burst reads there"
