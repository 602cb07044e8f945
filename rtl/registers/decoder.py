# SPDX-License-Identifier: MIT
"""SystemVerilog out of the register model: one package for the map, one decoder module for each register file type."""

from __future__ import annotations

from rtl.registers.model import Field, Register, RegisterFile


def bits(high: int, low: int) -> str:
    """A part select, `[3]` or `[7:4]`."""
    return f"[{high}]" if high == low else f"[{high}:{low}]"


def packed(width: int) -> str:
    """The packed dimension of a port of that many bits, padded to a column."""
    return f"[{width - 1}:0]".rjust(6) if width > 1 else " " * 6


def package_text(top: str, files: list[RegisterFile], source: str) -> str:
    """The package: every register's offset in its file, every field's position and width, every named code."""
    lines = [f"// Generated from {source} by rtl/registers/generate.py. Do not edit.", f"package {top}_pkg;"]
    for item in files:
        lines += ["", f"  // {item.name}"]
        for register in item.registers:
            lines.append(f"  localparam logic [11:0] {register.name}_OFFSET = 12'h{register.offset:03x};")
            for field in register.fields:
                lines += field_constants(f"{register.name}_{field.name.upper()}", field)
    lines += ["", "endpackage", ""]
    return "\n".join(lines)


def field_constants(prefix: str, field: Field) -> list[str]:
    """Position, width, reset value and codes of one field."""
    lines = [
        f"  localparam int unsigned {prefix}_LOW = {field.low};",
        f"  localparam int unsigned {prefix}_WIDTH = {field.width};",
    ]
    if field.reset is not None:
        lines.append(f"  localparam logic [31:0] {prefix}_RESET = 32'h{field.reset:x};")
    for name, value in field.codes.items():
        lines.append(f"  localparam logic [{field.width - 1}:0] {prefix}_{name.upper()} = {field.width}'d{value};")
    return lines


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
    strobes = [item.name for item in registers if item.read_strobe]
    for register in registers:
        if not register.readable:
            continue
        lines.append(f"          12'h{register.offset:03x}: begin // {register.name}")
        for item in register.fields:
            if item.readable:
                lines.append(f"            read_data{bits(item.high, item.low)} = {read_value(register, item)};")
        if register.read_strobe:
            lines.append(f"            reads = {len(strobes)}'h{1 << strobes.index(register.name):x};")
        lines.append("          end")
    return lines


def command_cases(commands: list[Register]) -> list[str]:
    """The branches that turn a write into the strobe of an external register."""
    width = len(commands)
    return [
        f"          12'h{register.offset:03x}: commands = {width}'h{1 << index:x}; // {register.name}"
        for index, register in enumerate(commands)
    ]


def reset_lines(stored: list[Register]) -> list[str]:
    """The assignments that give every stored field its reset value."""
    return [
        f"      {register.port}_{item.name}_o <= {item.width}'h{item.reset:x};"
        for register in stored
        for item in register.fields
    ]


def storage_text(stored: list[Register]) -> list[str]:
    """The flip-flops of registers that keep what is written, behind one condition: a cycle without a write is free."""
    if not stored:
        return []
    lines = ["", "  always_ff @(posedge clk_i or negedge rst_ni) begin", "    if (!rst_ni) begin"]
    lines += [*reset_lines(stored), "    end else if (clear_i) begin", *reset_lines(stored)]
    lines += ["    end else if (request_i && allow_i && write_i) begin", "      case (address_i)"]
    for register in stored:
        lines.append(f"        12'h{register.offset:03x}: begin // {register.name}")
        for item in register.fields:
            lines.append(f"          {register.port}_{item.name}_o <= write_data_i{bits(item.high, item.low)};")
        lines.append("        end")
    return [*lines, "        default: ;", "      endcase", "    end", "  end"]


def strobe_text(commands: list[Register], reads: list[Register]) -> list[str]:
    """The strobes and data of external registers; a request that is not allowed has no strobe."""
    strobes = [(f"{item.port}_read_o", f"reads[{index}]") for index, item in enumerate(reads)]
    strobes += [(f"{item.port}_write_o", f"commands[{index}]") for index, item in enumerate(commands)]
    lines = [
        f"  assign {register.port}_{item.name}_data_o = write_data_i{bits(item.high, item.low)};"
        for register in commands
        for item in register.fields
        if item.writable
    ]
    if strobes:
        lines += ["", "  always_comb begin", *[f"    {port} = 1'b0;" for port, _ in strobes]]
        lines += ["    if (request_i && allow_i) begin", *[f"      {port} = {bit};" for port, bit in strobes]]
        lines += ["    end", "  end"]
    return lines


def decode_text(registers: list[Register]) -> list[str]:
    """The combinational part: read data, error and strobes of a request.

    The process that looks the address up does not see allow_i: what allows a request may depend on error_o.
    """
    stored = [item for item in registers if not item.external and item.writable]
    commands = [item for item in registers if item.external and item.writable]
    reads = [item for item in registers if item.read_strobe]
    lines = ["  logic [31:0] read_data;"]
    lines += [f"  logic [{len(commands) - 1}:0] commands;"] if commands else []
    lines += [f"  logic [{len(reads) - 1}:0] reads;"] if reads else []
    lines += ["", "  always_comb begin", "    read_data = '0;", "    error_o = 1'b0;"]
    lines += ["    commands = '0;"] if commands else []
    lines += ["    reads = '0;"] if reads else []
    lines += ["    if (request_i) begin", "      if (write_i) begin", "        case (address_i)"]
    lines += command_cases(commands)
    lines += [f"          12'h{item.offset:03x}: ; // {item.name}" for item in stored]
    lines += ["          default: error_o = 1'b1;", "        endcase", "      end else begin"]
    lines += ["        case (address_i)", *read_cases(registers)]
    lines += ["          default: error_o = 1'b1;", "        endcase", "      end", "    end", "  end", ""]
    lines += ["  assign read_data_o = allow_i ? read_data : '0;", *strobe_text(commands, reads)]
    return [*lines, *storage_text(stored)]


def module_text(file: RegisterFile) -> str:
    """The decoder of one register file."""
    ports = [
        "input  logic        clk_i",
        "input  logic        rst_ni",
        "input  logic        clear_i",
        "input  logic        request_i",
        "input  logic        allow_i",
        "input  logic        write_i",
        "input  logic [11:0] address_i",
        "input  logic [31:0] write_data_i",
        "output logic [31:0] read_data_o",
        "output logic        error_o",
    ]
    for register in file.registers:
        ports += register_ports(register)
    lines = [
        f"// {file.title}. A request takes one cycle: read data, error and strobes belong to the cycle in which",
        "// request_i is high, address_i counts bytes from the start of the register file. error_o: no such register,",
        "// or not in this direction. With error_o high or allow_i low there is no strobe, nothing is stored, and read",
        "// data are 0; error_o does not depend on allow_i. clear_i resets what is stored, and wins.",
        f"module {file.name} (",
    ]
    lines += [f"  {port}," for port in ports[:-1]] + [f"  {ports[-1]}", ");", ""]
    return "\n".join([*lines, *decode_text(file.registers), "", "endmodule", ""])


def modules_text(files: list[RegisterFile], source: str) -> str:
    """All decoders, in one file."""
    lines = [
        f"// Generated from {source} by rtl/registers/generate.py. Do not edit.",
        "// One file holds the decoders of all register file types.",
        "// verilator lint_off DECLFILENAME",
        "// All decoders have the same ports in front, whether they store anything and use each bit or not.",
        "// verilator lint_off UNUSEDSIGNAL",
        "",
    ]
    return "\n".join(
        [*lines, *map(module_text, files), "// verilator lint_on UNUSEDSIGNAL", "// verilator lint_on DECLFILENAME", ""]
    )
