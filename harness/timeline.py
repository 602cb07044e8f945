# SPDX-License-Identifier: MIT
"""One timeline of software and hardware, as Chrome trace JSON (opens in ui.perfetto.dev and chrome://tracing).

One SoC cycle is shown as one nanosecond. Each hart is a process with tracks for its threads, its phases, what it waits
for, and its marks; the design is a process with tracks for interrupt wires, DMA bursts, probes, the lanes of its trace
port, and failed checks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness.breakdown import WakeUp
from harness.describe import Describer
from harness.errors import HarnessError
from harness.events import Event
from harness.run import Run

DESIGN_PROCESS = 100
THREADS, PHASES, WAITING, MARKS = 1, 2, 3, 4
DMA_READS, DMA_WRITES, CHECKS, WIRES, LANES = 1, 2, 3, 10, 100
Item = dict[str, Any]


class _Timeline:
    """Collects the items while it goes through the events in order of time."""

    def __init__(self, run: Run) -> None:
        """Takes names from the run."""
        self._run = run
        self._describer = Describer(run)
        self.items: list[Item] = []
        self._open: dict[tuple[int, int, object], tuple[str, int, Item]] = {}
        table = run.events.table
        self._handlers = {
            table.number(name): getattr(self, "_" + name)
            for name in (
                "mark", "phase_begin", "phase_end", "point", "hart_idle", "hart_wake", "bus_read_issue",
                "bus_read_done", "bus_write_issue", "bus_write_done", "dma_read_burst", "dma_read_done",
                "dma_write_burst", "dma_write_done", "irq_wire", "probe", "design_trace",
                "payload_stage", "payload_touch",
            )
        }  # fmt: skip
        self._checks = {kind.number for kind in table.by_number.values() if kind.source == "check"}

    def collect(self) -> None:
        """All items of the run."""
        self._name_tracks()
        last = 0
        for event in self._run.events.by_time:
            last = event.cycle
            if event.kind in self._checks:
                self._instant(event.cycle, DESIGN_PROCESS, CHECKS, self._describer.text(event), scope="g")
            handler = self._handlers.get(event.kind)
            if handler is not None:
                handler(event)
        for process, track, key in list(self._open):
            self._end(last, process, track, key)

    def _name_tracks(self) -> None:
        """Names of processes and tracks."""
        for hart in range(self._run.options.harts):
            self._process(hart + 1, f"hart {hart}")
            for track, name in ((THREADS, "threads"), (PHASES, "phases"), (WAITING, "bus and idle"), (MARKS, "marks")):
                self._track(hart + 1, track, name)
        self._process(DESIGN_PROCESS, f"design {self._run.design.name}")
        for track, name in ((DMA_READS, "DMA reads"), (DMA_WRITES, "DMA writes"), (CHECKS, "failed checks")):
            self._track(DESIGN_PROCESS, track, name)
        for wire, name in enumerate(self._run.design.interrupts):
            self._track(DESIGN_PROCESS, WIRES + wire, f"interrupt {name}")
        for lane, name in enumerate(self._run.design.trace.lanes):
            self._track(DESIGN_PROCESS, LANES + lane, name)

    def _process(self, process: int, name: str) -> None:
        """Names a process and fixes its place."""
        self.items.append({"ph": "M", "pid": process, "tid": 0, "name": "process_name", "args": {"name": name}})
        order = {"sort_index": process}
        self.items.append({"ph": "M", "pid": process, "tid": 0, "name": "process_sort_index", "args": order})

    def _track(self, process: int, track: int, name: str) -> None:
        """Names a track."""
        self.items.append({"ph": "M", "pid": process, "tid": track, "name": "thread_name", "args": {"name": name}})

    def _begin(self, cycle: int, process: int, track: int, key: object, name: str, **arguments: object) -> None:
        """Opens a slice; one of the same key that is open ends here."""
        self._end(cycle, process, track, key)
        self._open[(process, track, key)] = (name, cycle, dict(arguments))

    def _end(self, cycle: int, process: int, track: int, key: object, **arguments: object) -> None:
        """Closes a slice, if it is open."""
        found = self._open.pop((process, track, key), None)
        if found is None:
            return
        name, start, known = found
        self.items.append(
            {
                "ph": "X",
                "pid": process,
                "tid": track,
                "ts": start / 1000,
                "dur": (cycle - start) / 1000,
                "name": name,
                "args": {"cycle": start, "cycles": cycle - start, **known, **arguments},
            }
        )

    def _instant(self, cycle: int, process: int, track: int, name: str, scope: str = "t", **arguments: object) -> None:
        """A point in time."""
        self.items.append(
            {
                "ph": "i",
                "s": scope,
                "pid": process,
                "tid": track,
                "ts": cycle / 1000,
                "name": name,
                "args": {"cycle": cycle, **arguments},
            }
        )

    def _mark(self, event: Event) -> None:
        """A mark, and the thread that begins to run with it."""
        mark = self._run.mark(event)
        self._instant(event.cycle, event.unit + 1, MARKS, mark.name, a=mark.a, b=mark.b)
        if mark.name == "thread.switch":
            self._begin(event.cycle, event.unit + 1, THREADS, "thread", f"thread {mark.a}")

    def _phase_begin(self, event: Event) -> None:
        self._begin(event.cycle, event.unit + 1, PHASES, event.a, self._run.program.string_at(event.a))

    def _phase_end(self, event: Event) -> None:
        self._end(event.cycle, event.unit + 1, PHASES, event.a)

    def _point(self, event: Event) -> None:
        self._instant(event.cycle, event.unit + 1, MARKS, self._run.program.string_at(event.a), value=event.b)

    def _hart_idle(self, event: Event) -> None:
        self._begin(event.cycle, event.unit + 1, WAITING, "idle", "WFI", retired=event.a)

    def _hart_wake(self, event: Event) -> None:
        self._end(event.cycle, event.unit + 1, WAITING, "idle")

    def _bus_read_issue(self, event: Event) -> None:
        name = f"read {self._describer.register(event.a)}"
        self._begin(event.cycle, event.unit + 1, WAITING, "bus", name, code=self._describer.code(event.b))

    def _bus_read_done(self, event: Event) -> None:
        self._end(event.cycle, event.unit + 1, WAITING, "bus", value=hex(event.b))

    def _bus_write_issue(self, event: Event) -> None:
        name = f"write {self._describer.register(event.a)}"
        self._begin(event.cycle, event.unit + 1, WAITING, "bus", name, value=hex(event.b))

    def _bus_write_done(self, event: Event) -> None:
        self._end(event.cycle, event.unit + 1, WAITING, "bus", code=self._describer.code(event.b))

    def _dma(self, event: Event, track: int, phase: str, name: str) -> None:
        """A burst. Bursts overlap, so they are drawn as asynchronous slices, one row for each at a time."""
        identity = f"{track}-{event.unit}-{event.a:x}"
        item: Item = {"ph": phase, "cat": "dma", "id": identity, "pid": DESIGN_PROCESS, "tid": track, "name": name}
        arguments = {"cycle": event.cycle, "address": hex(event.a), "bytes": event.b}
        self.items.append({**item, "ts": event.cycle / 1000, "args": arguments})

    def _dma_read_burst(self, event: Event) -> None:
        self._dma(event, DMA_READS, "b", "DMA read")

    def _dma_read_done(self, event: Event) -> None:
        self._dma(event, DMA_READS, "e", "DMA read")

    def _dma_write_burst(self, event: Event) -> None:
        self._dma(event, DMA_WRITES, "b", "DMA write")

    def _dma_write_done(self, event: Event) -> None:
        self._dma(event, DMA_WRITES, "e", "DMA write")

    def _irq_wire(self, event: Event) -> None:
        if event.detail:
            self._begin(event.cycle, DESIGN_PROCESS, WIRES + event.unit, "level", "high")
        else:
            self._end(event.cycle, DESIGN_PROCESS, WIRES + event.unit, "level")

    def _probe(self, event: Event) -> None:
        name = self._run.design.probe_name(event.unit)
        item: Item = {"ph": "C", "pid": DESIGN_PROCESS, "tid": 0, "name": name, "ts": event.cycle / 1000}
        self.items.append({**item, "args": {"value": event.a}})

    def _design_trace(self, event: Event) -> None:
        self._instant(event.cycle, DESIGN_PROCESS, LANES + event.b, self._describer.text(event))

    def _payload_stage(self, event: Event) -> None:
        self._instant(event.cycle, event.unit + 1, MARKS, "payload " + self._describer.text(event))

    def _payload_touch(self, event: Event) -> None:
        self._instant(event.cycle, event.unit + 1, MARKS, "payload touched: " + self._describer.text(event))

    def wake_up(self, wake_up: WakeUp) -> None:
        """An arrow from the doorbell store to the first instruction of the woken thread."""
        flow: Item = {"cat": "wake-up", "id": wake_up.number, "name": f"wake-up {wake_up.number}"}
        start, end = wake_up.cycles[0] / 1000, wake_up.cycles[-1] / 1000
        self.items.append({**flow, "ph": "s", "pid": wake_up.sender + 1, "tid": THREADS, "ts": start})
        self.items.append({**flow, "ph": "f", "bp": "e", "pid": wake_up.hart + 1, "tid": THREADS, "ts": end})


def build(run: Run) -> dict[str, Any]:
    """The timeline as plain data."""
    timeline = _Timeline(run)
    timeline.collect()
    try:
        wake_ups = run.breakdown.wake_ups
    except HarnessError:
        wake_ups = []  # a broken chain is the breakdown's error; the timeline is what it is looked into with
    for wake_up in wake_ups:
        timeline.wake_up(wake_up)
    return {
        "displayTimeUnit": "ns",
        "otherData": {"program": run.program_name, "hash": run.hash, "scale": "1 ns is 1 SoC cycle"},
        "traceEvents": timeline.items,
    }


def write(run: Run, path: Path | None = None) -> Path:
    """Writes timeline.json into the run folder (or to `path`) and returns where it is."""
    target = path or run.folder / "timeline.json"
    target.write_text(json.dumps(build(run), separators=(",", ":")) + "\n")
    return target
