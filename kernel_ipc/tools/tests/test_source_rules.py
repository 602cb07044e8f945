# SPDX-License-Identifier: MIT
"""Rules that only the sources, or the code that a compiler makes of them, can show."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CORE = ROOT / "kernel_ipc"
RISCV = "riscv64-unknown-elf-"
INCLUDES = [f"-I{CORE / 'include'}", f"-I{CORE / 'src'}"]
BRANCH = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$")


def core_files() -> list[Path]:
    """Public headers and sources of the core."""
    return sorted((CORE / "include/kipc").glob("*.h")) + sorted((CORE / "src").glob("*.[ch]"))


def test_EXO_MS_11_the_inline_limit_is_written_once() -> None:
    """The number 56 stands in one place, where it gets its name."""
    places = [
        f"{path.name}: {line.strip()}"
        for path in core_files()
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"\b56u?\b", line)
    ]
    assert places == ["ring.h: #define KIPC_RING_INLINE_MAX 56"]


def compile_core(source: Path, target: Path) -> str:
    """Compiles a source as firmware does, and gives its disassembly."""
    if shutil.which(RISCV + "gcc") is None:
        pytest.skip("no RISC-V compiler on this machine")
    flags = ["-std=c11", "-ffreestanding", "-march=rv64imac", "-mabi=lp64", "-mcmodel=medany", "-O2", "-mno-relax"]
    compiler = [RISCV + "gcc", *flags, *map(str, INCLUDES), "-c", str(source), "-o", str(target)]
    subprocess.run(compiler, check=True)
    command = [RISCV + "objdump", "-d", "--no-show-raw-insn", str(target)]
    return subprocess.check_output(command, text=True)


def function_edges(disassembly: str, name: str) -> dict[int, list[int]]:
    """The ways that control can take inside of a function: from each instruction to those that may follow it."""
    lines = disassembly.splitlines()
    start = next(i for i, line in enumerate(lines) if line.endswith(f"<{name}>:"))
    instructions: list[tuple[int, str, str]] = []
    for line in lines[start + 1 :]:
        label = re.match(r"^[0-9a-f]+ <([^>]+)>:$", line)
        if label and not label[1].startswith("."):
            break
        found = BRANCH.match(line)
        if found:
            instructions.append((int(found[1], 16), found[2], found[3]))
    addresses = {address for address, _, _ in instructions}
    edges: dict[int, list[int]] = {}
    for (address, operation, operands), following in zip(instructions, [*instructions[1:], None], strict=True):
        successors = []
        jump = re.search(r"\b([0-9a-f]+) <", operands)
        if operation in {"j"} or operation.startswith("b"):
            assert jump is not None, (hex(address), operation, operands)
            if int(jump[1], 16) in addresses:
                successors.append(int(jump[1], 16))
        ends = operation in {"j", "ret", "jr"}
        if not ends and following is not None:
            successors.append(following[0])
        edges[address] = successors
    return edges


def has_cycle(edges: dict[int, list[int]]) -> bool:
    """Whether control can come back to where it was."""
    state: dict[int, int] = {}
    for root in edges:
        stack = [(root, 0)]
        while stack:
            node, position = stack.pop()
            if position == 0 and state.get(node) == 2:
                continue
            state[node] = 1
            if position < len(edges[node]):
                stack.append((node, position + 1))
                successor = edges[node][position]
                if state.get(successor) == 1:
                    return True
                if state.get(successor) != 2:
                    stack.append((successor, 0))
            else:
                state[node] = 2
    return False


@pytest.mark.parametrize("name", ["kipc_ring_send_sp", "kipc_ring_receive_sc"])
def test_VER_PF_04_the_way_of_a_small_message_has_no_loop(name: str, tmp_path: Path) -> None:
    """No instruction of send and receive can run twice in one call: they are wait-free, and bounded by their length."""
    edges = function_edges(compile_core(CORE / "src/ring.c", tmp_path / "ring.o"), name)
    assert 40 < len(edges) < 400
    assert not has_cycle(edges)


def test_VER_PF_04_a_loop_would_be_seen(tmp_path: Path) -> None:
    """The search finds the loop of a batch."""
    disassembly = compile_core(CORE / "src/ring_batch.c", tmp_path / "ring_batch.o")
    assert has_cycle(function_edges(disassembly, "kipc_ring_send_batch_sp"))


def test_each_class_of_objects_has_its_entries() -> None:
    """A class that has no entry in a table of object.c would be closed by a call of NULL."""
    listed = re.findall(r"^ {4}X\((\w+), kipc_\w+,", (CORE / "include/kipc/config.h").read_text("utf-8"), re.MULTILINE)
    classes = listed[listed.index("SEMAPHORE") :]
    assert len(classes) >= 10
    source = (CORE / "src/object.c").read_text("utf-8")
    for table in ("details_at", "drains"):
        entries = re.search(rf"\b{table}\[KIPC_TABLE_COUNT\].*?= {{\n(.*?)^}};", source, re.MULTILINE | re.DOTALL)
        assert entries is not None, table
        assert sorted(re.findall(r"\[KIPC_TABLE_(\w+)\] =", entries[1])) == sorted(classes), table


TYPED = """
#include <kipc/typed.h>
struct small { int value; };
struct large { char bytes[65]; };
KIPC_DEFINE_TYPED(small, struct small)
int use(struct kipc_kernel *kernel);
int use(struct kipc_kernel *kernel)
{
"""


@pytest.mark.parametrize(
    ("before", "body", "compiles"),
    [
        ("", "struct small value = {1}; return small_send(kernel, 1, 1, &value, 0);", True),
        ("", "struct large value = {{1}}; return small_send(kernel, 1, 1, &value, 0);", False),
        ("", "long value; return small_receive(kernel, 1, 1, &value, 0);", False),
        ("KIPC_DEFINE_TYPED(large, struct large)", "(void)kernel; return 0;", False),
    ],
)
def test_EXO_CH_01_another_size_does_not_compile(before: str, body: str, compiles: bool, tmp_path: Path) -> None:
    """A pointer to another type, or a type that fits no small message, is the compiler's to refuse."""
    source = tmp_path / "typed.c"
    head, tail = TYPED.split("int use(", 1)
    source.write_text(f"{head}{before}\nint use({tail}{body}\n}}\n", encoding="utf-8")
    command = ["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror", *map(str, INCLUDES), "-fsyntax-only", str(source)]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (result.returncode == 0) == compiles, result.stderr


def test_each_test_program_is_run() -> None:
    """A program that no list of make names is compiled by nobody, and its tests pass for ever."""
    lists = [*CORE.glob("*.mk"), *CORE.glob("*/*.mk")]
    named = set(re.findall(r"\w+", " ".join(path.read_text(encoding="utf-8") for path in lists)))
    programs = {path.stem for path in (CORE / "tests").glob("test_*.c")}
    assert not {name for name in programs if name not in named and name.removeprefix("test_") not in named}
