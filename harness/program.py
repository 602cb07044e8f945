# SPDX-License-Identifier: MIT
"""A firmware program as its ELF tells it: marks, symbols, line numbers and constant strings."""

from __future__ import annotations

import bisect
import hashlib
import re
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection

from harness.errors import HarnessError
from harness.paths import firmware_folder, relative

# A copy of a function that GCC specialised or split keeps its name in the source for the reader.
COMPILER_SUFFIX = re.compile(r"\.(constprop|isra|part|cold|lto_priv)\b.*")
MARK_SECTION = ".belfry.marks"
ACTIONS = {
    "trap.entry": "trap_entry",
    "device.load": "device_load",
    "payload.produce": "payload_produce",
    "payload.transit": "payload_transit",
    "payload.consume": "payload_consume",
    "payload.end": "payload_end",
}
REGISTER_NAMES = (
    "zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1", "a2", "a3", "a4", "a5",
    "a6", "a7", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
)  # fmt: skip
REGISTERS = {name: number for number, name in enumerate(REGISTER_NAMES)} | {"fp": 8}


@dataclass(frozen=True)
class MarkSite:
    """One point of the program that the engine reports: its address, its name, and where its two values come from."""

    address: int
    name: str
    operands: tuple[str, str]

    @property
    def action(self) -> str:
        """What the engine does there, by the name of the mark."""
        return ACTIONS.get(self.name, "point")


@dataclass(frozen=True)
class Location:
    """A program address in source terms; file is "" and line 0 if the ELF has no line for it."""

    address: int
    function: str
    offset: int
    file: str
    line: int

    def __str__(self) -> str:
        """For example `0x80000126 mailbox_ring+0x1e (firmware/drivers/mailbox.c:88)`."""
        text = f"0x{self.address:x}"
        if self.function:
            text += f" {self.function}" + (f"+0x{self.offset:x}" if self.offset else "")
        if self.file:
            text += f" ({self.file}:{self.line})"
        return text


def operand(text: str, mark: str) -> str:
    """A mark's operand as the engine's table has it: x<number>, =<decimal>, or - if there is none."""
    if not text:
        return "-"
    if text in REGISTERS:
        return f"x{REGISTERS[text]}"
    try:
        return f"={int(text, 0)}"
    except ValueError:
        raise HarnessError(
            f"mark '{mark}' has the operand '{text}'", "an operand is a RISC-V register or an integer", "make firmware"
        ) from None


def parse_marks(content: bytes) -> list[MarkSite]:
    """Mark sites from the bytes of the mark section: 8 bytes of address and a NUL-terminated text, again and again.

    A site at address 0 belongs to a function that the linker dropped and is left out.
    """
    sites: list[MarkSite] = []
    position = 0
    while position < len(content):
        end = content.find(b"\0", position + 8)
        if end < 0:
            raise HarnessError(
                f"{MARK_SECTION} ends inside an entry, at byte {position} of {len(content)}",
                "an entry is an address of 8 bytes and a NUL-terminated text",
                "make firmware",
            )
        (address,) = struct.unpack_from("<Q", content, position)
        parts = content[position + 8 : end].decode("ascii", "replace").split("|")
        if len(parts) != 3 or not parts[0]:
            raise HarnessError(
                f"{MARK_SECTION} has the entry '{'|'.join(parts)}'", "an entry is name|operand|operand", "make firmware"
            )
        if address:
            name = parts[0]
            sites.append(MarkSite(address, name, (operand(parts[1], name), operand(parts[2], name))))
        position = end + 1
    return sites


class Program:
    """An ELF file, read once. Everything that needs DWARF is read at the first use."""

    def __init__(self, path: Path, name: str | None = None) -> None:
        """Reads the file; HarnessError if it is no ELF for 64-bit RISC-V."""
        self.path = path
        self.name = name or path.stem
        try:
            self.hash = hashlib.sha256(path.read_bytes()).hexdigest()
            with path.open("rb") as stream:
                elf = ELFFile(stream)
                if elf["e_machine"] != "EM_RISCV" or elf.elfclass != 64:
                    raise HarnessError(f"{relative(path)} is for {elf['e_machine']}", "programs are for 64-bit RISC-V")
                self._segments = [
                    (segment["p_vaddr"], segment.data())
                    for segment in elf.iter_segments("PT_LOAD")
                    if segment["p_filesz"]
                ]
                section = elf.get_section_by_name(MARK_SECTION)
                self.sites = parse_marks(section.data()) if section else []
                self._symbols = self._read_symbols(elf)
        except (OSError, ELFError) as error:
            raise HarnessError(f"{relative(path)} cannot be read: {error}", "", "make firmware") from error
        self.mark_names = sorted({site.name for site in self.sites})

    @staticmethod
    def _read_symbols(elf: ELFFile) -> list[tuple[int, int, str]]:
        """Functions by address: (address, size, name)."""
        table = elf.get_section_by_name(".symtab")
        if not isinstance(table, SymbolTableSection):
            return []
        return sorted(
            (symbol["st_value"], symbol["st_size"], symbol.name)
            for symbol in table.iter_symbols()
            if symbol["st_info"]["type"] == "STT_FUNC"
        )

    def marks_table(self) -> str:
        """The mark sites as the engine reads them, one a line: address, index of the name, action, two operands."""
        index = {name: position for position, name in enumerate(self.mark_names)}
        lines = [
            f"{site.address:x} {index[site.name]} {site.action} {site.operands[0]} {site.operands[1]}"
            for site in sorted(self.sites, key=lambda site: (site.address, site.name))
        ]
        return "".join(line + "\n" for line in lines)

    def mark_name(self, index: int) -> str:
        """Name of the mark with this index."""
        return self.mark_names[index] if index < len(self.mark_names) else f"mark {index}"

    def mark_index(self, name: str) -> int | None:
        """Index of a mark's name; None if the program has no such mark."""
        position = bisect.bisect_left(self.mark_names, name)
        return position if position < len(self.mark_names) and self.mark_names[position] == name else None

    def string_at(self, address: int) -> str:
        """The NUL-terminated string that the ELF has at this address; the address in hex if it has none there."""
        for start, content in self._segments:
            if start <= address < start + len(content):
                end = content.find(b"\0", address - start)
                if end >= 0:
                    return bytes(content[address - start : end]).decode("utf-8", "replace")
        return f"0x{address:x}"

    def address_of(self, function: str) -> int | None:
        """Address of a function; None if there is none of this name."""
        return next((address for address, _, name in self._symbols if name == function), None)

    @cached_property
    def _lines(self) -> tuple[list[int], list[tuple[str, int]]]:
        """Start addresses, and for each the file and line from there on ("" where no line applies)."""
        rows: dict[int, tuple[str, int]] = {}
        with self.path.open("rb") as stream:
            elf = ELFFile(stream)
            if not elf.has_dwarf_info():
                return [], []
            dwarf = elf.get_dwarf_info()
            for unit in dwarf.iter_CUs():
                line_program = dwarf.line_program_for_CU(unit)
                if line_program is None:
                    continue
                files = _file_names(line_program.header)
                for entry in line_program.get_entries():
                    state = entry.state
                    if state is None:
                        continue
                    if state.end_sequence:
                        rows.setdefault(state.address, ("", 0))
                    else:
                        rows[state.address] = (files.get(state.file, ""), state.line)
        addresses = sorted(rows)
        return addresses, [rows[address] for address in addresses]

    def location(self, address: int) -> Location:
        """Function, file and line of a program address, as far as the ELF knows them."""
        function, offset = "", 0
        position = bisect.bisect_right(self._symbols, (address, 1 << 64, "")) - 1
        if position >= 0:
            start, size, name = self._symbols[position]
            if address == start or address < start + size:
                function, offset = COMPILER_SUFFIX.sub("", name), address - start
        addresses, lines = self._lines
        position = bisect.bisect_right(addresses, address) - 1
        file, line = lines[position] if position >= 0 else ("", 0)
        return Location(address, function, offset, _short(file), line)


def _file_names(header: object) -> dict[int, str]:
    """File names of a line program by the number that its rows use: from 0 in DWARF 5, from 1 before."""
    version = header["version"]  # type: ignore[index]
    entries = header["file_entry"]  # type: ignore[index]
    directories = header["include_directory"]  # type: ignore[index]
    names: dict[int, str] = {}
    for position, entry in enumerate(entries):
        folder_index = entry.dir_index - (0 if version >= 5 else 1)
        folder = directories[folder_index] if 0 <= folder_index < len(directories) else b""
        name = entry.name.decode(errors="replace")
        prefix = folder.decode(errors="replace")
        names[position + (0 if version >= 5 else 1)] = (
            name if name.startswith("/") or not prefix else f"{prefix}/{name}"
        )
    return names


def _short(file: str) -> str:
    """The file as seen from the project's root, if it lies below it."""
    return relative(Path(file)) if file.startswith("/") else file


def program_names(design: str) -> list[str]:
    """Names of the programs that are built for a design."""
    return sorted(path.stem for path in firmware_folder(design).glob("*.elf"))


def find_program(name: str, design: str) -> Path:
    """ELF of a program, by its name or by a path to an ELF; HarnessError lists what there is."""
    if name.endswith(".elf"):
        path = Path(name)
        if path.is_file():
            return path
        raise HarnessError(f"{name}: no such file", "a program is a name or the path of an ELF file")
    path = firmware_folder(design) / f"{name}.elf"
    if path.is_file():
        return path
    source = firmware_folder(design).parents[2] / "firmware" / "programs" / f"{name}.c"
    if source.is_file():
        raise HarnessError(
            f"program '{name}' is not built for design '{design}'",
            f"{relative(path)} must exist",
            "make firmware" + (f" DESIGN={design}" if design != "mailbox" else ""),
        )
    built = ", ".join(program_names(design)) or "none (make firmware builds them)"
    raise HarnessError(f"there is no program '{name}'", f"programs built for design '{design}': {built}", "choose one")
