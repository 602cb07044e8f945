# SPDX-License-Identifier: MIT
"""What is installed, what is missing or too old, and what does not work because of it.

This module uses Python's own library alone: it must run where nothing has been set up yet.
"""

from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from harness.paths import REQUIREMENTS

PLUGIN_LEVEL = 4
QEMU = "qemu-system-riscv64"
PROBE_SECONDS = 20

# A plugin that asks for the oldest interface any supported QEMU offers, says what this one offers, and refuses to stay.
PROBE_SOURCE = """
#include <stdint.h>
#include <stdio.h>
struct info { const char *target; struct { int minimum, current; } version; };
__attribute__((visibility("default"))) int qemu_plugin_version = 2;
__attribute__((visibility("default"))) int qemu_plugin_install(uint64_t id, const struct info *info, int n, char **v)
{
    (void)id; (void)n; (void)v;
    fprintf(stderr, "plugin-level %d\\n", info->version.current);
    return 1;
}
"""


@dataclass(frozen=True)
class Tool:
    """A tool: how to ask for its version, the least one, and what its absence costs."""

    name: str
    command: tuple[str, ...]
    pattern: str
    least: str
    cost: str
    required: bool = True


@dataclass(frozen=True)
class Finding:
    """What was found of one tool. found is "" if it is not there."""

    name: str
    found: str
    least: str
    good: bool
    required: bool
    cost: str

    @property
    def state(self) -> str:
        """good, missing or too old."""
        if self.good:
            return "good"
        return "too old" if self.found else "missing"


TOOLS = (
    Tool(QEMU, (QEMU, "--version"), r"version (\d[\d.]*)", "10.0", "no co-simulation runs"),
    Tool("verilator", ("verilator", "--version"), r"Verilator (\d[\d.]*)", "5.006", "no design can be built"),
    Tool(
        "riscv64-unknown-elf-gcc",
        ("riscv64-unknown-elf-gcc", "-dumpfullversion"),
        r"(\d[\d.]*)",
        "12.0",
        "no firmware can be built",
    ),
    Tool("gcc", ("gcc", "-dumpfullversion"), r"(\d[\d.]*)", "12.0", "the engine and the host library cannot be built"),
    Tool(
        "glib headers", ("pkg-config", "--modversion", "glib-2.0"), r"(\d[\d.]*)", "2.66", "the plugin cannot be built"
    ),
    Tool("cmocka", ("pkg-config", "--modversion", "cmocka"), r"(\d[\d.]*)", "1.1.5", "C unit tests cannot be built"),
    Tool(
        "yosys",
        ("yosys", "-V"),
        r"Yosys (\d[\d.]*)",
        "0.23",
        "no formal proofs (make formal), no synthesis (make synth)",
        False,
    ),
    Tool("z3", ("z3", "--version"), r"version (\d[\d.]*)", "4.8", "no formal proofs (make formal)", False),
    Tool("spin", ("spin", "-V"), r"Version (\d[\d.]*)", "6.5", "no model of the wait protocol (make formal)", False),
    Tool("genhtml", ("genhtml", "--version"), r"version (\d[\d.]*)", "1.14", "no coverage page (make coverage)", False),
    Tool("clang", ("clang", "--version"), r"version (\d[\d.]*)", "14.0", "no `make lint`", False),
    Tool("gdb-multiarch", ("gdb-multiarch", "--version"), r"(\d+\.[\d.]+)", "12.0", "no `run --gdb`", False),
)


def version_key(text: str) -> tuple[int, ...]:
    """A version that compares by number: "10.0.2" is above "9.1", and "10.0" is not below "10"."""
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def ask(command: Iterable[str]) -> str:
    """What a command prints, both streams; "" if it does not exist, fails to start or does not answer in time."""
    try:
        result = subprocess.run(
            list(command), capture_output=True, text=True, timeout=PROBE_SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return result.stdout + result.stderr


def examine(tool: Tool) -> Finding:
    """Looks for one tool."""
    found = ""
    if shutil.which(tool.command[0]) is not None:
        match = re.search(tool.pattern, ask(tool.command))
        found = match.group(1) if match else ""
    good = bool(found) and version_key(found) >= version_key(tool.least)
    return Finding(tool.name, found, tool.least, good, tool.required, tool.cost)


def plugin_level() -> str:
    """The plugin interface's level of the installed QEMU, asked of QEMU itself; "" if it cannot be found out."""
    if shutil.which(QEMU) is None or shutil.which("gcc") is None:
        return ""
    with tempfile.TemporaryDirectory(prefix="belfry-") as directory:
        source, plugin = Path(directory) / "probe.c", Path(directory) / "probe.so"
        source.write_text(PROBE_SOURCE)
        ask(["gcc", "-shared", "-fPIC", "-o", str(plugin), str(source)])
        if not plugin.exists():
            return ""
        answer = ask([QEMU, "-M", "none", "-display", "none", "-accel", "tcg", "-plugin", str(plugin)])
    match = re.search(r"plugin-level (\d+)", answer)
    return match.group(1) if match else ""


def examine_plugin_level() -> Finding:
    """The level found and the level needed."""
    found = plugin_level()
    good = bool(found) and int(found) >= PLUGIN_LEVEL
    return Finding(
        "QEMU plugin interface", found, str(PLUGIN_LEVEL), good, True, "the engine cannot be loaded into QEMU"
    )


def examine_packages(requirements: Path = REQUIREMENTS) -> list[Finding]:
    """Every Python package of requirements.txt, which pins exact versions."""
    findings = []
    for line in requirements.read_text().splitlines():
        match = re.fullmatch(r"([A-Za-z0-9_.-]+)==(\S+)", line.split("#")[0].strip())
        if match is None:
            continue
        name, wanted = match.groups()
        try:
            found = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found = ""
        good = bool(found) and version_key(found) >= version_key(wanted)
        cost = "make setup installs it" if not good else ""
        findings.append(Finding(f"python: {name}", found, wanted, good, True, cost))
    return findings


def examine_all() -> list[Finding]:
    """Everything, tools first."""
    return [*(examine(tool) for tool in TOOLS), examine_plugin_level(), *examine_packages()]


def row(finding: Finding) -> tuple[str, ...]:
    """The finding's line in the table."""
    cost = "" if finding.good else finding.cost + ("" if finding.required else " (optional)")
    return finding.name, finding.found or "-", finding.least, finding.state, cost


def main() -> int:
    """Prints what was found; 1 if something required is missing or too old."""
    findings = examine_all()
    rows = [("tool", "found", "least", "state", "without it"), *map(row, findings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip())
    broken = [finding for finding in findings if finding.required and not finding.good]
    for finding in broken:
        have = f"{finding.found} found" if finding.found else "not found"
        print(f"{finding.name}: {have}, {finding.least} or newer needed: {finding.cost}")
    if not broken:
        print("everything that is required is here")
    return 1 if broken else 0
