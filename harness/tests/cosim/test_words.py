# SPDX-License-Identifier: MIT
"""Calls whose four words stay in registers: what their instructions load and store, and how many there are."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import budgets
from harness.options import RunOptions
from harness.paths import BUILD
from harness.plugin import RunProgram
from harness.program import Program, find_program
from harness.run import Run
from harness.steps import Access, Step, accesses, instructions, stepped

WORDS = ("a3", "a4", "a5", "a6")
PARKED = ("s8", "s9", "s10", "s11")
STEPS_MAX = 8000
BUDGET = 700
IN_REGISTERS, IN_MEMORY, LESS_URGENT = "0", "1", "2"


def address_of(design: str, mark: str) -> int:
    [site] = [site for site in Program(find_program("words", design)).sites if site.name == mark]
    return site.address


def trace_of(folder: Path, design: str, server: str, way: int, user: str = "0") -> list[Step]:
    """The steps of one way of the third call: 0 from client to server, 1 back; with both its `ecall`s."""
    parameters = {"server": server, "user": user}
    options = RunOptions("words", design=design, parameters=parameters, output=folder, gdb=True)
    call, back = address_of(design, "words.call"), address_of(design, "words.return")
    # A server with words makes a first call in which it only receives; one without makes none.
    calls_before = 2 + way if server == IN_MEMORY and way == 0 else 5 + way
    with stepped(options) as stepper:
        for _ in range(calls_before):
            stepper.run_to(call)
        steps = list(stepper.steps_to(back, STEPS_MAX))
    assert Run(folder).passed, Run(folder).reason
    return steps


def parts_of(words: list[int]) -> dict[int, set[int]]:
    """By width: every aligned piece of the words."""
    return {
        width: {word >> shift & (1 << 8 * width) - 1 for word in words for shift in range(0, 64, 8 * width)}
        for width in (1, 2, 4, 8)
    }


def payload_accesses(steps: list[Step]) -> list[Access]:
    """Loads and stores of any piece of the words that the first `ecall` was made with."""
    assert steps[0].instruction.mnemonic == "ecall"
    words = [steps[0].before[name] for name in WORDS]
    # Nothing else that a kernel loads or stores looks like a byte of these.
    assert all(byte >= 0xC0 and byte % 2 == 0 for word in words for byte in word.to_bytes(8, "little"))
    assert len(set(words)) == len(WORDS)
    pieces = parts_of(words)
    moved = [access for step in steps for access in accesses(step)]
    assert len(moved) > 50, "a call does load and store, though not its payload"
    return [access for access in moved if access.value in pieces[access.width]]


@pytest.mark.parametrize("user", ["0", "1"])
@pytest.mark.parametrize("way", [0, 1])
def test_VER_MS_04_no_load_or_store_of_payload_between_ecall_and_return(
    tmp_path: Path, design_name: str, way: int, user: str
) -> None:
    steps = trace_of(tmp_path / "run", design_name, IN_REGISTERS, way, user)
    sent = [steps[0].before[name] for name in WORDS]
    assert [steps[-1].after[name] for name in WORDS] == sent, "the words arrived"
    assert steps[0].before["sp"] != steps[-1].after["sp"], "at the other thread"
    assert payload_accesses(steps) == []


def test_VER_MS_04_the_trace_shows_words_that_go_through_memory(tmp_path: Path, design_name: str) -> None:
    """The same look at a call whose server is not switched to straight: each word is stored and loaded."""
    steps = trace_of(tmp_path / "run", design_name, LESS_URGENT, 0)
    words = [steps[0].before[name] for name in WORDS]
    moved = payload_accesses(steps)
    for word in words:
        assert any(access.is_store and access.value == word for access in moved)
        assert any(not access.is_store and access.value == word for access in moved)


def disassembly(path: Path, function: str | None = None) -> str:
    command = ["riscv64-unknown-elf-objdump", "-d", "--no-show-raw-insn", str(path)]
    command += [f"--disassemble={function}"] if function else []
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def registers_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:zero|ra|sp|gp|tp|[ast]\d+)\b", text))


def test_VER_FP_01_the_stubs_use_exactly_the_documented_registers(design_name: str) -> None:
    program = find_program("words", design_name)
    code = instructions(program)
    names = Program(program)
    start = names.address_of("ecall")
    assert start is not None
    # Its own arguments are in a0 to a7 by the C convention already, so there is nothing to do.
    assert [code[start].mnemonic, code[start + 4].mnemonic] == ["ecall", "ret"]
    text = disassembly(program, "ecall_words")
    before, _, after = text.partition("ecall\n")
    loads = re.findall(r"\tld\s+(\w+),", before)
    assert loads == ["a0", "a1", "a2", "a3", "a4", "a5", "a6"], "arguments and words"
    assert re.search(r"\tmv\s+a7,a1", before), "the number"
    assert registers_in(before) - {"sp", "s0"} == {f"a{i}" for i in range(8)}
    stores = re.findall(r"\tsd\s+(\w+),", after)
    assert stores == ["a0", "a1", "a3", "a4", "a5", "a6"], "results and words"
    manual = (Path(__file__).parents[3] / "firmware/kernel/ecall.h").read_text()
    assert "a7       a0 to a6    a3 to a6     a0 " in manual


def test_VER_FP_01_what_serves_a_call_does_not_touch_the_parked_words(design_name: str) -> None:
    """The objects on the way between the two stubs, as they were compiled; only the two copies in assembly may."""
    objects = BUILD / "firmware" / design_name / "objects"
    sources = ["kernel_ipc/src/call_words.c", "kernel_ipc/src/syscall_words.c"]
    sources += [f"firmware/kernel/{name}.c" for name in ("ecall", "ipc_scheduler", "ipc_port", "scheduler")]
    for source in sources:
        text = disassembly(objects / f"{source}.o")
        assert "ret" in text
        assert not registers_in(text) & set(PARKED), f"{source} uses a register that holds words"
    assert set(PARKED) <= registers_in(disassembly(objects / "firmware/kernel/ecall.S.o"))


def costs(run: Run) -> tuple[list[int], list[int]]:
    """Cycles from each call to the next return, client to server and back; no device is accessed, so instructions."""
    calls = [mark.cycle for mark in run.marks("words.call")]
    returns = [mark.cycle for mark in run.marks("words.return")]
    # Each call but the server's first one and its last ends at the other thread: in the order of time they alternate.
    pairs = list(zip(calls[1:], returns, strict=False))
    assert len(pairs) >= 30
    return [back - call for call, back in pairs[0::2]], [back - call for call, back in pairs[1::2]]


PLATFORM = "SoC (rv64imac, gcc -O2, QEMU riscv64 virt), clock: 1 cycle an instruction, counter: retired instructions"


def test_VER_PF_07_VR4_ST_03_a_register_call_one_way(
    run_program: RunProgram, record_property: Callable[[str, object], None]
) -> None:
    run = run_program("words")
    requests, replies = costs(run)
    for name, values in (("request", requests), ("reply", replies)):
        record_property(f"words.{name}", max(values))
        print(f"register call, {name}: {max(values)} of {BUDGET} instructions one way on {PLATFORM}")
        assert max(values) <= BUDGET


def test_VER_PF_07_VR4_ST_03_a_plain_call_one_way(
    tmp_path: Path, design_name: str, record_property: Callable[[str, object], None]
) -> None:
    """By function calls, with its four words in memory."""
    measured = budgets.measure(budgets.start(tmp_path / "run", design_name))
    for name in ("call_request", "call_reply"):
        record_property(name, measured[name])
        print(f"{name}: {measured[name]} of {BUDGET} instructions one way on {PLATFORM}")
        assert measured[name] <= BUDGET


def test_VER_CP_04_a_register_call_is_one_switch_and_no_ready_queue(run_program: RunProgram) -> None:
    run = run_program("words")
    calls = [mark.cycle for mark in run.marks("words.call")][1:]
    returns = [mark.cycle for mark in run.marks("words.return")]
    switches = [mark.cycle for mark in run.marks("thread.switch")]
    straight = [mark.cycle for mark in run.marks("thread.straight")]
    for call, back in zip(calls, returns, strict=False):
        assert len([cycle for cycle in switches if call < cycle < back]) == 1
        assert len([cycle for cycle in straight if call < cycle < back]) == 1


@pytest.mark.parametrize("user", ["0", "1"])
@pytest.mark.parametrize("server", [IN_REGISTERS, IN_MEMORY, LESS_URGENT])
def test_VER_FP_02_whatever_the_way_the_result_is_the_same(run_program: RunProgram, server: str, user: str) -> None:
    """The program compares every word that comes back; here it is which way they went."""
    for seed in ("1", "77"):
        run = run_program("words", parameters={"server": server, "user": user, "rounds": "100", "seed": seed})
        assert "PASS words\n" in run.console
        straight = len(run.marks("thread.straight"))
        assert straight >= 199 if server == IN_REGISTERS else straight <= 200
