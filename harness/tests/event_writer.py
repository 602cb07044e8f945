# SPDX-License-Identifier: MIT
"""Writes event files and whole run folders, so that everything that reads them can be tested without a simulation."""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.events import HEADER, MAGIC, RECORD
from harness.kinds import load_kinds
from harness.options import RunOptions

WINDOW = 0x84000000
AGENT_STRIDE = 0x10000
DOORBELL_SET = 0x1080
WIRE_SOURCE = 48
TEXT_BASE = 0x80000000
MARK_NAMES = sorted(
    ["trap.entry", "irq.claimed", "irq.handler", "thread.wake", "thread.switch", "thread.resumed", "wakeup.begin"]
)

DESIGN: dict[str, Any] = {
    "design": {"name": "mailbox", "top": "mailbox"},
    "register_port": {"window": 2 * AGENT_STRIDE},
    "memory_port": {"payload_id": 0},
    "interrupt": [{"name": "agent0", "port": "irq_o", "bit": 0}, {"name": "agent1", "port": "irq_o", "bit": 1}],
    "probe": [
        {"name": "doorbell.0", "port": "probe_doorbell_o", "low": 0, "width": 32},
        {"name": "doorbell.1", "port": "probe_doorbell_o", "low": 32, "width": 32},
    ],
    "trace": {
        "lanes": 2,
        "lane_names": ["accesses", "descriptors"],
        "kinds": {"doorbell_set": 1, "refused": 9, "completion": 18},
        "text": {
            "doorbell_set": "{channel[7:5]}->{channel[4:2]} window {channel[1:0]} = {value:#x}",
            "refused": "agent {channel[7:5]} {value[3:0]:REFUSAL.code}",
        },
    },
    "latency": {"doorbell_to_wire": 2},
}
REGISTERS: dict[str, Any] = {
    f"agent[{agent}].{frame}.{name}": {"offset": agent * AGENT_STRIDE + offset, "width": 32, "fields": fields}
    for agent in range(2)
    for frame, name, offset, fields in (
        ("control", "IDENTITY", 0, {}),
        ("control", "REFUSAL", 0x90, {"code": {"codes": {"none": 0, "overflow": 3}}}),
        (f"doorbell_sender[{1 - agent}][0]", "DOORBELL_SET", DOORBELL_SET - agent * 0x80, {}),
    )
}


def elf_with(sections: list[tuple[str, int, int, int, bytes]]) -> bytes:
    """A small ELF for 64-bit RISC-V. sections: (name, section type, flags, address, content); allocated ones load."""
    names = b"\0" + b"".join(name.encode() + b"\0" for name, *_ in sections) + b".shstrtab\0"
    loaded = [section for section in sections if section[2] & 2]
    offset = 64 + 56 * len(loaded)
    body, headers, segments = b"", [struct.pack("<IIQQQQIIQQ", *([0] * 10))], b""
    position = 1
    for name, kind, flags, address, content in sections:
        link, info, size = (len(sections) + 1, 1, 24) if kind == 2 else (0, 0, 0)
        start = offset + len(body)
        headers.append(
            struct.pack("<IIQQQQIIQQ", position, kind, flags, address, start, len(content), link, info, 1, size)
        )
        if flags & 2:
            segments += struct.pack("<IIQQQQQQ", 1, 5, start, address, address, len(content), len(content), 1)
        body += content
        position += len(name) + 1
    start = offset + len(body)
    headers.append(struct.pack("<IIQQQQIIQQ", position, 3, 0, 0, start, len(names), 0, 0, 1, 0))
    body += names
    table = b"".join(headers)
    header = struct.pack(
        "<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 243, 1, TEXT_BASE, 64 if loaded else 0, offset + len(body),
        0, 64, 56, len(loaded), 64, len(headers), len(headers) - 1,
    )  # fmt: skip
    return header + segments + body + table


def mark_section(entries: list[tuple[int, str]]) -> bytes:
    """The bytes of a mark section: entries are (address, "name|operand|operand")."""
    return b"".join(struct.pack("<Q", address) + text.encode() + b"\0" for address, text in entries)


def default_program(strings: bytes = b"warm up\0transfer\0") -> bytes:
    """An ELF with every mark of MARK_NAMES, and with `strings` at TEXT_BASE."""
    marks = mark_section([(TEXT_BASE + 0x100 + 4 * i, f"{name}|a0|a1") for i, name in enumerate(MARK_NAMES)])
    return elf_with([(".rodata", 1, 2, TEXT_BASE, strings), (".belfry.marks", 1, 0, 0, marks)])


@dataclass
class EventWriter:
    """Collects events and writes them as the engine does."""

    records: list[tuple[int, int, int, int, int, int, int]] = field(default_factory=list)

    def add(self, cycle: int, name: str, unit: int = 0, detail: int = 0, a: int = 0, b: int = 0) -> None:
        """One event, by the name of its kind."""
        table = load_kinds()
        kind = table.by_name[name]
        self.records.append((cycle, kind.number, table.sources[kind.source], unit, detail, a, b))

    def mark(self, cycle: int, name: str, hart: int = 0, a: int = 0, b: int = 0) -> None:
        """A mark event of one of MARK_NAMES."""
        self.add(cycle, "mark", hart, MARK_NAMES.index(name), a, b)

    def content(self) -> bytes:
        """The whole file."""
        table = load_kinds()
        header = HEADER.pack(MAGIC, table.version, RECORD.size, table.table_hash, bytes(40))
        return header + b"".join(RECORD.pack(*record) for record in self.records)

    def wake_up(self, start: int, gaps: list[int], number: int | None = None, sender: int = 0, thread: int = 7) -> int:
        """A whole wake-up of agent 1 through agent 0's window; `gaps` are its ten stages. Returns its last cycle."""
        cycles = [start]
        for gap in gaps:
            cycles.append(cycles[-1] + gap)
        hart, wire, address = 1, 1, WINDOW + DOORBELL_SET
        if number is not None:
            self.mark(start, "wakeup.begin", sender, number)
        self.add(cycles[0], "bus_write_issue", sender, 4, address, 1)
        self.add(cycles[1], "bus_write_accepted", sender, 4, address, 1)
        self.add(cycles[2], "probe", 1, 0, 1, 0)
        self.add(cycles[3], "irq_wire", wire, 1)
        self.add(cycles[4], "irq_delivered", wire, 1, cycles[3], cycles[4] - cycles[3])
        self.mark(cycles[5], "trap.entry", hart)
        self.mark(cycles[6], "irq.claimed", hart, WIRE_SOURCE + wire)
        self.mark(cycles[7], "irq.handler", hart, wire)
        self.add(cycles[7], "probe", 1, 0, 0, 1)
        self.add(cycles[7], "irq_wire", wire, 0)
        self.mark(cycles[8], "thread.wake", hart, thread)
        self.mark(cycles[9], "thread.switch", hart, thread)
        self.mark(cycles[10], "thread.resumed", hart, thread)
        return cycles[-1]


def write_run(
    folder: Path,
    writer: EventWriter,
    verdict: str = "pass",
    elf: bytes | None = None,
    options: RunOptions | None = None,
    **summary: Any,
) -> Path:
    """A run folder as the launcher and the engine leave it."""
    chosen = options or RunOptions("wakeup", harts=2)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "program.elf").write_bytes(elf if elf is not None else default_program())
    (folder / "events.bin").write_bytes(writer.content())
    (folder / "console.txt").write_text(summary.pop("console", "PASS wakeup\n"))
    (folder / "command.txt").write_text(chosen.command() + "\n")
    status = {"pass": 0, "fail": 1, "dead-lock": 2, "cycle-limit": 2, "time-limit": 2, "error": 3}[verdict]
    record = {
        "program": chosen.program,
        "program_hash": "",
        "design": DESIGN,
        "registers": REGISTERS,
        "options": chosen.to_json(),
        "process": {"status": summary.pop("status", status), "killed": False},
    }
    (folder / "run.json").write_text(json.dumps(record))
    last = max((item[0] for item in writer.records), default=0)
    hart = {"retired": last // 2, "stall": 10, "idle": last // 2, "time": last, "pc": TEXT_BASE}
    content = {
        "verdict": verdict,
        "exit_code": 0 if verdict == "pass" else 1,
        "reason": "",
        "harts": [hart] * chosen.harts,
        "cycles": last,
        "events": len(writer.records),
        "failed_checks": 0,
    }
    (folder / "summary.json").write_text(json.dumps(content | summary))
    return folder
