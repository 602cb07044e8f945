# SPDX-License-Identifier: MIT
"""What a netlist costs: cells by kind, memory bits, and how many levels of logic lie between two flip-flops.

Reads the JSON that yosys writes (`write_json`) of one flattened module. Levels are counted here and not by yosys's
`ltp`, because that counts each carry cell as much as a lookup table and takes a vendor's flip-flops for logic.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Any

# Cells that end a path. Everything else is logic: a kind of cell that nobody thought of makes paths longer.
GENERIC_FLIP_FLOPS = ("$_DFF", "$_SDFF", "$_ALDFF", "$_FF_")
GENERIC_LATCHES = ("$_DLATCH", "$_SR_")
ICE40_FLIP_FLOPS = ("SB_DFF",)
ICE40_MEMORIES = ("SB_RAM", "SB_SPRAM")
# A carry lies beside its lookup table on a wire of its own: it is no level.
NO_LEVEL = ("SB_CARRY",)


class NetlistError(Exception):
    """The netlist has something that synthesizable hardware here must not have; the text names it."""


@dataclass(frozen=True)
class Cell:
    """One cell as far as paths are concerned: which bits it reads and drives."""

    kind: str
    reads: tuple[int, ...]
    drives: tuple[int, ...]


def one_module(netlist: dict[str, Any], top: str) -> dict[str, Any]:
    """The module of that name; NetlistError if other modules are instantiated in it (it is not flat)."""
    module: dict[str, Any] = netlist["modules"][top]
    inside = {cell["type"] for cell in module["cells"].values()} & set(netlist["modules"])
    boxes = {name for name, body in netlist["modules"].items() if "blackbox" in body.get("attributes", {})}
    if inside - boxes:
        raise NetlistError(f"{top} is not flat: it has instances of {', '.join(sorted(inside - boxes))}")
    return module


def refuse_names(module: dict[str, Any], parts: tuple[str, ...]) -> None:
    """NetlistError if there is still a net with one of these in its name: it should have vanished as unused."""
    left = sorted(name for name in module["netnames"] if any(part in name for part in parts))
    if left:
        raise NetlistError(f"logic that is for simulation alone is left: {', '.join(left[:5])}")


def parameter(cell: dict[str, Any], name: str) -> int:
    """A number among a cell's parameters, which the JSON writes as a string of binary digits."""
    value = cell["parameters"][name]
    return value if isinstance(value, int) else int(value, 2)


def path_cell(cell: dict[str, Any]) -> Cell:
    """Reduces a cell to what paths run through. Of a memory that is an asynchronous read: from address to data."""
    reads: list[int] = []
    drives: list[int] = []
    memory = cell["type"] == "$mem_v2"
    if memory and parameter(cell, "RD_CLK_ENABLE"):
        return Cell(cell["type"], (), ())
    for port, bits in cell["connections"].items():
        if memory and port not in ("RD_ADDR", "RD_DATA"):
            continue
        nets = [bit for bit in bits if isinstance(bit, int)]
        (drives if cell["port_directions"][port] == "output" else reads).extend(nets)
    return Cell(cell["type"], tuple(reads), tuple(drives))


def longest_path(cells: list[Cell]) -> int:
    """The most levels of logic on any path between flip-flops or ports; NetlistError if there is a loop."""
    driver = {bit: index for index, cell in enumerate(cells) for bit in cell.drives}
    readers: dict[int, list[int]] = defaultdict(list)
    missing = [0] * len(cells)
    for index, cell in enumerate(cells):
        for source in {driver[bit] for bit in cell.reads if bit in driver}:
            readers[source].append(index)
            missing[index] += 1
    levels = [0] * len(cells)
    ready = deque(index for index, count in enumerate(missing) if count == 0)
    done = 0
    while ready:
        index = ready.popleft()
        done += 1
        levels[index] += 0 if cells[index].kind in NO_LEVEL else 1
        for reader in readers[index]:
            levels[reader] = max(levels[reader], levels[index])
            missing[reader] -= 1
            if missing[reader] == 0:
                ready.append(reader)
    if done != len(cells):
        raise NetlistError(f"{len(cells) - done} cells lie on or behind a combinational loop")
    return max(levels, default=0)


def logic_cells(module: dict[str, Any], ends: tuple[str, ...]) -> list[Cell]:
    """All cells that paths run through."""
    return [path_cell(cell) for cell in module["cells"].values() if not cell["type"].startswith(ends)]


def count(module: dict[str, Any], kinds: tuple[str, ...]) -> int:
    """How many cells there are whose kind begins with one of these."""
    return sum(cell["type"].startswith(kinds) for cell in module["cells"].values())


def generic_figures(netlist: dict[str, Any], top: str) -> dict[str, int]:
    """Figures of a netlist of simple gates in which memories are still memories; NetlistError if it has a latch."""
    module = one_module(netlist, top)
    latches = count(module, GENERIC_LATCHES)
    if latches:
        raise NetlistError(f"{latches} latches were inferred")
    memories = [cell for cell in module["cells"].values() if cell["type"] == "$mem_v2"]
    flip_flops = count(module, GENERIC_FLIP_FLOPS)
    return {
        "cells": len(module["cells"]) - flip_flops - len(memories),
        "flip_flops": flip_flops,
        "memory_bits": sum(parameter(cell, "SIZE") * parameter(cell, "WIDTH") for cell in memories),
        "levels": longest_path(logic_cells(module, GENERIC_FLIP_FLOPS)),
    }


def ice40_figures(netlist: dict[str, Any], top: str) -> dict[str, int]:
    """Figures of a netlist of iCE40 cells."""
    module = one_module(netlist, top)
    return {
        "lookup_tables": count(module, ("SB_LUT4",)),
        "carries": count(module, ("SB_CARRY",)),
        "flip_flops": count(module, ICE40_FLIP_FLOPS),
        "memories": count(module, ICE40_MEMORIES),
        "levels": longest_path(logic_cells(module, (*ICE40_FLIP_FLOPS, *ICE40_MEMORIES))),
    }
