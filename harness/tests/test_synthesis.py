# SPDX-License-Identifier: MIT
"""Tests of the synthesis figures: what is counted, what is refused, and when a figure has moved too far."""

from __future__ import annotations

from typing import Any

import pytest

from rtl.synthesis.netlist import NetlistError, generic_figures, ice40_figures, refuse_names
from rtl.synthesis.synthesize import Job, Size, differs, print_table, script, warnings_of


def cell(kind: str, inputs: list[int], outputs: list[int], **parameters: str) -> dict[str, Any]:
    """A cell with two ports."""
    return {
        "type": kind,
        "parameters": parameters,
        "port_directions": {"A": "input", "Y": "output"},
        "connections": {"A": inputs, "Y": outputs},
    }


def netlist(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"modules": {"top": {"cells": {f"c{index}": item for index, item in enumerate(cells)}}}}


def memory(clocked: bool) -> dict[str, Any]:
    return {
        "type": "$mem_v2",
        "parameters": {"SIZE": "100", "WIDTH": "1000", "RD_CLK_ENABLE": "1" if clocked else "0"},
        "port_directions": {"RD_ADDR": "input", "RD_DATA": "output", "WR_DATA": "input"},
        "connections": {"RD_ADDR": [3], "RD_DATA": [4], "WR_DATA": [4]},
    }


def test_levels_count_gates_between_flip_flops() -> None:
    found = generic_figures(
        netlist(
            cell("$_DFF_PN0_", [9], [1]),
            cell("$_AND_", [1, 2], [3]),
            cell("$_OR_", [3, 2], [4]),
            cell("$_NOT_", [1], [5]),
            cell("$_DFF_PN0_", [4], [6]),
            cell("$_XOR_", [6, 5], [7]),
        ),
        "top",
    )
    assert found == {"cells": 4, "flip_flops": 2, "memory_bits": 0, "levels": 2}


@pytest.mark.parametrize(("clocked", "levels"), [(False, 3), (True, 1)])
def test_a_memory_that_is_read_in_the_same_cycle_lies_on_the_path(clocked: bool, levels: int) -> None:
    found = generic_figures(netlist(cell("$_NOT_", [1], [3]), memory(clocked), cell("$_NOT_", [4], [5])), "top")
    assert found["memory_bits"] == 4 * 8
    assert found["levels"] == levels


def test_a_carry_is_no_level() -> None:
    cells = [
        cell("SB_LUT4", [1], [2]),
        cell("SB_CARRY", [2], [3]),
        cell("SB_CARRY", [3], [4]),
        cell("SB_LUT4", [4], [5]),
    ]
    found = ice40_figures(netlist(*cells, cell("SB_DFFER", [5], [1])), "top")
    assert found == {"lookup_tables": 2, "carries": 2, "flip_flops": 1, "memories": 0, "levels": 2}


def test_a_loop_and_a_latch_are_refused() -> None:
    with pytest.raises(NetlistError, match="loop"):
        generic_figures(netlist(cell("$_AND_", [1], [2]), cell("$_NOT_", [2], [1])), "top")
    with pytest.raises(NetlistError, match="1 latches"):
        generic_figures(netlist(cell("$_DLATCH_P_", [1], [2])), "top")


def test_a_module_within_the_module_is_refused() -> None:
    design = netlist(cell("inner", [1], [2]))
    design["modules"]["inner"] = {"cells": {}}
    with pytest.raises(NetlistError, match="not flat"):
        generic_figures(design, "top")


@pytest.mark.parametrize(
    ("kept", "now", "expected"),
    [
        (100, 102, False),
        (100, 103, True),
        (100, 98, False),
        (100, 97, True),
        (0, 0, False),
        (0, 1, True),
        (None, 1, True),
    ],
)
def test_a_figure_may_move_by_two_percent_either_way(kept: int | None, now: int, expected: bool) -> None:
    assert differs(kept, now) is expected


def test_the_table_names_what_moved(capsys: pytest.CaptureFixture[str]) -> None:
    now = {"small": {"generic": {"cells": 110, "levels": 10}}}
    assert print_table(now, {"small": {"generic": {"cells": 100, "levels": 10}}}) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "+10.0%" in lines[1]
    assert lines[1].endswith("<--")
    assert not lines[2].endswith("<--")


def test_warnings_are_found_but_for_the_expected_one() -> None:
    log = "Warning: Wire x is used but has no driver.\nfine\n"
    log += 'ABC: Warning: The network is combinational (run "fraig" or "fraig_sweep").\n'
    assert warnings_of(log + log) == ["Warning: Wire x is used but has no driver."]


def test_parameters_reach_the_top_module() -> None:
    text = script(Job(Size("small", "mailbox", [], {"Agents": 2, "Rings": 1}), "generic"))
    assert "hierarchy -check -top mailbox -chparam Agents 2 -chparam Rings 1" in text


def test_logic_for_simulation_must_be_gone() -> None:
    module: dict[str, object] = {"netnames": {"u_timer.quiet_o": {}, "irq_o": {}, "u_timer.quiesced": {}}}
    refuse_names(module, ("skip_",))
    with pytest.raises(NetlistError, match="left: u_timer"):
        refuse_names(module, ("quiet_",))
