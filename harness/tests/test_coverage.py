# SPDX-License-Identifier: MIT
"""Tests of the coverage tool: how points are joined, and what a waiver may excuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from rtl.coverage.points import Point, join, read_points
from rtl.coverage.waivers import LineTexts, Waiver, read_waivers, sift


def record(count: int, **pairs: str) -> str:
    """One record of a coverage file."""
    return "C '" + "".join(f"\x01{name}\x02{value}" for name, value in pairs.items()) + f"' {count}\n"


def line(count: int, instance: str) -> str:
    return record(count, f="rtl/a.sv", l="2", page="v_branch/a", o="else", h=instance)


def test_a_place_is_passed_if_any_instance_in_any_run_passes_it(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("# SystemC::Coverage-3\n" + line(0, "top.x") + line(0, "top.y"))
    (tmp_path / "two").write_text(line(0, "top.x") + line(3, "top.y"))
    point = Point("rtl/a.sv", 2, "branch", "else")
    assert join([tmp_path / "one"]) == {point: 0}
    assert join([tmp_path / "one", tmp_path / "two"]) == {point: 3}


def point_of(hierarchy: str, count: int) -> str:
    """A record of the property `full`."""
    return record(count, f="rtl/a.sv", l="5", page="v_user/a", o="full", h=hierarchy)


def test_instances_of_a_property_are_one() -> None:
    text = point_of("top.u_x[0].u_cover.full", 0) + point_of("top.u_x[1].u_cover.full", 1)
    assert read_points(text) == {Point("rtl/a.sv", 5, "user", "full"): 1}


def test_a_property_in_a_loop_is_a_point_a_turn() -> None:
    text = point_of("top.u_x.u_cover.gen_state__BRA__0__KET__.full", 3)
    text += point_of("top.u_x.u_cover.gen_state__BRA__1__KET__.full", 0)
    assert read_points(text) == {
        Point("rtl/a.sv", 5, "user", "gen_state[0].full"): 3,
        Point("rtl/a.sv", 5, "user", "gen_state[1].full"): 0,
    }


@pytest.fixture
def texts(tmp_path: Path) -> LineTexts:
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl" / "a.sv").write_text("module a;\n    if (never) begin\n    end\nendmodule\n")
    return LineTexts(tmp_path)


def test_a_waiver_goes_by_the_text_of_the_line_and_the_branch(texts: LineTexts) -> None:
    taken, other = Point("rtl/a.sv", 2, "branch", "if"), Point("rtl/a.sv", 2, "branch", "else")
    waiver = Waiver("rtl/a.sv", "if (never) begin", "cannot happen", "if")
    assert sift([taken, other], [waiver], texts) == ([other], {taken: waiver}, [])


def test_a_waiver_that_excuses_nothing_is_told(texts: LineTexts) -> None:
    waiver = Waiver("rtl/a.sv", "if (always) begin", "cannot happen")
    point = Point("rtl/a.sv", 2, "branch", "if")
    assert sift([point], [waiver], texts) == ([point], {}, [waiver])


def test_a_waiver_needs_a_reason(tmp_path: Path) -> None:
    (tmp_path / "waivers.toml").write_text('[[waiver]]\nfile = "rtl/a.sv"\ntext = "x"\nreason = " "\n')
    with pytest.raises(ValueError, match="no reason"):
        read_waivers(tmp_path / "waivers.toml")
