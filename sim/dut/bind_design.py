# SPDX-License-Identifier: MIT
"""Turns a design folder into what the build needs: the C++ binding, the list of sources, and design.json.

    bind_design.py DESIGN_FOLDER OUTPUT_FOLDER

writes binding.cpp, sources.txt (one path a line, in compile order) and design.json into the output folder. A mistake
in design.toml ends with an error that names the key, the rule and what to do.
"""

import json
import os
import sys
import tomllib
from pathlib import Path
from typing import Any

import jinja2

REGISTER_SIGNALS = (
    *("awaddr", "awprot", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid", "bready"),
    *("araddr", "arprot", "arvalid", "arready", "rdata", "rresp", "rvalid", "rready"),
)
MEMORY_SIGNALS = (
    *("awid", "awaddr", "awlen", "awsize", "awburst", "awvalid", "awready", "wdata", "wstrb", "wlast", "wvalid"),
    *("wready", "bid", "bresp", "bvalid", "bready", "arid", "araddr", "arlen", "arsize", "arburst", "arvalid"),
    *("arready", "rid", "rdata", "rresp", "rlast", "rvalid", "rready"),
)
# Driven into the design; the C++ type is the narrowest that every legal width fits.
REGISTER_INPUTS = (
    *("awaddr", "awprot", "awvalid", "wdata", "wstrb", "wvalid", "bready"),
    *("araddr", "arprot", "arvalid", "rready"),
)
MEMORY_INPUTS = ("awready", "wready", "bid", "bresp", "bvalid", "arready", "rid", "rresp", "rlast", "rvalid")


class DesignError(Exception):
    """design.toml breaks a rule; the text names the key, the rule and what to do."""


def require(table: dict[str, Any], key: str, where: str) -> Any:
    """The value of a key that must be there."""
    if key not in table:
        raise DesignError(f"design.toml: {where} has no '{key}'; add it (rtl/README.md lists the keys)")
    return table[key]


def port_names(port: dict[str, Any], signals: tuple[str, ...], inputs: tuple[str, ...]) -> dict[str, str]:
    """Signal name -> port name of the design. A signal that the design lacks is left out."""
    suffix = port.get("suffix", "direction")
    if suffix not in ("direction", ""):
        raise DesignError(f'design.toml: suffix \'{suffix}\' is unknown; use "direction" (_i, _o) or "" (none)')
    names = {}
    for signal in signals:
        if signal in port.get("omit", []):
            continue
        ending = "" if suffix == "" else ("_i" if signal in inputs else "_o")
        names[signal] = port.get("names", {}).get(signal, f"{port.get('prefix', '')}{signal}{ending}")
    return names


def check_widths(register_port: dict[str, Any], memory_port: dict[str, Any] | None) -> None:
    """Raises DesignError for a data width that the ABI does not carry."""
    if require(register_port, "data_width", "[register_port]") not in (32, 64):
        raise DesignError("design.toml: [register_port] data_width must be 32 or 64")
    if memory_port and require(memory_port, "data_width", "[memory_port]") not in (32, 64, 128, 256, 512):
        raise DesignError("design.toml: [memory_port] data_width must be 32, 64, 128, 256 or 512")


def probe_list(table: dict[str, Any]) -> list[dict[str, Any]]:
    """Probes with their masks as C literals."""
    probes = []
    for probe in table.get("probe", []):
        width = probe.get("width", 1)
        if not 1 <= width <= 64:
            raise DesignError(f"design.toml: probe '{probe.get('name')}' is {width} bits wide; 1 to 64 are possible")
        name, port = require(probe, "name", "[[probe]]"), require(probe, "port", "[[probe]]")
        probes.append({"name": name, "port": port, "low": probe.get("low", 0), "mask": hex((1 << width) - 1)})
    return probes


def cpp_type(signal: str, port: dict[str, Any]) -> str:
    """The C++ type to cast a driven value to, wide enough for the port's declared width."""
    if signal.endswith("addr"):
        return "uint64_t" if port.get("address_width", 32) > 32 else "uint32_t"
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
        reg=reg,
        mem=mem,
        register_inputs=[(signal, cpp_type(signal, register_port)) for signal in REGISTER_INPUTS if signal in reg],
        memory_inputs=[(signal, cpp_type(signal, memory_port)) for signal in MEMORY_INPUTS if signal in mem]
        if memory_port
        else [],
        address_channel=address_channel,
    )


def source_paths(table: dict[str, Any], folder: Path, output: Path) -> list[Path]:
    """The design's files in compile order; '@registers' stands for what was generated from its register map."""
    design = require(table, "design", "the file")
    paths: list[Path] = []
    for source in [*require(design, "sources", "[design]"), *design.get("checkers", [])]:
        if source == "@registers":
            paths += [output / "registers" / f"{design['name']}_registers{end}.sv" for end in ("_pkg", "")]
        else:
            paths.append(Path(os.path.relpath(folder / source)))
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise DesignError(f"design.toml: sources not found: {', '.join(missing)}; paths are relative to {folder}")
    return paths


def main() -> int:
    """Takes the design's folder and the folder to write to; 2 if the design is not acceptable."""
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    try:
        table = tomllib.loads((folder / "design.toml").read_text())
        output.mkdir(parents=True, exist_ok=True)
        (output / "binding.cpp").write_text(render(table))
        sources = source_paths(table, folder, output)
    except FileNotFoundError as error:
        print(f"{error.filename} does not exist; a design is a folder under rtl/ with a design.toml", file=sys.stderr)
        return 2
    except (DesignError, tomllib.TOMLDecodeError) as error:
        print(f"{folder}: {error}", file=sys.stderr)
        return 2
    (output / "sources.txt").write_text("".join(f"{path}\n" for path in sources))
    (output / "design.json").write_text(json.dumps(table, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
