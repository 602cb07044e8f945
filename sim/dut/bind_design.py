# SPDX-License-Identifier: MIT
"""Turns a design folder into what the build needs: the C++ binding, the list of sources, and design.json.

    bind_design.py DESIGN_FOLDER OUTPUT_FOLDER [--covers]

writes binding.cpp, sources.txt (one path a line, in compile order), parameters.txt (Verilator's options for the
parameters of the top module) and design.json into the output folder. With --covers the list has the files of [design]
covers too, which cost simulation time. A mistake in design.toml ends with an error that names the key, the rule and
what to do.
"""

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import jinja2

from rtl.design_table import DesignTableError, parameter_options, read_design, register_map

REGISTER_SIGNALS = (
    *("awaddr", "awprot", "awuser", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid"),
    *("bready", "araddr", "arprot", "aruser", "arvalid", "arready", "rdata", "rresp", "rvalid", "rready"),
)
MEMORY_SIGNALS = (
    *("awid", "awaddr", "awlen", "awsize", "awburst", "awvalid", "awready", "wdata", "wstrb", "wlast", "wvalid"),
    *("wready", "bid", "bresp", "bvalid", "bready", "arid", "araddr", "arlen", "arsize", "arburst", "arvalid"),
    *("arready", "rid", "rdata", "rresp", "rlast", "rvalid", "rready"),
)
# Driven into the design; the C++ type is the narrowest that every legal width fits.
REGISTER_INPUTS = (
    *("awaddr", "awprot", "awuser", "awvalid", "wdata", "wstrb", "wvalid", "bready"),
    *("araddr", "arprot", "aruser", "arvalid", "rready"),
)
TRACE_SIGNALS = ("valid", "kind", "channel", "value")
TRACE_LANES_MAX, PROBES_MAX, CONTROLS_MAX = 8, 32, 64
MEMORY_INPUTS = ("awready", "wready", "bid", "bresp", "bvalid", "arready", "rid", "rresp", "rlast", "rvalid")


def require(table: dict[str, Any], key: str, where: str) -> Any:
    """The value of a key that must be there."""
    if key not in table:
        raise DesignTableError(f"design.toml: {where} has no '{key}'; add it (rtl/README.md lists the keys)")
    return table[key]


def port_names(port: dict[str, Any], signals: tuple[str, ...], inputs: tuple[str, ...]) -> dict[str, str]:
    """Signal name -> port name of the design. A signal that the design lacks is left out."""
    suffix = port.get("suffix", "direction")
    if suffix not in ("direction", ""):
        raise DesignTableError(f'design.toml: suffix \'{suffix}\' is unknown; use "direction" (_i, _o) or "" (none)')
    names = {}
    for signal in signals:
        if signal in port.get("omit", []) or (signal in ("awuser", "aruser") and "user_width" not in port):
            continue
        ending = "" if suffix == "" else ("_i" if signal in inputs else "_o")
        names[signal] = port.get("names", {}).get(signal, f"{port.get('prefix', '')}{signal}{ending}")
    return names


def check_widths(register_port: dict[str, Any], memory_port: dict[str, Any] | None) -> None:
    """Raises DesignTableError for a width that the ABI does not carry."""
    if not 1 <= register_port.get("user_width", 1) <= 32:
        raise DesignTableError(
            "design.toml: [register_port] user_width must be 1 to 32; leave it out for no user signals"
        )
    if require(register_port, "data_width", "[register_port]") not in (32, 64):
        raise DesignTableError("design.toml: [register_port] data_width must be 32 or 64")
    if memory_port and require(memory_port, "data_width", "[memory_port]") not in (32, 64, 128, 256, 512):
        raise DesignTableError("design.toml: [memory_port] data_width must be 32, 64, 128, 256 or 512")


def probe_list(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Probes with their masks as C literals."""
    probes = []
    for probe in table.get("probe", []):
        width = probe.get("width", 1)
        if not 1 <= width <= 64:
            raise DesignTableError(
                f"design.toml: probe '{probe.get('name')}' is {width} bits wide; 1 to 64 are possible"
            )
        name, port = require(probe, "name", "[[probe]]"), require(probe, "port", "[[probe]]")
        probes.append({"name": name, "port": port, "low": probe.get("low", 0), "mask": hex((1 << width) - 1)})
    if len(probes) > PROBES_MAX:
        raise DesignTableError(f"design.toml: {len(probes)} probes; at most {PROBES_MAX} are possible")
    return probes


def control_list(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Control inputs: one bit each, driven by block-level runs, low in a co-simulation."""
    controls = table.get("control", [])
    if len(controls) > CONTROLS_MAX:
        raise DesignTableError(f"design.toml: {len(controls)} controls; at most {CONTROLS_MAX} are possible")
    return [{key: require(control, key, "[[control]]") for key in ("name", "port")} for control in controls]


def trace_port(table: dict[str, Any]) -> dict[str, Any] | None:
    """The trace port's lanes and port names, or None if the design has none."""
    trace = table.get("trace")
    if trace is None:
        return None
    lanes = require(trace, "lanes", "[trace]")
    if not 1 <= lanes <= TRACE_LANES_MAX:
        raise DesignTableError(f"design.toml: [trace] lanes is {lanes}; 1 to {TRACE_LANES_MAX} are possible")
    kinds = require(trace, "kinds", "[trace]")
    if len(set(kinds.values())) != len(kinds) or not all(0 <= kind <= 255 for kind in kinds.values()):
        raise DesignTableError("design.toml: [trace] kinds must be different numbers of 0 to 255")
    return {"lanes": lanes, **port_names(trace, TRACE_SIGNALS, ())}


def cpp_type(signal: str, port: dict[str, Any]) -> str:
    """The C++ type to cast a driven value to, wide enough for the port's declared width."""
    if signal.endswith("addr"):
        return "uint64_t" if port.get("address_width", 32) > 32 else "uint32_t"
    if signal.endswith("user"):
        return "uint8_t" if port["user_width"] <= 8 else "uint32_t"
    if signal == "wdata":
        return f"uint{port['data_width']}_t"
    return "uint8_t" if signal not in ("bid", "rid") else "uint32_t"


def render(table: dict[str, Any]) -> str:
    """The binding's C++ text."""
    register_port = require(table, "register_port", "the file")
    memory_port = table.get("memory_port")
    check_widths(register_port, memory_port)
    reg = port_names(register_port, REGISTER_SIGNALS, REGISTER_INPUTS)
    mem = port_names(memory_port, MEMORY_SIGNALS, (*MEMORY_INPUTS, "rdata")) if memory_port else {}

    def address_channel(channel: str) -> str:
        model = {key: f"model.{name}" for key, name in mem.items()}
        identity = model.get(f"{channel}id", "0")
        fields = [model[f"{channel}{field}"] for field in ("addr",)] + [identity]
        fields += [model[f"{channel}{field}"] for field in ("len", "size", "burst")]
        return ", ".join(fields)

    reset = require(table, "reset", "the file")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent), undefined=jinja2.StrictUndefined
    )
    return environment.get_template("binding.cpp.j2").render(
        design=require(table, "design", "the file"),
        clock=require(table, "clock", "the file"),
        reset=reset,
        reset_asserted=0 if reset.get("active", "low") == "low" else 1,
        reset_released=1 if reset.get("active", "low") == "low" else 0,
        register_port=register_port,
        memory=memory_port,
        quiet=table.get("quiet"),
        interrupts=[{"port": wire["port"], "bit": wire.get("bit", 0)} for wire in table.get("interrupt", [])],
        probes=probe_list(table),
        controls=control_list(table),
        trace=trace_port(table),
        trace_kinds=list(table.get("trace", {}).get("kinds", {}).items()),
        reg=reg,
        mem=mem,
        register_inputs=[(signal, cpp_type(signal, register_port)) for signal in REGISTER_INPUTS if signal in reg],
        memory_inputs=[(signal, cpp_type(signal, memory_port)) for signal in MEMORY_INPUTS if signal in mem]
        if memory_port
        else [],
        address_channel=address_channel,
    )


def source_paths(table: dict[str, Any], folder: Path, output: Path, *extra: str) -> list[Path]:
    """The design's files in compile order, and those of the lists named; '@registers' stands for generated ones."""
    design = require(table, "design", "the file")
    sources = require(design, "sources", "[design]")
    paths: list[Path] = []
    for source in [*sources, *(file for key in extra for file in design.get(key, []))]:
        if source == "@registers":
            paths += [output / "registers" / f"{register_map(table)}{end}.sv" for end in ("_pkg", "")]
        else:
            paths.append(Path(os.path.relpath(folder / source)))
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise DesignTableError(f"design.toml: sources not found: {', '.join(missing)}; paths are relative to {folder}")
    return paths


def main() -> int:
    """Takes the design's folder, the folder to write to and perhaps --covers; 2 if the design is not acceptable."""
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    extra = ("checkers", "covers") if "--covers" in sys.argv[3:] else ("checkers",)
    try:
        table = read_design(folder)
        output.mkdir(parents=True, exist_ok=True)
        (output / "binding.cpp").write_text(render(table))
        sources = source_paths(table, folder, output, *extra)
    except FileNotFoundError as error:
        print(f"{error.filename} does not exist; a design is a folder under rtl/ with a design.toml", file=sys.stderr)
        return 2
    except (DesignTableError, tomllib.TOMLDecodeError) as error:
        print(f"{folder}: {error}", file=sys.stderr)
        return 2
    (output / "parameters.txt").write_text("".join(f"{option}\n" for option in parameter_options(table)))
    (output / "sources.txt").write_text("".join(f"{path}\n" for path in sources))
    table["design"]["register_map"] = register_map(table)
    (output / "design.json").write_text(json.dumps(table, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
