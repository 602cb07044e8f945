# SPDX-License-Identifier: MIT
"""Each check of handles and rights is worth something: with it removed in a copy of the core, a test fails.

The copy has all removals in one build. `PLANTED(n)` holds in the run that tries number n, and in no other.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CORE = ROOT / "kernel_ipc"
OBJECTS = Path(os.environ.get("BUILD", ROOT / "build")) / "kernel_ipc" / "plain"
COMPILER = "clang"
SECONDS = 60
VARIABLE = "KIPC_PLANTED"
SELECTOR = f"""#include <stdlib.h>
int ki_planted;
__attribute__((constructor)) static void choose(void)
{{
    const char *number = getenv("{VARIABLE}");
    ki_planted = number != NULL ? atoi(number) : -1;
}}
"""
MACRO = "extern int ki_planted;\n#define PLANTED(number) (ki_planted == (number))\n"


@dataclass(frozen=True)
class Removal:
    """A check, and the program of tests that misses it."""

    name: str
    source: str
    check: str  # an expression that stands once in the source, or a statement
    program: str

    def planted(self, number: int) -> str:
        """What stands there in the copy."""
        if self.check.endswith(";"):
            return f"if (!PLANTED({number})) {{ {self.check} }}"
        return f"(PLANTED({number}) || ({self.check}))"


ONE_MORE = "(uint16_t)(call.handle->revocations + (call.handle->revocations < UINT16_MAX ? 1 : 0))"
REMOVALS = (
    Removal("the owner of a handle", "handle.c", "entry->process == process", "test_handle"),
    Removal("the class", "handle.c", "(*entry)->object->table == (uint8_t)table", "test_syscall"),
    Removal("the rights", "handle.c", "((*entry)->rights & rights) == rights", "test_syscall"),
    Removal("that the object is open", "handle.c", "!(*entry)->object->is_closed", "test_syscall"),
    Removal("the count of a look-up", "handle.c", "call->kernel->checks += 1;", "test_checks"),
    Removal("the count of a handle of any class", "handle.c", "    kernel->checks += 1;", "test_checks"),
    Removal("the owner, in line", "enter.h", "entry->process == thread->process", "test_syscall"),
    Removal("the rights, in line", "enter.h", "(entry->rights & rights) == rights", "test_syscall"),
    Removal("the class, in line", "enter.h", "object->table == (uint8_t)table", "test_syscall"),
    Removal("that the object is open, in line", "enter.h", "!object->is_closed", "test_syscall"),
    Removal("the count, in line", "enter.h", "    kernel->checks += 1;", "test_checks"),
    Removal("the rights of a name", "name.c", "(rights & ~object->details->open_rights) == 0", "test_handle"),
    Removal("the mode of an object", "name.c", "ki_mode_lets(object, process, rights)", "test_mode"),
    Removal("the right to share", "transfer.c", "(entry->rights & KIPC_RIGHT_SHARE) != 0", "test_transfer"),
    Removal("the right to grant", "handle.c", "receiver == call->process || may_grant", "test_handle"),
    Removal("that rights become fewer", "handle.c", "(rights & ~(uint32_t)call->handle->rights) == 0", "test_handle"),
    Removal("the token", "capability.c", "tokens_differ(token, capability->token) == 0", "test_capability"),
    Removal("the count of revocations", "handle.c", f"call.handle->revocations = {ONE_MORE};", "test_capability"),
)


def plant(folder: Path) -> set[str]:
    """Copies the sources and plants all removals; returns the names of the changed files."""
    shutil.copytree(CORE / "src", folder / "src")
    (folder / "planted.h").write_text(MACRO, encoding="utf-8")
    for number, removal in enumerate(REMOVALS):
        path = folder / "src" / removal.source
        text = path.read_text(encoding="utf-8")
        count = text.count(removal.check)
        assert count == 1, f"{removal.source} has {count} times, not once: {removal.check}"
        path.write_text(text.replace(removal.check, removal.planted(number)), encoding="utf-8")
    return {removal.source for removal in REMOVALS}


def reached(changed: set[str]) -> list[Path]:
    """Objects of the core that are compiled from a changed file, or include one."""
    objects = []
    for depends in sorted((OBJECTS / "src").glob("*.d")):
        names = {Path(word).name for word in depends.read_text(encoding="utf-8").split() if "/src/" in word}
        if names & changed:
            objects.append(depends.with_suffix(".o"))
    return objects


def build(folder: Path) -> None:
    """One program for each of those that the removals name, all with all removals."""
    changed = plant(folder)
    anew = reached(changed)
    assert anew, f"{OBJECTS}/src has no .d files: `make kernel_ipc-tests` builds the programs"
    flags = [COMPILER, "-std=c11", "-O1", "-DKIPC_CFG_LOG=4", f"-I{CORE / 'include'}", f"-I{CORE / 'port/host'}"]
    flags += ["-include", str(folder / "planted.h"), "-c"]
    (folder / "selector.c").write_text(SELECTOR, encoding="utf-8")
    sources = [folder / "src" / f"{path.stem}.c" for path in anew] + [folder / "selector.c"]
    for source in sources:
        subprocess.run([*flags, str(source), "-o", str(source.with_suffix(".o"))], check=True, timeout=SECONDS)
    others = [path for path in OBJECTS.glob("*/*.o") if path not in anew and not path.name.startswith("test_")]
    others += sorted(OBJECTS.glob("port/host/*.o"))
    own = [str(source.with_suffix(".o")) for source in sources]
    for program in {removal.program for removal in REMOVALS}:
        main = OBJECTS / "tests" / f"{program}.o"
        command = [COMPILER, str(main), *own, *map(str, others), "-o", str(folder / program), "-lcmocka", "-lpthread"]
        subprocess.run(command, check=True, timeout=SECONDS)


def status(program: Path, number: int) -> int:
    """How a program ends with a removal; -1 with none."""
    environment = {**os.environ, VARIABLE: str(number)}
    command = [str(program)]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=SECONDS, check=False)
    return done.returncode


def test_VR4_ST_06_a_removed_check_makes_a_test_fail(tmp_path: Path) -> None:
    """Every removal is found, and without one every program passes."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed: `make setup` installs it")
    build(tmp_path)
    for program in sorted({removal.program for removal in REMOVALS}):
        assert status(tmp_path / program, -1) == 0, f"{program} fails without a removal"
    missed = [removal.name for i, removal in enumerate(REMOVALS) if status(tmp_path / removal.program, i) == 0]
    assert missed == []
