# SPDX-License-Identifier: MIT
"""The doctor names what is missing or too old, and what that costs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness import doctor

VERSIONS = {
    "qemu-system-riscv64": "QEMU emulator version {} (Distribution)",
    "verilator": "Verilator {} 2023-01-22 rev 0",
    "riscv64-unknown-elf-gcc": "{}",
    "gcc": "{}",
    "pkg-config": "{}",
    "yosys": "Yosys {} (git sha1 0)",
    "z3": "Z3 version {} - 64 bit",
    "genhtml": "genhtml: LCOV version {}",
    "clang": "Distribution clang version {}",
    "gdb-multiarch": "GNU gdb (Distribution) {}",
}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A PATH with nothing on it but tools that print version 99.0, which is new enough for all."""
    for name in VERSIONS:
        install(tmp_path, name, "99.0")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(doctor, "plugin_level", lambda: "4")
    monkeypatch.setattr(doctor, "examine_packages", list)
    return tmp_path


def install(folder: Path, name: str, version: str) -> None:
    script = folder / name
    script.write_text(f"#!/bin/sh\necho '{VERSIONS[name].format(version)}'\n")
    script.chmod(0o755)


def test_all_is_well(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert doctor.main() == 0
    assert "everything that is required is here" in capsys.readouterr().out


def test_doctor_names_too_old_qemu(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    install(tools, "qemu-system-riscv64", "8.2.2")
    assert doctor.main() == 1
    text = capsys.readouterr().out
    assert "qemu-system-riscv64: 8.2.2 found, 10.0 or newer needed: no co-simulation runs" in text


@pytest.mark.parametrize(
    ("name", "version", "tool"),
    [("verilator", "5.004", "verilator"), ("riscv64-unknown-elf-gcc", "11.3.0", "riscv64-unknown-elf-gcc")],
)
def test_doctor_names_other_old_tools(
    tools: Path, capsys: pytest.CaptureFixture[str], name: str, version: str, tool: str
) -> None:
    install(tools, name, version)
    assert doctor.main() == 1
    assert f"{tool}: {version} found" in capsys.readouterr().out


def test_a_missing_tool_is_missing(tools: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tools / "verilator").unlink()
    assert doctor.main() == 1
    assert "verilator: not found, 5.006 or newer needed: no design can be built" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("gdb-multiarch", "no `run --gdb`"),
        ("genhtml", "no coverage page (make coverage)"),
        ("yosys", "no formal proofs (make formal), no synthesis (make synth)"),
    ],
)
def test_an_optional_tool_may_be_missing(tools: Path, capsys: pytest.CaptureFixture[str], name: str, cost: str) -> None:
    (tools / name).unlink()
    assert doctor.main() == 0
    assert f"{cost} (optional)" in capsys.readouterr().out


@pytest.mark.parametrize("level", ["3", ""])
def test_doctor_names_the_plugin_level(
    tools: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    monkeypatch.setattr(doctor, "plugin_level", lambda: level)
    assert doctor.main() == 1
    found = f"{level} found" if level else "not found"
    assert f"QEMU plugin interface: {found}, 4 or newer needed" in capsys.readouterr().out


def test_the_plugin_level_is_asked_of_qemu_itself() -> None:
    assert int(doctor.plugin_level()) >= doctor.PLUGIN_LEVEL


def test_a_tool_that_hangs_or_lies_is_missing(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 0.2)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}/bin")
    (tools / "z3").write_text("#!/bin/sh\nexec sleep 60\n")
    (tools / "yosys").write_text("#!/bin/sh\necho something else\n")
    states = {finding.name: finding.state for finding in map(doctor.examine, doctor.TOOLS)}
    assert (states["z3"], states["yosys"], states["verilator"]) == ("missing", "missing", "good")


def test_packages_are_compared_with_the_requirements(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("# comment\npytest==1.0\nrich==9999.1  # too new\nno-such-package-here==1.0\n")
    findings = doctor.examine_packages(path)
    assert [(finding.name, finding.state) for finding in findings] == [
        ("python: pytest", "good"),
        ("python: rich", "too old"),
        ("python: no-such-package-here", "missing"),
    ]


@pytest.mark.parametrize(
    ("found", "least", "good"),
    [("10.0.2", "10.0", True), ("10", "10.0", True), ("9.2", "10.0", False), ("5.006", "5.006", True)],
)
def test_versions_compare_by_number(found: str, least: str, good: bool) -> None:
    assert (doctor.version_key(found) >= doctor.version_key(least)) is good
