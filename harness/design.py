# SPDX-License-Identifier: MIT
"""What is known about a built design: design.json and the register map that came out of its SystemRDL."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import HarnessError
from harness.paths import DESIGNS, design_folder, relative
from harness.trace_port import TracePort

WINDOW_BASE = 0x84000000
HARNESS_PAGE = 0x84100000
INTERRUPT_SOURCE_BASE = 48


@dataclass(frozen=True)
class Register:
    """One register: its path in the map ("agent[0].control.IDENTITY"), byte offset in the window, and width in bits."""

    path: str
    offset: int
    width: int

    @property
    def name(self) -> str:
        """The register's own name, without where it lies."""
        return self.path.rsplit(".", 1)[-1]


def fnv1a(text: bytes) -> int:
    """The 64-bit FNV-1a hash (Fowler, Noll, Vo)."""
    value = 0xCBF29CE484222325
    for byte in text:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return value


class Design:
    """A design as the harness needs it: names for addresses, wires and probes, and the bounds that it declares."""

    def __init__(self, description: dict[str, Any], registers: dict[str, Any], folder: Path) -> None:
        """Takes the two JSON files' contents; HarnessError if something needed is absent."""
        self.folder = folder
        self.description = description
        try:
            self.name: str = description["design"]["name"]
            self.window_bytes = int(description["register_port"]["window"])
        except KeyError as error:
            raise HarnessError(
                f"{relative(folder)}/design.json lacks {error}", "it is design.toml as JSON", "build the design again"
            ) from error
        self.interrupts = [str(entry["name"]) for entry in description.get("interrupt", [])]
        self.probes = [str(entry["name"]) for entry in description.get("probe", [])]
        self.latency: dict[str, int] = dict(description.get("latency", {}))
        self.capabilities: dict[str, Any] = dict(description.get("capabilities", {}))
        memory_port: dict[str, Any] = description.get("memory_port", {})
        self.payload_id: int | None = memory_port.get("payload_id")
        self._fields: dict[str, Any] = {path.rsplit(".", 1)[-1]: entry for path, entry in registers.items()}
        self.trace = TracePort(description.get("trace", {}), self.codes)
        self.registers = {
            int(entry["offset"]): Register(path, int(entry["offset"]), int(entry["width"]))
            for path, entry in registers.items()
        }

    def source_name(self, name_hash: int) -> str:
        """The source file whose base name has this FNV-1a hash, or the hash itself: how assertions name files."""
        design = self.description["design"]
        generated = [f"{register_map(self.description)}{end}.sv" for end in ("_pkg", "")]
        for source in (*design.get("sources", []), *design.get("checkers", []), *generated):
            base = Path(source).name
            if fnv1a(base.encode()) == name_hash:
                return base
        return f"{name_hash:016x}"

    def codes(self, field: str) -> dict[int, str]:
        """The names of a field's codes by number, "REGISTER.field"; empty if the map has no such field."""
        register, _, name = field.partition(".")
        codes = self._fields.get(register, {}).get("fields", {}).get(name, {}).get("codes", {})
        return {int(number): code for code, number in codes.items()}

    @property
    def shared_object(self) -> Path:
        """The Verilated design."""
        return self.folder / "design.so"

    def register(self, address: int) -> Register | None:
        """The register that holds this address (absolute, or an offset in the window); None if there is none."""
        offset = address - WINDOW_BASE if address >= WINDOW_BASE else address
        for start in (offset, offset & ~3, offset & ~7):
            found = self.registers.get(start)
            if found is not None and offset < start + found.width // 8:
                return found
        return None

    def name_of(self, address: int) -> str:
        """The register's path, or the address in hex if the map does not have it."""
        register = self.register(address)
        return register.path if register else f"0x{address:x}"

    def addresses_of(self, name: str) -> frozenset[int]:
        """Offsets of all registers of this name, wherever they are."""
        return frozenset(register.offset for register in self.registers.values() if register.name.upper() == name)

    def probe_indices(self, prefix: str) -> frozenset[int]:
        """Indices of the probes whose name begins with this prefix."""
        return frozenset(index for index, name in enumerate(self.probes) if name.startswith(prefix))

    def wire_name(self, wire: int) -> str:
        """The interrupt wire's name."""
        return self.interrupts[wire] if wire < len(self.interrupts) else f"wire {wire}"

    def probe_name(self, index: int) -> str:
        """The probe's name."""
        return self.probes[index] if index < len(self.probes) else f"probe {index}"


def register_map(description: dict[str, Any]) -> str:
    """What the files are called that were generated from a design's SystemRDL, without their endings."""
    design = description["design"]
    return str(design.get("register_map", f"{design['name']}_registers"))


def design_names() -> list[str]:
    """Names of the designs that are built."""
    return sorted(path.parent.name for path in DESIGNS.glob("*/design.json"))


def load_design(name: str) -> Design:
    """Reads a built design; HarnessError says which exist and how to build this one."""
    folder = design_folder(name)
    try:
        description = json.loads((folder / "design.json").read_text())
    except FileNotFoundError:
        built = ", ".join(design_names()) or "none"
        raise HarnessError(
            f"design '{name}' is not built",
            f"a design is a folder rtl/<name> with a design.toml; built are: {built}",
            f"make DESIGN={name}",
        ) from None
    except json.JSONDecodeError as error:
        raise HarnessError(
            f"{relative(folder)}/design.json is not JSON: {error}", "", f"make DESIGN={name} (again)"
        ) from error
    register_file = folder / "registers" / f"{register_map(description)}.json"
    registers = json.loads(register_file.read_text()) if register_file.exists() else {}
    return Design(description, registers, folder)
