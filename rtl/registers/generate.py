# SPDX-License-Identifier: MIT
"""Generates the register decoders of a design, its SystemVerilog package, its codes and its map from SystemRDL.

The input is compiled by PeakRDL's own SystemRDL compiler, so that this and the C header (peakrdl c-header) come from
one file. The decoders are generated here and not by PeakRDL-regblock, for two
measured reasons: Verilator 5.006 stops with an internal error on regblock's arrays of structures, and regblock's
output evaluates an address comparison for every register in every clock cycle, while this one costs a branch in a
cycle without an access.

The address map holds register files, single or in arrays of any number of dimensions; a register file holds either
registers or register files. Each TYPE of register file that holds registers becomes one decoder module of its name,
all in one .sv file; the design instantiates it as often as it has such a file, gives it the offset from the start of
that file, and allows or refuses each request (`allow_i`). What a decoder knows, anything else is refused with a
message:

==========================  ================================================================================
register, field             becomes
==========================  ================================================================================
sw=r  hw=na, reset value    a constant
sw=r  hw=w                  an input port `<register>_<field>_i`
sw=r  hw=w  swacc           the same, and an output strobe `<register>_read_o`
sw=rw hw=r, reset value     a flip-flop and an output port `<register>_<field>_o`; `clear_i` resets it, too
external, sw=r or rw        an input port `<register>_<field>_i`, and if the register has no writable field an
                            output strobe `<register>_read_o`
external, sw=w or rw        an output port `<register>_<field>_data_o` valid with the strobe `<register>_write_o`
==========================  ================================================================================

The package holds the offsets, positions and named codes of all types, so a register's name is unique in the map.

The map for Python names every register that the design has. With --design, the table [register_arrays] of its
design.toml says for an array, dimension by dimension, which of its [capabilities] counts the elements that exist; a
dimension that is counted like one of an array around it stands for the others, and leaves that array's index out.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from systemrdl.messages import RDLCompileError
from systemrdl.node import Node, RegfileNode

from rtl.design_table import DesignTableError, read_design
from rtl.registers.decoder import modules_text, package_text
from rtl.registers.model import (
    Register,
    RegisterFile,
    UnsupportedRegisterError,
    compile_map,
    is_leaf,
    refuse_duplicates,
    register_files,
    type_name,
)


class ArrayCounts:
    """How many elements of each array a design has."""

    def __init__(self, table: dict[str, Any]) -> None:
        """Takes the contents of a design.toml, or an empty table: then every element exists."""
        self.names: dict[str, list[str]] = table.get("register_arrays", {})
        self.capabilities: dict[str, Any] = table.get("capabilities", {})

    def of(self, node: RegfileNode) -> list[tuple[str, int]]:
        """For each dimension of an array, the capability that counts it ("" if none) and the number of elements."""
        sizes = list(node.array_dimensions or [])
        names = self.names.get(node.inst_name)
        if names is None:
            return [("", size) for size in sizes]
        if len(names) != len(sizes):
            raise UnsupportedRegisterError(f"[register_arrays] {node.inst_name}: {len(sizes)} dimensions, name as many")
        counts = []
        for name, size in zip(names, sizes, strict=True):
            count = self.capabilities.get(name)
            if not isinstance(count, int) or not 0 <= count <= size:
                raise UnsupportedRegisterError(
                    f"[register_arrays] {node.inst_name}: capability '{name}' is {count}, it must be 0 to {size}"
                )
            counts.append((name, count))
        return counts


def elements(
    node: RegfileNode, counts: ArrayCounts, around: dict[str, int]
) -> Iterator[tuple[str, int, dict[str, int]]]:
    """Gives (name with indices, offset, own and surrounding indices by capability) of each element that exists."""
    if not node.is_array:
        yield node.inst_name, node.raw_address_offset, around
        return
    sizes, dimensions = list(node.array_dimensions or []), counts.of(node)
    for indices in itertools.product(*(range(count) for _, count in dimensions)):
        own = {name: index for (name, _), index in zip(dimensions, indices, strict=True) if name}
        if any(around.get(name) == index for name, index in own.items()):
            continue
        flat = 0
        for index, size in zip(indices, sizes, strict=True):
            flat = flat * size + index
        suffix = "".join(f"[{index}]" for index in indices)
        yield node.inst_name + suffix, node.raw_address_offset + flat * (node.array_stride or 0), {**own, **around}


def map_entry(register: Register, base: int) -> dict[str, Any]:
    """What the Python map says about one register; `offset` counts bytes from the start of the window."""
    return {
        "offset": base + register.offset,
        "width": 32,
        "readable": register.readable,
        "writable": register.writable,
        "read_side_effect": register.read_strobe,
        "description": register.description,
        "fields": {
            item.name: {
                "low": item.low,
                "width": item.width,
                "access": item.access,
                "reset": item.reset,
                "description": item.description,
                "codes": item.codes,
            }
            for item in register.fields
        },
    }


def map_entries(
    top: Node,
    types: dict[str, RegisterFile],
    counts: ArrayCounts,
    path: str = "",
    base: int = 0,
    around: dict[str, int] | None = None,
) -> dict[str, Any]:
    """The map of everything below a node: {"agent[0].control.IDENTITY": {offset, width, ..., fields}}."""
    entries: dict[str, Any] = {}
    for child in top.children(unroll=False):
        assert isinstance(child, RegfileNode)
        for name, offset, indices in elements(child, counts, around or {}):
            inner_path, inner_base = f"{path}{name}.", base + offset
            if is_leaf(child):
                for register in types[type_name(child)].registers:
                    entries[inner_path + register.name] = map_entry(register, inner_base)
            else:
                entries |= map_entries(child, types, counts, inner_path, inner_base, indices)
    return entries


def codes_text(top: str, files: list[RegisterFile], source: str) -> str:
    """A C header with the named codes of fields, which peakrdl c-header leaves out."""
    guard = f"{top.upper()}_CODES_H"
    lines = [
        f"/* Generated from {source} by rtl/registers/generate.py. Do not edit. */",
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
    ]
    for file in files:
        for register in file.registers:
            for item in register.fields:
                prefix = f"{file.name}__{register.name}__{item.name}".upper()
                lines += [f"#define {prefix}__{name.upper()} {value}u" for name, value in item.codes.items()]
    return "\n".join([*lines, "", "#endif", ""])


def main() -> int:
    """Command line: SystemRDL file, output folder. Returns 1, with a message, if the file cannot be turned into RTL."""
    parser = argparse.ArgumentParser(description="Generate register decoders and a register map from SystemRDL.")
    parser.add_argument("source", type=Path, help="SystemRDL file; its last address map names the outputs")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the generated files")
    parser.add_argument("--design", type=Path, help="folder of the design whose map is made: which elements exist")
    options = parser.parse_args()
    try:
        counts = ArrayCounts(read_design(options.design) if options.design else {})
        top = compile_map(options.source)
        files = register_files(top)
        refuse_duplicates(files)
        entries = map_entries(top, {item.name: item for item in files}, counts)
    except RDLCompileError:
        return 1  # the compiler has printed the place already
    except (UnsupportedRegisterError, DesignTableError, tomllib.TOMLDecodeError, FileNotFoundError) as error:
        print(f"{options.source}: {error}", file=sys.stderr)
        return 1
    name, source = top.inst_name, options.source.name
    outputs = {
        f"{name}_pkg.sv": package_text(name, files, source),
        f"{name}.sv": modules_text(files, source),
        f"{name}_codes.h": codes_text(name, files, source),
        f"{name}.json": json.dumps(entries, indent=1) + "\n",
    }
    options.output.mkdir(parents=True, exist_ok=True)
    for file_name, text in outputs.items():
        (options.output / file_name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
