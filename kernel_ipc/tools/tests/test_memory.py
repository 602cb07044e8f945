# SPDX-License-Identifier: MIT
"""What only the sources and the object code of shared memory show."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "kernel_ipc" / "src"
INCLUDE = ROOT / "kernel_ipc" / "include"
BUILD = Path(os.environ.get("BUILD", ROOT / "build"))
PREFIX = os.environ.get("RISCV", "riscv64-unknown-elf-")
FREESTANDING = ["-std=c11", "-ffreestanding", "-march=rv64imac", "-mabi=lp64", "-mcmodel=medany", "-O2"]
TIME_LIMIT = 60

# Memory of a machine begins at page boundaries above its first mebibyte; no constant of ours looks like that.
ADDRESS_FROM = 1 << 20
PAGE = 4096
LITERAL = re.compile(r"\b(0[xX][0-9a-fA-F]+|[0-9]+)[uUlL]*\b")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIME_LIMIT, cwd=ROOT).stdout


def addresses_in(text: str) -> list[str]:
    """Literals that could be the address of memory or of a device."""
    found = []
    for match in LITERAL.finditer(COMMENT.sub("", text)):
        value = int(match[1], 0) if match[1].lower().startswith("0x") else int(match[1])
        if value >= ADDRESS_FROM and value % PAGE == 0:
            found.append(match[0])
    return found


def test_EXO_NI_01_no_literal_address() -> None:
    sources = [*SOURCES.glob("*.[ch]"), *INCLUDE.rglob("*.h"), *(ROOT / "kernel_ipc" / "port").rglob("*.[ch]")]
    assert len(sources) > 50
    assert {path.name: found for path in sources if (found := addresses_in(path.read_text("utf-8")))} == {}


@pytest.mark.parametrize("line", ["x = 0x80000000;", "(uintptr_t)0x10000000UL", "base = 1048576;"])
def test_EXO_NI_01_the_gate_sees_addresses(line: str) -> None:
    assert len(addresses_in(line)) == 1
    assert addresses_in("/* " + line + " */") == []


def link(folder: Path, sources: list[str]) -> subprocess.CompletedProcess[str]:
    flags = [*FREESTANDING, "-nostdlib", "-Wl,-e,kipc_stub_start", "-I", str(INCLUDE)]
    command = [PREFIX + "gcc", *flags, *sources, "-o", str(folder / "stub.elf")]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=TIME_LIMIT, cwd=ROOT)


def test_EXO_DP_01_a_stub_port_is_all_that_is_needed(tmp_path: Path) -> None:
    core = BUILD / "kernel_ipc" / "freestanding" / "all.elf"  # every source of the core, as firmware compiles it
    assert core.exists(), "make test-kernel_ipc-tools makes it"
    result = link(tmp_path, [str(core), "kernel_ipc/tests/stub_port.c"])
    assert result.returncode == 0, result.stderr
    assert run(PREFIX + "nm", "-u", str(tmp_path / "stub.elf")).strip() == ""


def test_EXO_DP_01_what_is_missing_would_show(tmp_path: Path) -> None:
    result = link(tmp_path, ["kernel_ipc/src/page.c", "kernel_ipc/tests/stub_port.c"])
    assert result.returncode != 0
    assert "undefined reference to `kipc_kernel_set_up'" in result.stderr


def disassembly(folder: Path, *, name: str, header: str, define: str = "") -> str:
    """Object code of a source that copies pages, with this text as its page_copy.h."""
    place = folder / name
    shutil.copytree(SOURCES, place)
    (place / "page_copy.h").write_text(header, "utf-8")
    output = place / "region_share.o"
    flags = ["-std=c11", "-O2", "-I", str(INCLUDE), *([define] if define else [])]
    run("gcc", *flags, "-c", str(place / "region_share.c"), "-o", str(output))
    # The first lines name the file.
    return run("objdump", "-d", str(output)).split("Disassembly", 1)[1]


def test_VER_PF_03_without_hints_there_is_no_overhead(tmp_path: Path) -> None:
    header = (SOURCES / "page_copy.h").read_text("utf-8")
    bare = re.sub(r"KIPC_PREFETCH\([^;]*\);", "", header)
    assert bare != header
    bare = bare.replace("bool hints = bytes >= KIPC_CFG_PREFETCH_MIN;", "bool hints = false;")
    plain = disassembly(tmp_path, name="plain", header=header)
    assert plain == disassembly(tmp_path, name="bare", header=bare)
    hints = tmp_path / "hints.h"
    hints.write_text("#define KIPC_PREFETCH(address) __builtin_prefetch(address)\n", "utf-8")
    hinted = disassembly(tmp_path, name="hinted", header=header, define=f'-DKIPC_PREFETCH_HEADER="{hints}"')
    assert "prefetch" in hinted
    assert "prefetch" not in plain
