# SPDX-License-Identifier: MIT
"""The public headers hold together: system calls, error codes, limits, modules and layers."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from kernel_ipc.tools import interface, requirements

ROOT = Path(__file__).parents[3]
CORE = ROOT / "kernel_ipc"
PUBLIC = CORE / "include" / "kipc"
SOURCES = CORE / "src"
TESTS = CORE / "tests"
HEADERS = sorted(PUBLIC.glob("*.h"))

# Modules whose sources or tests do not simply have the header's name; a test in brackets of another name tests it, too.
SOURCE_OF = {
    "atomic": "shared",
    "block": "channel",
    "copy": "shared",
    "connection": "channel",
    "enter": "handle",
    "frames": "page",
    "fault": "memory",
    "internal": "error",
    "mode": "handle",
    "name": "handle",
    "object": "handle",
    "observe": "observer",
    "observation": "observer",
    "page_copy": "page",
    "pool": "loan",
    "release": "loan",
    "siphash": "capability",
    "slot": "ring",
    "subscription": "topic",
    "transfer": "channel",
    "trap": "syscall",
}
TEST_OF = {
    "batch": "batch",
    "config": "limits",
    "debug": "wait",
    "log": "log",
    "memory_port": "memory_port",
    "process": "kernel",
    "scheduler": "kernel",
    "shared": "ring",
    "trace": "link",
    "typed": "channel_kinds",
    "wait_queue": "semaphore",
}


def test_VR4_ST_09_each_public_operation_has_a_number() -> None:
    assert interface.faults_of_system_calls(HEADERS, PUBLIC / "syscall.h") == []
    numbered, unnumbered = interface.system_calls(PUBLIC / "syscall.h")
    assert len(numbered) >= 80
    assert all(len(reason) > 8 for reason in unnumbered.values())


def test_VR4_ST_09_a_forgotten_function_is_named(tmp_path: Path) -> None:
    header = tmp_path / "fresh.h"
    header.write_text(
        "/* int kipc_not_there(struct kipc_kernel *kernel); */\n"
        "KIPC_MUSTUSE int kipc_fresh_make(struct kipc_kernel *kernel, kipc_pid_t caller,\n    uint32_t number);\n",
        encoding="utf-8",
    )
    faults = interface.faults_of_system_calls([*HEADERS, header], PUBLIC / "syscall.h")
    assert len(faults) == 1
    assert faults[0].startswith("kipc_fresh_make (fresh.h) has no number")


def test_VR4_ST_09_double_and_dead_entries_are_named(tmp_path: Path) -> None:
    header = tmp_path / "syscall.h"
    header.write_text('X(A, 0x200, a, P, C, 0)\nX(B, 0x202, b, P, C, 0)\nY(a, "some reason")\n', encoding="utf-8")
    declared = tmp_path / "a.h"
    declared.write_text("int kipc_a(struct kipc_kernel *kernel);\n", encoding="utf-8")
    faults = interface.faults_of_system_calls([declared], header)
    assert any("a number and a reason" in fault for fault in faults)
    assert any("kipc_b is listed" in fault for fault in faults)
    assert any("no gaps" in fault for fault in faults)


def asserted_codes(folder: Path) -> set[str]:
    """Codes that some test expects as the result of a call."""
    expected = re.compile(
        r"(?:assert_result\(|assert_refused\(|assert_int_equal\(|with_argument\(|reach_limit\()"
        r"(?:[^;]*?)\bKIPC_E_(\w+)|\bint expected = [^;]*;",
        re.DOTALL,
    )
    rest = re.compile(r"\bKIPC_E_(\w+)")
    codes: set[str] = set()
    for path in folder.glob("test_*.c"):
        text = interface.without_comments(path)
        for match in expected.finditer(text):
            codes.update(rest.findall(match[0]))
    return codes


def test_MOS_ER_01_each_code_is_produced_and_expected_by_a_test() -> None:
    codes = interface.error_codes(PUBLIC / "error.h")
    assert len(codes) >= 30
    assert len(set(codes.values())) == len(codes)
    returned = "\n".join(interface.without_comments(path) for path in SOURCES.glob("*.[ch]"))
    assert [name for name in codes if not re.search(rf"\bKIPC_E_{name}\b", returned)] == []
    assert sorted(set(codes) - asserted_codes(TESTS)) == []


def test_MOS_ER_01_a_code_without_a_test_is_found(tmp_path: Path) -> None:
    (tmp_path / "test_one.c").write_text(
        "/* assert_result(call(), KIPC_E_PERM); */ assert_result(other(a, b), KIPC_E_BUSY); int x = KIPC_E_FULL;",
        encoding="utf-8",
    )
    assert asserted_codes(tmp_path) == {"BUSY"}


def module_of(source: Path, names: set[str]) -> str | None:
    """The public header that a source belongs to: its own name, or the longest beginning of it that is one."""
    words = source.stem.split("_")
    for count in range(len(words), 0, -1):
        stem = "_".join(words[:count])
        if stem in names:
            return stem
        if stem in SOURCE_OF:
            return SOURCE_OF[stem]
    return "kernel" if source.stem.startswith("kernel") else None


def test_EXO_AR_02_each_source_belongs_to_one_header() -> None:
    names = {path.stem for path in HEADERS}
    strays = [path.name for path in SOURCES.glob("*.[ch]") if module_of(path, names) not in names]
    assert strays == []


def test_EXO_AR_02_each_header_has_a_test_file() -> None:
    missing = [path.stem for path in HEADERS if not (TESTS / f"test_{TEST_OF.get(path.stem, path.stem)}.c").is_file()]
    assert missing == []


def included_files() -> dict[str, Path]:
    """All headers and sources under the names by which they include each other."""
    files = {f"kipc/{path.name}": path for path in HEADERS}
    files.update({path.name: path for path in SOURCES.glob("*.[ch]")})
    return files


def test_EXO_AR_02_no_circle_of_includes() -> None:
    graph = interface.include_graph(included_files())
    assert len(graph) > 80
    assert sum(len(included) for included in graph.values()) > 150
    assert interface.cycle_in(graph) == []


def test_EXO_AR_02_a_circle_is_found() -> None:
    graph = {"a": ["b", "d"], "b": ["c"], "c": ["a"], "d": []}
    assert interface.cycle_in(graph) == ["a", "b", "c", "a"]
    graph["c"] = ["d"]
    assert interface.cycle_in(graph) == []


def test_EXO_AR_02_public_headers_include_only_public_ones() -> None:
    allowed = re.compile(r"kipc/\w+\.h|stdint\.h|stddef\.h|stdbool\.h|stdalign\.h")
    for path in HEADERS:
        strays = [
            name for name in interface.INCLUDE.findall(interface.without_comments(path)) if not allowed.fullmatch(name)
        ]
        assert strays == [], path.name


def test_VER_AR_01_layers_include_only_downward() -> None:
    """The native layer is below; what stands above it may be added as folders posix and translation."""
    ranks = {"native": 0, "translation": 1, "posix": 2}
    folders = {"native": [CORE / "include", SOURCES]}
    folders.update({name: [CORE / name] for name in ("translation", "posix") if (CORE / name).is_dir()})
    for layer, roots in folders.items():
        above = "|".join(name for name, rank in ranks.items() if rank > ranks[layer])
        upward = re.compile(rf"(?:^|/)(?:{above})/") if above else None
        outside = re.compile(r"\.\./|firmware/|sim/|rtl/|harness/")
        for root in roots:
            for path in root.rglob("*.[ch]"):
                for name in interface.INCLUDE.findall(interface.without_comments(path)):
                    assert upward is None or not upward.search(name), f"{path} includes {name}, a layer above it"
                    assert not outside.search(name), f"{path} includes {name}, which is no part of the core"


def test_VR4_DUP_01_rows_of_004_cite_only_what_002_has_not() -> None:
    rows = requirements.read_requirements(CORE / "requirements.csv")
    about_status = {"VR4-DUP-01", "VR4-ST-14"}  # that the document is a copy, and what its first line claims
    own = [row for row in rows if row.identifier.startswith("VR4-") and row.identifier not in about_status]
    assert own
    for row in own:
        documents = {part.split(":")[0] for part in row.source.split(";") if ":" in part}
        assert "002" not in documents, row.identifier
        for lines in re.findall(r"004:([\d,\-]+)", row.source):
            assert all(int(number) >= 396 for number in re.findall(r"\d+", lines)), row.identifier
    assert [row.identifier for row in rows if row.identifier.startswith("VER-") and "002" not in row.source] == []


def test_MOS_SE_06_each_limit_is_lowered_to_two_and_reached() -> None:
    flags = (TESTS / "builds.mk").read_text(encoding="utf-8")
    reached = (TESTS / "test_limits.c").read_text(encoding="utf-8")
    names = interface.limits(PUBLIC / "config.h")
    assert len(names) >= 8
    assert [name for name in names if f"-D{name}=2" not in flags] == []
    assert [name for name in names if f"MOS_SE_06_{name.removeprefix('KIPC_CFG_')}" not in reached] == []


def test_MOS_SE_06_no_limit_stands_elsewhere() -> None:
    """Arrays are as long as a name says, and the limits are defined in one file."""
    bare = re.compile(r"\[(\d+)\]\s*(?:;|=)")
    for path in [*HEADERS, *SOURCES.glob("*.[ch]")]:
        text = interface.without_comments(path)
        sizes = [int(size) for size in bare.findall(text)]
        assert all(size < 8 for size in sizes), f"{path.name}: an array of {max(sizes)}: give the number a name"
        assert path.name == "config.h" or not re.search(r"#\s*define KIPC_CFG_", text), path.name


def test_MOS_KN_01_each_kernel_test_ends_with_the_leak_gate() -> None:
    """Who sets the kernel fixture up for a test also tears it down, which is where the counts are compared."""
    for path in TESTS.glob("test_*.c"):
        text = interface.without_comments(path)
        for fixture in ("kernel_fixture", "gate_fixture", "memory_fixture", "observer_fixture", "capability_fixture"):
            made = len(re.findall(rf"\b{fixture}_set_up(?:_with)?\b", text))
            ended = len(re.findall(rf"\b{fixture}_tear_down\b", text))
            assert (made == 0) == (ended == 0), f"{path.name}: {fixture}"
    gate = (TESTS / "kernel_fixture.c").read_text(encoding="utf-8")
    assert "kipc_counts(" in gate
    assert "counts.used[i], 0" in gate


@pytest.mark.parametrize("name", ["tests", "src", "include/kipc", "port/host", "examples"])
def test_files_and_their_first_line(name: str) -> None:
    files = [path for path in (CORE / name).iterdir() if path.suffix in {".c", ".h"}]
    assert files
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert "SPDX-License-Identifier: MIT" in lines[0], path.name


def test_the_list_of_sources_is_complete() -> None:
    printed = subprocess.run(
        ["make", "-s", "--no-print-directory", "-f", "-", "print"],
        input="QUIET := @\ninclude kernel_ipc/kernel_ipc.mk\nprint:\n\t@echo $(KIPC_ALL_SOURCES)\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
        timeout=60,
    ).stdout.split()
    assert sorted(printed) == sorted(f"kernel_ipc/src/{path.name}" for path in SOURCES.glob("*.c"))
