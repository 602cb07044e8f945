# SPDX-License-Identifier: MIT
"""What the object code of capabilities shows: the look at a token takes the same time for every token."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

CORE = Path(__file__).resolve().parents[2]
SOURCE = CORE / "src" / "capability.c"
COMPARE = "tokens_differ"
SECONDS = 60
FREESTANDING = ["-std=c11", "-ffreestanding", f"-I{CORE / 'include'}", f"-I{CORE / 'src'}"]
# Compiler, its flags, disassembler.
TARGETS = {
    "rv64": (["riscv64-unknown-elf-gcc", "-march=rv64imac", "-mabi=lp64"], "riscv64-unknown-elf-objdump"),
    "rv32": (["riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32"], "riscv64-unknown-elf-objdump"),
    "gcc": (["gcc"], "objdump"),
    "clang": (["clang"], "objdump"),
}
RETURNS = {"ret", "retq"}
# Operations that go elsewhere, and those whose time depends on what they work on.
ELSEWHERE = re.compile(r"^(b(eq|ne|lt|ge|gt|le)\w*|c?\.?j\w*|call\w*|tail|loop\w*|rep\w*)$")
UNEVEN = re.compile(r"^(i?div\w*|rem\w*)$")
LOAD = re.compile(r"^(l[bhwd]u?|c\.l[wd]\w*)$")


def disassembly(source: Path, target: str, optimisation: str, folder: Path) -> dict[str, list[tuple[str, str]]]:
    """Functions of a compiled source with their instructions: operation, operands."""
    compiler, objdump = TARGETS[target]
    if shutil.which(compiler[0]) is None:
        pytest.skip(f"{compiler[0]} is not installed: `make setup` installs it")
    made = folder / f"{target}{optimisation}.o"
    command = [*compiler, *FREESTANDING, optimisation, "-c", str(source), "-o", str(made)]
    subprocess.run(command, check=True, timeout=SECONDS)
    text = subprocess.check_output([objdump, "-dr", "--no-show-raw-insn", str(made)], text=True, timeout=SECONDS)
    functions: dict[str, list[tuple[str, str]]] = {}
    current: list[tuple[str, str]] = []
    for line in text.splitlines():
        if label := re.match(r"^[0-9a-f]+ <([^>]+)>:$", line):
            # Labels inside of a function begin with a dot.
            current = current if label[1].startswith(".") else functions.setdefault(label[1], [])
        elif found := re.match(r"^\s*[0-9a-f]+:\s+(\S+)\s*(.*)$", line):
            current.append((found[1], found[2]))
    return functions


def unsteady(instructions: list[tuple[str, str]]) -> list[str]:
    """Instructions whose time, or what comes after them, may depend on data."""
    return [
        f"{operation} {operands}".strip()
        for operation, operands in instructions
        if operation not in RETURNS
        and "nop" not in f"{operation} {operands}"
        and (
            ELSEWHERE.match(operation)
            or UNEVEN.match(operation)
            or LOAD.match(operation)
            or (re.search(r"\(%r(?!sp|ip)", operands) and not operation.startswith("lea"))
        )
    ]


@pytest.mark.parametrize("optimisation", ["-O1", "-O2", "-Os"])
@pytest.mark.parametrize("target", TARGETS)
def test_VER_CA_01_tokens_are_compared_in_constant_time(target: str, optimisation: str, tmp_path: Path) -> None:
    """Neither a branch nor a look-up stands in the comparison, and redeeming uses it."""
    functions = disassembly(SOURCE, target, optimisation, tmp_path)
    assert len(functions[COMPARE]) >= 3
    assert unsteady(functions[COMPARE]) == []
    calls = [operands for body in functions.values() for _, operands in body if COMPARE in operands]
    assert calls, "nothing calls the comparison"


LOOP = """static KI_SLOW uint32_t tokens_differ(uint64_t one, uint64_t other)
{
    for (volatile unsigned int i = 0; i < 64; i += 8) {
        if ((one >> i & 0xFF) != (other >> i & 0xFF)) {
            return 1;
        }
    }
    return 0;
}
"""


@pytest.mark.parametrize("target", TARGETS)
def test_a_comparison_that_stops_early_is_seen(target: str, tmp_path: Path) -> None:
    """The same with a comparison as a library would write it."""
    text = SOURCE.read_text(encoding="utf-8")
    changed, count = re.subn(rf"static KI_SLOW uint32_t {COMPARE}\(.*?\n}}\n", LOOP, text, flags=re.DOTALL)
    assert count == 1
    planted = tmp_path / "planted.c"
    planted.write_text(changed, encoding="utf-8")
    assert unsteady(disassembly(planted, target, "-O2", tmp_path)[COMPARE])
