# SPDX-License-Identifier: MIT
"""What rtl/registers/generate.py makes of SystemRDL; the decoders' behaviour is in cosim/test_register_decoder.py."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from register_maps import DESIGN, MAP, generate


def made_map(folder: Path, design: str | None = None) -> dict[str, Any]:
    result = generate(folder, design=design)
    assert result.returncode == 0, result.stderr
    entries: dict[str, Any] = json.loads((folder / "out" / "box_registers.json").read_text())
    return entries


def test_without_a_design_every_element_is_in_the_map(tmp_path: Path) -> None:
    entries = made_map(tmp_path)
    assert len(entries) == 4 * (4 + 4 * 2 * 2)
    assert entries["agent[3].sender[2][1].POP"]["offset"] == 0x3000 + 0x100 + (2 * 2 + 1) * 0x10 + 4


def test_a_design_has_what_its_capabilities_count_and_nobody_sends_to_himself(tmp_path: Path) -> None:
    entries = made_map(tmp_path, DESIGN)
    senders = {path for path in entries if path.endswith(".RING")}
    pairs = [(own, other) for own in range(3) for other in range(3) if own != other]
    assert senders == {f"agent[{own}].sender[{other}][0].RING" for own, other in pairs}
    assert {path for path in entries if path.endswith("IDENTITY")} == {f"agent[{i}].control.IDENTITY" for i in range(3)}
    # The array keeps its layout: the second index has room for 2 although 1 is there.
    assert entries["agent[2].sender[1][0].RING"]["offset"] == 0x2000 + 0x100 + 0x20


def test_a_variant_counts_with_its_own_capabilities(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "design.toml").write_text(DESIGN)
    variant = '[design]\nname = "box_small"\nbase = "base"\n[capabilities]\nagents = 2\n'
    assert {path for path in made_map(tmp_path, variant) if path.endswith("RING")} == {
        "agent[0].sender[1][0].RING",
        "agent[1].sender[0][0].RING",
    }


def test_fields_say_what_an_access_does(tmp_path: Path) -> None:
    entries = made_map(tmp_path)
    event = entries["agent[0].control.EVENT"]["fields"]
    assert event["hit"]["access"] == "rw, woclr"
    assert event["code"] | {"description": ""} == {
        "low": 4, "width": 2, "access": "r", "reset": None, "description": "", "codes": {"fine": 0, "full": 2},
    }  # fmt: skip
    assert entries["agent[0].sender[1][0].POP"]["read_side_effect"]
    assert not entries["agent[0].sender[1][0].RING"]["readable"]


def test_each_type_is_one_module_and_codes_have_names(tmp_path: Path) -> None:
    made_map(tmp_path)
    decoders = (tmp_path / "out" / "box_registers.sv").read_text()
    assert [line.split()[1] for line in decoders.splitlines() if line.startswith("module ")] == [
        "box_control",
        "box_sender",
    ]
    package = (tmp_path / "out" / "box_registers_pkg.sv").read_text()
    assert "localparam logic [1:0] EVENT_CODE_FULL = 2'd2;" in package
    assert "localparam logic [11:0] POP_OFFSET = 12'h004;" in package
    assert "#define BOX_CONTROL__EVENT__CODE__FULL 2u" in (tmp_path / "out" / "box_registers_codes.h").read_text()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("{ sw = rw; hw = r; } low", "{ sw = r; hw = w; } low", "stored and other fields in one register"),
        ("} RING @", "} SETUP @", "SETUP is a register of box_control and of box_sender; rename one"),
        ('reg { desc = "Constant.";', "reg {", "a register without desc"),
        ("sw = r; hw = na; } magic", "sw = rw; hw = rw; } magic", "combination of sw, hw and reset"),
        ("{ sw = rw; hw = r; } low", "{ sw = rw; hw = r; onread = rclr; } low", "side effects"),
        ("box_control control @ 0x0;", "reg { field { sw = r; hw = w; } v[31:0]; } LOOSE @ 0x0;", "must hold either"),
    ],
)
def test_what_has_no_hardware_is_refused_by_name(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    assert old in MAP
    result = generate(tmp_path, MAP.replace(old, new, 1))
    assert result.returncode == 1
    assert complaint in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("agents = 3", "agents = 5", "capability 'agents' is 5, it must be 0 to 4"),
        ("windows = 1", "", "capability 'windows' is None"),
        ('sender = ["agents", "windows"]', 'sender = ["agents"]', "2 dimensions"),
        ('name = "box"', 'name = "box"\nbase = "nowhere"', "base 'nowhere' has no design.toml"),
    ],
)
def test_a_count_that_the_map_has_no_room_for_is_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    result = generate(tmp_path, design=DESIGN.replace(old, new, 1))
    assert result.returncode == 1
    assert complaint in result.stderr
