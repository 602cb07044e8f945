# SPDX-License-Identifier: MIT
"""What kernel_ipc/tests/builds.mk makes: a chip's program on QEMU, a server's, AArch64 objects, and the examples."""

from __future__ import annotations

import csv
import os
import re
import subprocess
from pathlib import Path

import pytest

from kernel_ipc.tools import interface

ROOT = Path(__file__).parents[3]
BUILD = Path(os.environ.get("BUILD", ROOT / "build")) / "kernel_ipc"
SECONDS = 60


def run(*command: str | Path) -> str:
    """Runs a program to its end; its output, if it ended well."""
    done = subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
    return done.stdout


def symbols(path: Path, prefix: str = "") -> dict[str, int]:
    """Symbols of an object or program with their addresses."""
    lines = [line.split() for line in run(f"{prefix}nm", path).splitlines()]
    return {parts[2]: int(parts[0], 16) for parts in lines if len(parts) == 3}


def test_VER_DP_01_VR4_ST_10_a_chip_with_64_kib_of_ram_on_qemu() -> None:
    program = BUILD / "chip" / "portable.elf"
    output = run("qemu-system-riscv32", "-machine", "virt", "-bios", "none", "-nographic", "-kernel", program)
    assert output == "portable: passed\n"
    places = symbols(program, "riscv64-unknown-elf-")
    used = places["__stack_end"] - places["__bss_start"]
    assert 0 < used <= 64 * 1024
    assert "ELF32" in run("riscv64-unknown-elf-readelf", "-h", program)


def test_VER_DP_01_a_server_with_full_tables() -> None:
    assert run(BUILD / "server" / "portable") == ""
    full = (ROOT / "kernel_ipc" / "configurations" / "full.h").read_text(encoding="utf-8")
    assert "KIPC_CONFIGURATION_ENTRIES(host, soc) (host)" in full


def test_VR4_ST_10_aarch64_objects_of_all_sources() -> None:
    sources = sorted((ROOT / "kernel_ipc" / "src").glob("*.c"))
    assert len(sources) > 50
    for source in sources:
        header = (BUILD / "aarch64" / "src" / f"{source.stem}.o").read_bytes()[:20]
        assert header[:4] == b"\x7fELF", source.name
        assert int.from_bytes(header[18:20], "little") == 183, source.name  # EM_AARCH64


def test_MOS_ER_03_a_build_without_log_has_no_code_for_it() -> None:
    """The chip's and the library's objects are built with KIPC_CFG_LOG at 0, the tests' with 4."""
    said = re.compile(r"kipc_log|ki_log|gate_set_log")
    for build in ("chip", "server", "aarch64", "library"):
        found = [name for name in symbols(BUILD / build / "src" / "log.o") if said.search(name)]
        assert found == [], build
    undefined = run("nm", "-u", BUILD / "server" / "src" / "syscall.o")
    assert not said.search(undefined)
    assert any(said.search(name) for name in symbols(BUILD / "plain" / "src" / "log.o"))


EXAMPLES = sorted(path.stem for path in (ROOT / "kernel_ipc" / "examples").glob("*.c"))
# Those that the rows below name have their own tests; all others are run by one that names no row.
OF_ROWS = {
    "simple_message": "EXO_EX_01",
    "large_message": "EXO_EX_01",
    "blocking_pair": "EXO_EX_01",
    "named_memory": "EXO_EX_01",
    "ring_of_16": "EXO_TS_01",
    "ring_of_4": "EXO_TS_02",
    "attach_twice": "EXO_TS_03",
    "synchronization": "MOS_SY_11",
    "hello": "MOS_CH_14",
}


def example(name: str) -> None:
    """Runs an example, which must print what the comment at its end says."""
    printed = interface.printed_by(ROOT / "kernel_ipc" / "examples" / f"{name}.c")
    assert printed, f"{name}.c ends without a comment that says what it prints"
    assert run(BUILD / "examples" / name).splitlines() == printed


@pytest.mark.parametrize("name", [name for name, row in OF_ROWS.items() if row == "EXO_EX_01"])
def test_EXO_EX_01_the_four_usage_examples(name: str) -> None:
    example(name)


def test_EXO_TS_01_twelve_bytes_through_a_ring_of_16() -> None:
    example("ring_of_16")


def test_EXO_TS_02_two_threads_and_a_ring_of_4() -> None:
    for _ in range(20):
        example("ring_of_4")


def test_EXO_TS_03_a_named_region_is_attached_twice_and_freed() -> None:
    example("attach_twice")


def test_MOS_SY_11_semaphore_and_mutex() -> None:
    example("synchronization")


def test_MOS_CH_14_hello_world_between_two_processes() -> None:
    example("hello")


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - set(OF_ROWS)))
def test_an_example_prints_what_it_says(name: str) -> None:
    example(name)


def test_examples_use_the_public_interface_only() -> None:
    """The same sources run on the SoC: nothing of the host's may be in them."""
    folder = ROOT / "kernel_ipc" / "examples"
    assert len(EXAMPLES) >= 20
    allowed = re.compile(r'#include (?:<kipc/\w+\.h>|<string\.h>|"(?:example|ring_pair)\.h")$')
    for path in folder.glob("*.[ch]"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not line.startswith("#include") or allowed.match(line), f"{path.name}: {line}"


def test_the_table_of_examples_names_each_program_once() -> None:
    """Each program stands in the table of examples/README.md, and each name there is a program."""
    table = (ROOT / "kernel_ipc" / "examples" / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| \[`(\w+)`\]\(\1\.c\) \|", table, re.MULTILINE)) == EXAMPLES
    sequences = re.findall(r"^\| 00\d:.*\| ([^|]+) \|$", table, re.MULTILINE)
    assert len(sequences) > 40
    with (ROOT / "kernel_ipc" / "waiting.csv").open(encoding="utf-8", newline="") as waiting:
        layers = {row["layer"] for row in csv.DictReader(waiting)}
    for programs in sequences:
        named = re.findall(r"`(\w+)`", programs)
        assert set(named) <= set(EXAMPLES), f"{programs}: no such program"
        assert named or programs.removeprefix("waits for ").removeprefix("the ") in layers, programs


def test_what_an_example_prints_is_read_from_its_end(tmp_path: Path) -> None:
    source = tmp_path / "example.c"
    source.write_text("/* Prints:\n *   no\n */\nint x;\n\n/* Prints:\n *   one\n *     two\n */\n", encoding="utf-8")
    assert interface.printed_by(source) == ["one", "  two"]
    source.write_text("/* Prints:\n *   one\n */\nint x;\n", encoding="utf-8")
    assert interface.printed_by(source) == []
