# SPDX-License-Identifier: MIT
"""Generates the register decoder of a design, its SystemVerilog package, its codes and its map from SystemRDL.

The input is compiled by PeakRDL's own SystemRDL compiler, so that this and the C header (peakrdl c-header) come from
one file. The decoder is generated here and not by PeakRDL-regblock, for two
measured reasons: Verilator 5.006 stops with an internal error on regblock's arrays of structures, and regblock's
output evaluates an address comparison for every register in every clock cycle, while this one costs a branch in a
cycle without an access.

What the decoder knows, anything else is refused with a message:

==========================  ================================================================================
register, field             becomes
==========================  ================================================================================
sw=r  hw=na, reset value    a constant
sw=r  hw=w                  an input port `<register>_<field>_i`
sw=r  hw=w  swacc           the same, and an output strobe `<register>_read_o`
sw=rw hw=r, reset value     a flip-flop and an output port `<register>_<field>_o`
external, sw=r or rw        an input port `<register>_<field>_i`, and if the register has no writable field an
                            output strobe `<register>_read_o`
external, sw=w or rw        an output port `<register>_<field>_data_o` valid with the strobe `<register>_write_o`
==========================  ================================================================================

The address map must hold one register file: a single frame, or an array of frames. The decoder decodes one frame.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from systemrdl.compiler import RDLCompiler
from systemrdl.messages import RDLCompileError
from systemrdl.node import AddrmapNode, FieldNode, RegfileNode, RegNode


class UnsupportedRegisterError(Exception):
    """The SystemRDL says something that the generator has no hardware for; the text names register and field."""


@dataclass
class Field:
    """One field: `low` and `width` in bits, `reset` or None, `kind` is constant, input, storage or external."""

    name: str
    low: int
    width: int
    reset: int | None
    kind: str
    readable: bool
    writable: bool
    access: str
    description: str
    codes: dict[str, int] = field(default_factory=dict)

    @property
    def high(self) -> int:
        """Number of the field's most significant bit."""
        return self.low + self.width - 1


@dataclass
class Register:
    """One 32-bit register at `offset` bytes from the start of its frame."""

    name: str
    offset: int
    external: bool
    read_strobe: bool
    description: str
    fields: list[Field]

    @property
    def readable(self) -> bool:
        """True if at least one field can be read."""
        return any(item.readable for item in self.fields)

    @property
    def writable(self) -> bool:
        """True if at least one field can be written."""
        return any(item.writable for item in self.fields)

    @property
    def port(self) -> str:
        """Start of the names of this register's ports."""
        return self.name.lower()


def read_field(node: FieldNode, external: bool) -> Field:
    """Turns a compiled field into a `Field`; raises UnsupportedRegisterError for what the decoder cannot do."""
    reset = node.get_property("reset")
    hardware_writes = node.is_hw_writable
    if external:
        kind = "external"
    elif not node.is_sw_writable and hardware_writes:
        kind = "input"
    elif not node.is_sw_writable and not node.is_hw_readable and isinstance(reset, int):
        kind = "constant"
    elif node.is_sw_writable and node.is_sw_readable and not hardware_writes and isinstance(reset, int):
        kind = "storage"
    else:
        raise UnsupportedRegisterError(f"{node.get_path()}: this combination of sw, hw and reset is not supported")
    if not external and (node.get_property("onwrite") is not None or node.get_property("onread") is not None):
        raise UnsupportedRegisterError(f"{node.get_path()}: side effects are supported in external registers only")
    encoding = node.get_property("encode")
    codes = {} if encoding is None else {member.name: int(member.value) for member in encoding}
    access = node.get_property("sw").name
    on_write = node.get_property("onwrite")
    if on_write is not None:
        access += f", {on_write.name}"
    return Field(
        name=node.inst_name,
        low=node.low,
        width=node.width,
        reset=reset if isinstance(reset, int) else None,
        kind=kind,
        readable=node.is_sw_readable,
        writable=node.is_sw_writable,
        access=access,
        description=" ".join((node.get_property("desc") or "").split()),
        codes=codes,
    )


def read_register(node: RegNode) -> Register:
    """Turns a compiled register into a `Register`; raises UnsupportedRegisterError."""
    if node.get_property("regwidth") != 32 or node.is_array:
        raise UnsupportedRegisterError(f"{node.get_path()}: only single registers of 32 bits are supported")
    description = node.get_property("desc")
    if not description:
        raise UnsupportedRegisterError(f"{node.get_path()}: a register without desc")
    fields = [read_field(item, node.external) for item in node.fields()]
    if len({item.kind == "storage" for item in fields}) > 1:
        raise UnsupportedRegisterError(f"{node.get_path()}: stored and other fields in one register are not supported")
    accessed = any(item.get_property("swacc") for item in node.fields())
    return Register(
        name=node.inst_name,
        offset=node.raw_address_offset,
        external=node.external,
        read_strobe=accessed or (node.external and not node.has_sw_writable),
        description=" ".join(description.split()),
        fields=fields,
    )


def compile_map(path: Path) -> AddrmapNode:
    """Compiles a SystemRDL file and gives its last address map; raises RDLCompileError."""
    compiler = RDLCompiler()
    compiler.compile_file(str(path))
    return compiler.elaborate().top


def the_frame(top: AddrmapNode) -> RegfileNode:
    """Gives the one register file of the map; raises UnsupportedRegisterError if there is more or less than one."""
    children = list(top.children(unroll=False))
    if len(children) != 1 or not isinstance(children[0], RegfileNode):
        raise UnsupportedRegisterError(f"{top.inst_name}: the map must hold exactly one register file or array of them")
    return children[0]


def bits(high: int, low: int) -> str:
    """A part select, `[3]` or `[7:4]`."""
    return f"[{high}]" if high == low else f"[{high}:{low}]"


def packed(width: int) -> str:
    """The packed dimension of a port of that many bits, padded to a column."""
    return f"[{width - 1}:0]".rjust(6) if width > 1 else " " * 6


def package_text(top: str, registers: list[Register], source: str) -> str:
    """The package: every register's offset, every field's position and width, every named code."""
    lines = [f"// Generated from {source} by rtl/registers.py. Do not edit.", f"package {top}_pkg;", ""]
    for register in registers:
        lines.append(f"  localparam logic [11:0] {register.name}_OFFSET = 12'h{register.offset:03x};")
        for item in register.fields:
            prefix = f"{register.name}_{item.name.upper()}"
            lines.append(f"  localparam int unsigned {prefix}_LOW = {item.low};")
            lines.append(f"  localparam int unsigned {prefix}_WIDTH = {item.width};")
            if item.reset is not None:
                lines.append(f"  localparam logic [31:0] {prefix}_RESET = 32'h{item.reset:x};")
            for name, value in item.codes.items():
                lines.append(
                    f"  localparam logic [{item.width - 1}:0] {prefix}_{name.upper()} = {item.width}'d{value};"
                )
    lines += ["", "endpackage", ""]
    return "\n".join(lines)


def register_ports(register: Register) -> list[str]:
    """Port declarations of one register, without commas."""
    ports = []
    for item in register.fields:
        name = f"{register.port}_{item.name}"
        if item.kind == "input" or (item.kind == "external" and item.readable):
            ports.append(f"input  logic {packed(item.width)} {name}_i")
        if item.kind == "storage":
            ports.append(f"output logic {packed(item.width)} {name}_o")
        if item.kind == "external" and item.writable:
            ports.append(f"output logic {packed(item.width)} {name}_data_o")
    if register.external and register.writable:
        ports.append(f"output logic {packed(1)} {register.port}_write_o")
    if register.read_strobe:
        ports.append(f"output logic {packed(1)} {register.port}_read_o")
    return ports


def read_value(register: Register, item: Field) -> str:
    """The expression that a field reads as."""
    if item.kind == "constant":
        return f"{item.width}'h{item.reset:x}"
    suffix = "o" if item.kind == "storage" else "i"
    return f"{register.port}_{item.name}_{suffix}"


def read_cases(registers: list[Register]) -> list[str]:
    """The branches of the read multiplexer."""
    lines = []
    for register in registers:
        if not register.readable:
            continue
        lines.append(f"          12'h{register.offset:03x}: begin // {register.name}")
        for item in register.fields:
            if item.readable:
                lines.append(f"            read_data_o{bits(item.high, item.low)} = {read_value(register, item)};")
        if register.read_strobe:
            lines.append(f"            {register.port}_read_o = 1'b1;")
        lines.append("          end")
    return lines


def command_cases(commands: list[Register]) -> list[str]:
    """The branches that turn a write into the strobe of an external register."""
    width = len(commands)
    return [
        f"          12'h{register.offset:03x}: commands = {width}'h{1 << index:x}; // {register.name}"
        for index, register in enumerate(commands)
    ]


def storage_text(stored: list[Register]) -> list[str]:
    """The flip-flops of registers that keep what is written, behind one condition: a cycle without a write is free."""
    if not stored:
        return []
    lines = ["", "  always_ff @(posedge clk_i or negedge rst_ni) begin", "    if (!rst_ni) begin"]
    for register in stored:
        lines += [f"      {register.port}_{item.name}_o <= {item.width}'h{item.reset:x};" for item in register.fields]
    lines += ["    end else if (request_i && write_i) begin", "      case (address_i)"]
    for register in stored:
        lines.append(f"        12'h{register.offset:03x}: begin // {register.name}")
        for item in register.fields:
            lines.append(f"          {register.port}_{item.name}_o <= write_data_i{bits(item.high, item.low)};")
        lines.append("        end")
    return [*lines, "        default: ;", "      endcase", "    end", "  end"]


def module_text(top: str, registers: list[Register], source: str) -> str:
    """The decoder of one frame."""
    ports = [
        "input  logic        clk_i",
        "input  logic        rst_ni",
        "input  logic        request_i",
        "input  logic        write_i",
        "input  logic [11:0] address_i",
        "input  logic [31:0] write_data_i",
        "output logic [31:0] read_data_o",
        "output logic        error_o",
    ]
    for register in registers:
        ports += register_ports(register)
    stored = [item for item in registers if not item.external and item.writable]
    commands = [item for item in registers if item.external and item.writable]
    read_strobes = [f"{item.port}_read_o" for item in registers if item.read_strobe]
    lines = [
        f"// Generated from {source} by rtl/registers.py. Do not edit.",
        "//",
        "// Decodes one frame. A request takes one cycle: read data, error and strobes belong to the cycle in which",
        "// request_i is high. error_o: no such register, or not in this direction; then no strobe is high.",
        f"module {top} (",
    ]
    lines += [f"  {port}," for port in ports[:-1]] + [f"  {ports[-1]}", ");", ""]
    lines += [f"  logic [{len(commands) - 1}:0] commands;"] if commands else []
    lines += ["", "  always_comb begin", "    read_data_o = '0;", "    error_o = 1'b0;"]
    lines += ["    commands = '0;"] if commands else []
    lines += [f"    {name} = 1'b0;" for name in read_strobes]
    lines += ["    if (request_i) begin", "      if (write_i) begin", "        case (address_i)"]
    lines += command_cases(commands)
    lines += [f"          12'h{item.offset:03x}: ; // {item.name}" for item in stored]
    lines += [
        "          default: error_o = 1'b1;",
        "        endcase",
        "      end else begin",
        "        case (address_i)",
    ]
    lines += read_cases(registers)
    lines += ["          default: error_o = 1'b1;", "        endcase", "      end", "    end", "  end", ""]
    for index, register in enumerate(commands):
        lines.append(f"  assign {register.port}_write_o = commands[{index}];")
        lines += [
            f"  assign {register.port}_{item.name}_data_o = write_data_i{bits(item.high, item.low)};"
            for item in register.fields
            if item.writable
        ]
    lines += storage_text(stored)
    return "\n".join([*lines, "", "endmodule", ""])


def codes_text(top: str, frame: RegfileNode, registers: list[Register], source: str) -> str:
    """A C header with the named codes of fields, which peakrdl c-header leaves out."""
    guard = f"{top.upper()}_CODES_H"
    lines = [
        f"/* Generated from {source} by rtl/registers.py. Do not edit. */",
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
    ]
    for register in registers:
        for item in register.fields:
            prefix = f"{frame.type_name or frame.inst_name}__{register.name}__{item.name}".upper()
            lines += [f"#define {prefix}__{name.upper()} {value}u" for name, value in item.codes.items()]
    return "\n".join([*lines, "", "#endif", ""])


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


def map_text(frame: RegfileNode, registers: list[Register]) -> str:
    """The Python map: {"frame[0].REGISTER": {offset, width, ..., fields}} as JSON."""
    count = frame.array_dimensions[0] if frame.is_array and frame.array_dimensions else 1
    stride = frame.array_stride if frame.is_array else 0
    entries = {}
    for index in range(count):
        name = f"{frame.inst_name}[{index}]" if frame.is_array else frame.inst_name
        for register in registers:
            base = frame.raw_address_offset + index * (stride or 0)
            entries[f"{name}.{register.name}"] = map_entry(register, base)
    return json.dumps(entries, indent=1) + "\n"


def main() -> int:
    """Command line: SystemRDL file, output folder. Returns 1, with a message, if the file cannot be turned into RTL."""
    parser = argparse.ArgumentParser(description="Generate a register decoder and a register map from SystemRDL.")
    parser.add_argument("source", type=Path, help="SystemRDL file; its last address map names the outputs")
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the generated files")
    options = parser.parse_args()
    try:
        top = compile_map(options.source)
        frame = the_frame(top)
        nodes = list(frame.children())
        registers = [read_register(node) for node in nodes if isinstance(node, RegNode)]
        if len(registers) != len(nodes):
            raise UnsupportedRegisterError(f"{frame.inst_name}: a frame may hold registers only")
    except RDLCompileError:
        return 1  # the compiler has printed the place already
    except UnsupportedRegisterError as error:
        print(f"{options.source}: {error}", file=sys.stderr)
        return 1
    options.output.mkdir(parents=True, exist_ok=True)
    name, source = top.inst_name, options.source.name
    (options.output / f"{name}_pkg.sv").write_text(package_text(name, registers, source), encoding="utf-8")
    (options.output / f"{name}.sv").write_text(module_text(name, registers, source), encoding="utf-8")
    (options.output / f"{name}_codes.h").write_text(codes_text(name, frame, registers, source), encoding="utf-8")
    (options.output / f"{name}.json").write_text(map_text(frame, registers), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
