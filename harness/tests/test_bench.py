# SPDX-License-Identifier: MIT
"""The benchmark's own arithmetic, and the page that plain QEMU is given instead of the engine's."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from event_writer import DESIGN
from fake_qemu import FakeMachine

from harness import bench
from harness.design import Design
from harness.errors import HarnessError
from harness.options import RunOptions


def test_measures_take_turns_and_medians_count() -> None:
    order: list[str] = []
    figures = {"a": iter([3.0, 100.0, 1.0]), "b": iter([5.0, 4.0, 6.0])}

    def measure(name: str) -> float:
        order.append(name)
        return next(figures[name])

    assert bench.alternate(3, lambda: measure("a"), lambda: measure("b")) == [3.0, 5.0]
    assert order == ["a", "b", "a", "b", "a", "b"]


@pytest.mark.parametrize(("value", "good"), [(0.85, True), (0.8499, False)])
def test_a_bound_is_kept_or_missed(value: float, good: bool) -> None:
    assert bench.Figure("x", value, "", "", 0.85).good is good


def test_the_page_is_what_the_memory_map_says() -> None:
    page = bench.harness_page(RunOptions("x", harts=2, seed=9, parameters={"b": "2", "a": "1"}), 0x2000)
    assert struct.unpack_from("<5Q", page) == (0x59524652464C4542, 2, 9, 0x84000000, 0x2000)
    assert page[0x100:] == b"a=1\0b=2\0\0"


def script(path: Path, text: str) -> Path:
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def test_the_bare_loop_is_read_and_its_failure_told(machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    design = Design(DESIGN, {}, machine.folder)
    inputs = machine.folder / "inputs.bin"
    loop = script(machine.folder / "loop", 'echo \'{"cycles": 1000, "seconds": 0.5}\'\n')
    monkeypatch.setattr(bench, "BARE_LOOP", loop)
    assert bench.bare_loop(design, inputs, 1000) == 2000.0
    with pytest.raises(HarnessError, match="ran 1000 cycles, the co-simulation 1001"):
        bench.bare_loop(design, inputs, 1001)
    script(loop, "echo 'no such design' >&2; exit 4\n")
    with pytest.raises(HarnessError, match="status 4: no such design"):
        bench.bare_loop(design, inputs, 1000)
    loop.unlink()
    with pytest.raises(HarnessError, match="is not built"):
        bench.bare_loop(design, inputs, 1000)


def test_a_program_that_fails_is_no_measurement(machine: FakeMachine) -> None:
    machine.behave("finish('pass', 0, bus_reads=10, bus_writes=0)")
    with pytest.raises(HarnessError, match="there is no program 'register_loop'"):
        bench.register_accesses(1, "mailbox")
    elf = machine.folder / "build" / "firmware" / "mailbox"
    (elf / "register_loop.elf").write_bytes((elf / "hello.elf").read_bytes())
    with pytest.raises(HarnessError, match="made 10 accesses"):
        bench.register_accesses(1, "mailbox")
    machine.behave("finish('fail', 1)")
    with pytest.raises(HarnessError, match="register_loop: fail"):
        bench.register_accesses(1, "mailbox")


def test_a_rate_is_accesses_over_host_time(machine: FakeMachine) -> None:
    elf = machine.folder / "build" / "firmware" / "mailbox"
    (elf / "register_loop.elf").write_bytes((elf / "hello.elf").read_bytes())
    machine.behave("finish('pass', 0, bus_reads=1999990, bus_writes=10, host_ns=500000000)")
    assert bench.register_accesses(1, "mailbox").value == 4e6
