# SPDX-License-Identifier: MIT
"""One event as a line of text, with names instead of numbers wherever a name exists."""

from __future__ import annotations

from collections.abc import Callable

from harness.events import Event
from harness.run import Run

RESPONSES = ("OKAY", "EXOKAY", "SLVERR", "DECERR")
STAGES = {0: "end", 1: "produce", 2: "transit", 3: "consume"}
REFUSALS = {
    1: "atomic access",
    2: "instruction fetch",
    3: "load that could not be decoded",
    4: "misaligned access",
    5: "misuse of the harness page",
    6: "vector or floating-point access",
}


def response(detail: int) -> str:
    """An AXI response by name; 256 means that the program had announced it."""
    name = RESPONSES[detail & 3]
    return name + (" (expected)" if detail & 256 else "")


class Describer:
    """Turns the events of one run into text. Texts hold nothing that depends on the host."""

    def __init__(self, run: Run) -> None:
        """Takes names from the run's program and design."""
        self._table = run.events.table
        self._design = run.design
        self._program = run.program
        self._codes: dict[int, str] = {}
        self._writers: dict[str, Callable[[Event], str]] = {
            "run_start": lambda e: f"{e.unit} harts, quantum {e.detail}, seed {e.a}" + (", precise" if e.b & 1 else ""),
            "run_exit": lambda e: f"exit code {e.a} at {self.code(e.b)}",
            "run_dead_lock": lambda e: f"nothing can wake any hart; idle for {e.a} cycles, wires {e.b:#x}",
            "run_cycle_limit": lambda e: f"limit of {e.a} cycles at {self.code(e.b)}",
            "run_time_limit": lambda e: f"limit of {e.a} ms at {self.code(e.b)}",
            "phase_begin": lambda e: self._program.string_at(e.a),
            "phase_end": lambda e: self._program.string_at(e.a),
            "point": lambda e: f"{self._program.string_at(e.a)} = {e.b}",
            "mark": self._mark,
            "hart_idle": lambda e: f"WFI at {self.code(e.b)}, {e.a} retired",
            "hart_wake": lambda e: f"after {e.a} idle cycles",
            "bus_read_issue": lambda e: f"{self.register(e.a)} ({e.detail} bytes) from {self.code(e.b)}",
            "bus_read_done": lambda e: f"{self.register(e.a)} = {e.b:#x} {response(e.detail)}",
            "bus_write_issue": lambda e: f"{self.register(e.a)} = {e.b:#x} ({e.detail} bytes)",
            "bus_write_accepted": lambda e: f"{self.register(e.a)} = {e.b:#x} ({e.detail} bytes)",
            "bus_write_done": lambda e: f"{self.register(e.a)} {response(e.detail)} from {self.code(e.b)}",
            "dma_read_burst": lambda e: f"0x{e.a:x} {e.b} bytes in {e.detail} beats",
            "dma_read_done": lambda e: f"0x{e.a:x} {e.b} bytes {response(e.detail)}",
            "dma_write_burst": lambda e: f"0x{e.a:x} {e.b} bytes in {e.detail} beats",
            "dma_write_done": lambda e: f"0x{e.a:x} {e.b} bytes {response(e.detail)}",
            "irq_wire": lambda e: f"level {e.detail}",
            "irq_delivered": lambda e: f"level {e.detail}, edge at {e.a}, skew {e.b}",
            "irq_taken": lambda e: f"edge at {e.a}, skew {e.detail} instructions, at {self.code(e.b)}",
            "probe": lambda e: f"{e.b:#x} -> {e.a:#x}",
            "design_trace": lambda e: self._design.trace.text(e.unit, e.detail, e.a),
            "payload_stage": lambda e: f"{STAGES.get(e.detail, e.detail)} 0x{e.a:x} {e.b} bytes",
            "payload_cpu": lambda e: f"{STAGES.get(e.unit, e.unit)} 0x{e.detail:x} loaded {e.a} stored {e.b}",
            "payload_dma": lambda e: f"{STAGES.get(e.unit, e.unit)} 0x{e.detail:x} read {e.a} written {e.b}",
            "payload_touch": self._touch,
            "check_axi_rule": lambda e: f"rule {e.detail}: {e.a:#x} {e.b:#x}",
            "check_assertion": lambda e: f"{self._design.source_name(e.a)}:{e.detail}",
            "check_refused": lambda e: f"{REFUSALS.get(e.detail, e.detail)} to {e.a:#x} at {self.code(e.b)}",
            "check_bus_error": lambda e: f"{response(e.detail)} for {self.register(e.a)} at {self.code(e.b)}",
            "check_interrupt_late": lambda e: f"{e.detail} instructions after the edge at {e.a}, at {self.code(e.b)}",
            "check_memory_error": lambda e: f"{response(e.detail)} for 0x{e.a:x}, {e.b} bytes",
            "check_bus_hang": lambda e: f"{self.register(e.a)}: no answer for {e.b} cycles",
        }

    def code(self, address: int) -> str:
        """A program counter with its function."""
        if address not in self._codes:
            place = self._program.location(address)
            self._codes[address] = f"{place.function}+0x{place.offset:x}" if place.function else f"0x{address:x}"
        return self._codes[address]

    def register(self, address: int) -> str:
        """A register's path."""
        return self._design.name_of(address)

    def _mark(self, event: Event) -> str:
        """A mark by name with its values."""
        return f"{self._program.mark_name(event.detail)} {event.a:#x} {event.b:#x}"

    def _touch(self, event: Event) -> str:
        """An access to a payload in transit."""
        verb = "store" if event.detail & 256 else "load"
        return f"{verb} of {event.detail & 255} bytes at 0x{event.a:x} from {self.code(event.b)}"

    def unit(self, event: Event) -> str:
        """Where the event happened, in a word."""
        meaning = self._table.by_number[event.kind].unit
        if meaning.startswith("hart"):
            return f"hart{event.unit}"
        if meaning == "interrupt wire":
            return self._design.wire_name(event.unit)
        if meaning.startswith("index of the probe"):
            return self._design.probe_name(event.unit)
        if meaning.startswith("kind"):
            return self._design.trace.lane_name(event.b)
        if meaning == "AXI id":
            return f"id{event.unit}"
        if meaning.startswith("port"):
            return ("registers", "memory")[event.unit & 1]
        return ""

    def text(self, event: Event) -> str:
        """What happened, without when and where. A kind that has no sentence yet is shown by its fields."""
        kind = self._table.by_number[event.kind]
        writer = self._writers.get(kind.name)
        return writer(event) if writer else f"detail {event.detail:#x} arguments {event.a:#x} {event.b:#x}"

    def line(self, event: Event) -> str:
        """The whole line of a text trace."""
        name = self._table.by_number[event.kind].name
        return f"{event.cycle:>12} {self.unit(event):<12} {name:<20} {self.text(event)}".rstrip()
