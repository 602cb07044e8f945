# SPDX-License-Identifier: MIT
"""Programs: marks, strings, symbols and lines of an ELF."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest
from event_writer import MARK_NAMES, TEXT_BASE, default_program, elf_with, mark_section
from fake_qemu import FakeMachine

from harness.errors import HarnessError
from harness.program import Program, find_program, parse_marks

SOURCE = """
volatile int sink;
__attribute__((noinline)) void copy_on_purpose(void)
{
    sink = 1;
    __asm__ volatile("1:\\n\\t.pushsection .belfry.marks,\\"\\",@progbits\\n\\t.8byte 1b\\n\\t"
                     ".asciz \\"probe.here|%0|%1\\"\\n\\t.popsection" : : "r"(sink), "n"(42) : "memory");
}
void _start(void)
{
    copy_on_purpose();
}
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ELF that the real compiler made."""
    folder = tmp_path_factory.mktemp("elf")
    (folder / "small.c").write_text(SOURCE)
    flags = ["-g", "-O2", "-ffreestanding", "-nostdlib", "-mcmodel=medany", "-Wl,-Ttext=0x80000000"]
    subprocess.run(["riscv64-unknown-elf-gcc", *flags, "-o", "small.elf", "small.c"], cwd=folder, check=True)
    return folder / "small.elf"


def test_a_compiled_mark_is_found_with_its_operands(compiled: Path) -> None:
    program = Program(compiled)
    assert program.mark_names == ["probe.here"]
    (site,) = program.sites
    assert site.operands[0].startswith("x")
    assert site.operands[1] == "=42"
    assert program.marks_table() == f"{site.address:x} 0 point {site.operands[0]} =42\n"
    assert program.location(site.address).function == "copy_on_purpose"


def test_addresses_become_function_file_and_line(compiled: Path) -> None:
    program = Program(compiled)
    start = program.address_of("copy_on_purpose")
    assert start is not None
    place = program.location(start)
    assert (place.function, place.offset) == ("copy_on_purpose", 0)
    assert place.file.endswith("small.c")
    assert SOURCE.splitlines()[place.line - 1] in ("{", "    sink = 1;")
    assert str(program.location(start + 4)).startswith(f"0x{start + 4:x} copy_on_purpose+0x4 (")


def test_addresses_outside_of_the_program_have_no_name(compiled: Path) -> None:
    place = Program(compiled).location(0x90000000)
    assert (place.function, place.file, str(place)) == ("", "", "0x90000000")


def test_the_marks_table_is_by_address_with_actions(tmp_path: Path) -> None:
    entries = [
        (0x80000010, "payload.transit|a0|s1"),
        (0x80000004, "trap.entry||"),
        (0x80000008, "thread.wake|zero|-1"),
        (0x80000010, "alpha|0x10|fp"),
        (0, "dropped|a0|a1"),
    ]
    path = tmp_path / "x.elf"
    path.write_bytes(elf_with([(".belfry.marks", 1, 0, 0, mark_section(entries))]))
    program = Program(path)
    assert program.mark_names == ["alpha", "payload.transit", "thread.wake", "trap.entry"]
    assert program.marks_table().splitlines() == [
        "80000004 3 trap_entry - -",
        "80000008 2 point x0 =-1",
        "80000010 0 point =16 x8",
        "80000010 1 payload_transit x10 x9",
    ]
    assert (program.mark_index("trap.entry"), program.mark_index("gone"), program.mark_name(9)) == (3, None, "mark 9")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (struct.pack("<Q", 4) + b"name|a0|a1", "ends inside an entry, at byte 0"),
        (struct.pack("<Q", 4) + b"name|a0\0", "has the entry 'name|a0'"),
        (struct.pack("<Q", 4) + b"|a0|a1\0", "has the entry"),
        (struct.pack("<Q", 4) + b"name|r7|\0", "has the operand 'r7'"),
    ],
)
def test_broken_mark_sections_are_refused(content: bytes, message: str) -> None:
    with pytest.raises(HarnessError) as caught:
        parse_marks(content)
    assert message in str(caught.value)


def test_strings_are_read_from_loaded_segments(tmp_path: Path) -> None:
    path = tmp_path / "x.elf"
    path.write_bytes(default_program(b"warm up\0transfer\0unterminated"))
    program = Program(path)
    assert program.mark_names == MARK_NAMES
    assert program.string_at(TEXT_BASE + 8) == "transfer"
    assert program.string_at(TEXT_BASE + 17) == "0x80000011"
    assert program.string_at(5) == "0x5"


def test_files_that_are_no_programs_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.elf"
    path.write_bytes(b"not an ELF")
    with pytest.raises(HarnessError, match="cannot be read"):
        Program(path)
    elf = bytearray(default_program())
    elf[18] = 62
    path.write_bytes(bytes(elf))
    with pytest.raises(HarnessError, match="EM_X86_64"):
        Program(path)


def test_unknown_and_unbuilt_programs_are_told_apart(machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_program("hello", "mailbox").name == "hello.elf"
    with pytest.raises(HarnessError) as caught:
        find_program("helo", "mailbox")
    assert caught.value.rule == "programs built for design 'mailbox': hello"
    with pytest.raises(HarnessError) as caught:
        find_program("unbuilt", "mailbox")
    assert caught.value.remedy == "make firmware"
    with pytest.raises(HarnessError, match="no such file"):
        find_program("nowhere.elf", "mailbox")
