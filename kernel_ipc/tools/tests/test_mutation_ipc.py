# SPDX-License-Identifier: MIT
"""Where faults are planted in a C source, what they do to it, and how a campaign counts them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kernel_ipc.mutation import mutate
from kernel_ipc.mutation.sites import Mutant, rewrite

SOURCE = """/* if (a == b) in a comment */
#define GUARD(x) if (!(x)) { return -1; }
static const char *text = "if (a == b)";
static int limit = 3;

int add(int *total, int amount)
{
    if (total == NULL || amount > limit) {
        return -1;
    }
    *total += amount;
    return *total >= 5 && amount != 1;
}
"""
MAIN = """
#include <stdio.h>
int main(int count, char **arguments)
{
    (void)count;
    int total = arguments[1][0] - '0';
    int result = add(&total, arguments[2][0] - '0');
    printf("%d %d %d", result, total, add(NULL, 0));
    return 0;
}
"""


def planted() -> tuple[str, list[Mutant]]:
    """The example with its faults."""
    return rewrite("add.c", SOURCE, 1)


def test_only_code_in_functions_is_touched() -> None:
    """Comments, strings, macros and initial values stay; every fault names its line."""
    text, mutants = planted()
    assert text.startswith(SOURCE[: SOURCE.index("    if (total")])
    assert {mutant.line for mutant in mutants} == {8, 11, 12}
    assert len({mutant.number for mutant in mutants}) == len(mutants)
    assert {"compare", "and or", "force", "no assignment"} <= {mutant.operator for mutant in mutants}


@pytest.mark.parametrize("value", ["entry->next", "find(a == b)", "a << 3", "(a < b) | c << 1", "x", "-1"])
def test_what_is_no_truth_value_is_returned_as_it_is(value: str) -> None:
    """A pointer or a number must not become 0 or 1."""
    text = f"int f(void)\n{{\n    return {value};\n}}\n"
    assert rewrite("f.c", text, 1) == (text, [])


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a program in which each fault can be chosen."""
    folder = tmp_path_factory.mktemp("mutation")
    selector = "#include <stddef.h>\n" + (mutate.HERE / "selector.h").read_text()
    (folder / "add.c").write_text(selector + planted()[0] + MAIN + (mutate.HERE / "selector.c").read_text())
    subprocess.run(["gcc", "-w", "-o", "add", "add.c"], cwd=folder, check=True, timeout=60)
    return folder / "add"


def outcome(program: Path, mutant: int, total: str, amount: str) -> str:
    """What the program prints with a fault; its signal if it crashes."""
    result = subprocess.run(
        [str(program), total, amount],
        env={"KIPC_MUTANT": str(mutant)},
        capture_output=True,
        text=True,
        timeout=10,
        check=False,
    )
    return result.stdout if result.returncode == 0 else f"ended with {result.returncode}"


def test_without_a_fault_the_program_is_the_same(program: Path) -> None:
    """Number 0 plants nothing."""
    assert [outcome(program, 0, "4", amount) for amount in "1234"] == ["0 5 -1", "1 6 -1", "1 7 -1", "-1 4 -1"]


def test_each_fault_changes_what_the_program_does(program: Path) -> None:
    """In this example no fault is without effect."""
    calls = [("4", "1"), ("4", "3"), ("4", "4"), ("0", "2"), ("3", "2")]
    for mutant in planted()[1]:
        changed = any(outcome(program, mutant.number, *call) != outcome(program, 0, *call) for call in calls)
        assert changed, mutant


def test_a_fault_is_found_missed_or_out_of_reach() -> None:
    """The share counts found ones only, and the report names the others with the code before and after."""
    mutants = [Mutant(number, "ring.c", 10 + number, "compare", "a == b", "a != b") for number in (1, 2, 3)]
    outcomes = [
        mutate.Outcome(mutants[0], "test_ring", 4),
        mutate.Outcome(mutants[1], "", 4),
        mutate.Outcome(mutants[2], "", 0),
    ]
    text = mutate.report(outcomes, 3, 1)
    assert text.startswith("1 of 3 faults found, 33.3%")
    assert "2 ring.c:12 compare (4 programs come by)" in text
    assert "3 ring.c:13 compare (no program comes by)" in text


def test_likely_programs_come_first() -> None:
    """The source's own test, then by time; who does not come by is not asked."""
    fault = Mutant(7, "ring.c", 1, "compare", "", "")
    programs = [
        mutate.Program(Path("test_quick"), 0.1, frozenset({7})),
        mutate.Program(Path("test_ring"), 2.0, frozenset({7})),
        mutate.Program(Path("test_other"), 0.0, frozenset({8})),
    ]
    assert [program.path.name for program in mutate.likely(fault, programs)] == ["test_ring", "test_quick"]


def test_an_unknown_source_is_an_error() -> None:
    """A pattern that matches nothing does not pass for a campaign without survivors."""
    with pytest.raises(mutate.MutationError, match="matches 'none"):
        mutate.choose([Mutant(1, "ring.c", 1, "compare", "", "")], "none*", 0, 1)
