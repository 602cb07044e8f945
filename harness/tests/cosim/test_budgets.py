# SPDX-License-Identifier: MIT
"""What each operation of the IPC core costs on the SoC: exactly what firmware/budgets.toml says, and within bounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import budgets
from harness.budgets import Bound, Budgets
from harness.run import Run

BUDGETS = budgets.load()


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, design_name: str) -> Run:
    return budgets.start(tmp_path_factory.mktemp("budgets") / "run", design_name)


@pytest.fixture(scope="module")
def measured(run: Run) -> dict[str, int]:
    return budgets.measure(run)


def check(measured: dict[str, int], row: str) -> None:
    """Every bound of a row is kept."""
    bounds = [bound for bound in BUDGETS.bounds if row in bound.rows]
    assert bounds, f"budgets.toml has no bound for {row}"
    for bound in bounds:
        assert bound.is_kept(measured), f"{bound}: {bound.cost(measured)} of {bound.limit(measured):.1f} instructions"


def test_each_operation_costs_exactly_what_is_written(run: Run, measured: dict[str, int]) -> None:
    compiler = budgets.compiler_of(run)
    if compiler != BUDGETS.compiler:
        pytest.skip(f"the figures are those of compiler {BUDGETS.compiler}, this program was built by {compiler}")
    found = budgets.differences(measured, BUDGETS.figures)
    assert not found, "\n".join([*found, "if this is what you meant: make budgets RENEW=1"])


@pytest.mark.parametrize("bound", BUDGETS.bounds, ids=lambda bound: "+".join(bound.operations))
def test_bounds_are_kept(bound: Bound, measured: dict[str, int]) -> None:
    assert bound.is_kept(measured), f"{bound}: {bound.cost(measured)} of {bound.limit(measured):.1f} instructions"


def test_bounds_that_are_missed_are_named(measured: dict[str, int]) -> None:
    kept = [str(bound) for bound in BUDGETS.missed if bound.is_kept(measured)]
    assert not kept, f"kept now, so they belong under [[bound]]: {', '.join(kept)}"


def test_EXO_PF_01_inline_message(measured: dict[str, int]) -> None:
    check(measured, "EXO-PF-01")


def test_EXO_PF_02_hand_off_of_a_buffer(measured: dict[str, int]) -> None:
    check(measured, "EXO-PF-02")


def test_EXO_PF_03_block_on_a_full_ring(measured: dict[str, int]) -> None:
    check(measured, "EXO-PF-03")


def test_VER_PF_08_cost_of_a_hand_off_does_not_depend_on_its_size(measured: dict[str, int]) -> None:
    check(measured, "VER-PF-08")


def test_VER_PF_09_send_that_never_waits(measured: dict[str, int]) -> None:
    check(measured, "VER-PF-09")


def test_EXO_RM_02_a_message_of_a_batch_costs_two_fifths_of_a_single_one(measured: dict[str, int]) -> None:
    """Into and out of rings and channels: 12.8 times the single message's cost, for 32 of them."""
    bounds = [bound for bound in BUDGETS.bounds if "EXO-RM-02" in bound.rows]
    assert {bound.operations[0] for bound in bounds} == {
        "ring_send_batch",
        "ring_receive_batch",
        "channel_send_batch",
        "channel_receive_batch",
    }
    assert all(bound.at_most == 0.4 * 32 for bound in bounds)
    check(measured, "EXO-RM-02")


def test_messages_of_64_bytes_with_rights_statistics_and_a_limited_rate(measured: dict[str, int]) -> None:
    check(measured, "VER-MS-01")
    check(measured, "VR4-ST-07")


def test_VER_CH_06_VR4_ST_05_look_up_among_ten_and_a_thousand(measured: dict[str, int]) -> None:
    """By handle and by name: within 5 percent, whichever of the thousand names it is."""
    check(measured, "VER-CH-06")
    check(measured, "VR4-ST-05")
    assert measured["registry_look_up_every"] <= 1.05 * measured["registry_look_up_few"]


def test_VER_PF_10_look_up_of_a_name_within_40_instructions(measured: dict[str, int]) -> None:
    check(measured, "VER-PF-10")
    assert measured["registry_look_up_every"] <= 40


def test_VR4_PF_02_making_a_channel_does_not_depend_on_how_many_there_are(measured: dict[str, int]) -> None:
    check(measured, "VR4-PF-02")


def test_VER_CP_04_a_call_switches_straight_to_the_server(run: Run) -> None:
    """From the call to the server's next instruction: one switch, and no ready queue in between."""
    begin = [mark.cycle for mark in run.marks("budget.begin.call_request")]
    end = [mark.cycle for mark in run.marks("budget.end.call_request")]
    switches = [mark.cycle for mark in run.marks("thread.switch")]
    straight = [mark.cycle for mark in run.marks("thread.straight")]
    assert len(begin) == len(end) == 8
    for first, last in zip(begin, end, strict=True):
        assert len([cycle for cycle in switches if first < cycle < last]) == 1
        assert len([cycle for cycle in straight if first < cycle < last]) == 1


def test_a_difference_names_the_operation_and_both_figures() -> None:
    assert budgets.differences({"send": 85, "new": 1}, {"send": 86, "gone": 2}) == [
        "gone: not measured instructions, budgets.toml says 2",
        "new: 1 instructions, budgets.toml says nothing",
        "send: 85 instructions, budgets.toml says 86",
    ]


def test_renewing_keeps_bounds_and_comments(tmp_path: Path) -> None:
    path = tmp_path / "budgets.toml"
    path.write_text('# why\ncompiler = "1"\n[instructions]\nold = 1\nsend = 2\n[[bound]]\nwhat = "w"\nrows = ["R"]\n'
                    'operations = ["send"]\nat_most = 9\n')  # fmt: skip
    budgets.renew({"send": 3, "new": 4}, "2", path)
    assert path.read_text().startswith("# why\n")
    assert budgets.load(path) == Budgets("2", {"new": 4, "send": 3}, (Bound("w", ("R",), ("send",), 9, ()),), ())
