# SPDX-License-Identifier: MIT
"""The zero-copy ledger: for each payload, who stored, loaded and moved how many bytes, and when.

A payload passes through stages that the program marks: produce (its producer may write it), transit (it is sent: no
hart may touch it), consume (its receiver may read it), end. If the receiver has buffers of its own, the hardware moves
the payload in transit, and the receiver's buffer has a line of its own in the ledger.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from harness.errors import LedgerError
from harness.events import Event
from harness.program import Location
from harness.run import Run

END, PRODUCE, TRANSIT, CONSUME = 0, 1, 2, 3
STAGE_NAMES = {PRODUCE: "produce", TRANSIT: "transit", CONSUME: "consume"}
STORE = 256


@dataclass
class Traffic:
    """Bytes in one stage of a payload: by harts and by the hardware."""

    cpu_loaded: int = 0
    cpu_stored: int = 0
    dma_read: int = 0
    dma_written: int = 0


@dataclass(frozen=True)
class Touch:
    """One access by a hart to a payload in transit."""

    cycle: int
    hart: int
    address: int
    size: int
    is_store: bool
    location: Location


@dataclass
class Payload:
    """One payload in one buffer, from its first stage to its end."""

    number: int
    address: int
    length: int = 0
    begin: int = 0
    end: int | None = None
    stages: dict[int, Traffic] = field(default_factory=dict)
    counted: set[tuple[str, int]] = field(default_factory=set)
    touches: list[Touch] = field(default_factory=list)
    stage: int = END

    def traffic(self, stage: int) -> Traffic:
        """Bytes of a stage; all zero if the payload was never in it."""
        return self.stages.get(stage, Traffic())

    @property
    def produced(self) -> int:
        """Bytes that the producer stored."""
        return self.traffic(PRODUCE).cpu_stored

    @property
    def consumed(self) -> int:
        """Bytes that the consumer loaded."""
        return self.traffic(CONSUME).cpu_loaded

    @property
    def transit_cpu(self) -> int:
        """Bytes that harts loaded or stored in transit: 0, or it was not a zero-copy transfer."""
        return self.traffic(TRANSIT).cpu_loaded + self.traffic(TRANSIT).cpu_stored

    @property
    def dma_read(self) -> int:
        """Bytes that the hardware read."""
        return sum(traffic.dma_read for traffic in self.stages.values())

    @property
    def dma_written(self) -> int:
        """Bytes that the hardware wrote."""
        return sum(traffic.dma_written for traffic in self.stages.values())


@dataclass(frozen=True)
class Offence:
    """All accesses to one payload in transit from one line of the program.

    The engine records the first accesses to a payload one by one and counts all of them; `further` are bytes that were
    only counted. They stand with the last place that is known for the payload.
    """

    payload: Payload
    function: str
    place: str
    accesses: int
    loaded: int
    stored: int
    first_cycle: int
    further: int = 0

    def __str__(self) -> str:
        """The offence as a sentence."""
        text = (
            f"payload {self.payload.number} (0x{self.payload.address:x}, {self.payload.length} bytes) in transit: "
            f"{self.function or 'unknown function'} ({self.place}) loaded {self.loaded} and stored {self.stored} bytes "
            f"in {self.accesses} accesses, first at cycle {self.first_cycle}"
        )
        return text + (f"; {self.further} further bytes were touched later" if self.further else "")


@dataclass
class Ledger:
    """All payloads of a run."""

    payloads: list[Payload]

    @property
    def sent(self) -> list[Payload]:
        """Payloads that were in transit."""
        return [payload for payload in self.payloads if TRANSIT in payload.stages]

    def offences(self) -> list[Offence]:
        """Every access to a payload in transit, gathered by payload and line of the program."""
        result: list[Offence] = []
        for payload in self.payloads:
            groups: dict[tuple[str, str], list[Touch]] = {}
            for touch in payload.touches:
                place = touch.location
                line = f"{place.file}:{place.line}" if place.file else f"0x{place.address:x}"
                groups.setdefault((place.function, line), []).append(touch)
            further = payload.transit_cpu - sum(touch.size for touch in payload.touches)
            if further > 0 and not groups:
                groups["", "no access recorded"] = []
            for (function, line), touches in groups.items():
                loaded = sum(touch.size for touch in touches if not touch.is_store)
                stored = sum(touch.size for touch in touches if touch.is_store)
                first = min((touch.cycle for touch in touches), default=payload.begin)
                is_last = (function, line) == list(groups)[-1]
                rest = max(further, 0) if is_last else 0
                result.append(Offence(payload, function, line, len(touches), loaded, stored, first, rest))
        return result

    def check(self) -> None:
        """LedgerError if a hart touched a payload in transit, or if no payload was in transit at all."""
        if not self.sent:
            raise LedgerError(
                "no payload was in transit",
                "a zero-copy check needs at least one payload.transit mark",
                "make firmware",
            )
        offences = self.offences()
        if offences:
            raise LedgerError(
                "\n".join(str(offence) for offence in offences), "no hart touches a payload in transit", ""
            )

    def by_length(self) -> list[tuple[int, list[Payload]]]:
        """Payloads that were sent, by length."""
        lengths = Counter(payload.length for payload in self.sent)
        return [(length, [p for p in self.sent if p.length == length]) for length in sorted(lengths)]


class _Reader:
    """Puts payloads together from events, in file order."""

    def __init__(self, run: Run) -> None:
        """Takes program and table from the run."""
        self._run = run
        self.payloads: list[Payload] = []
        self._by_low_address: dict[int, list[Payload]] = {}

    def stage(self, event: Event) -> None:
        """A payload enters a stage. Produce, or a stage that the buffer was not on its way to, begins a new payload."""
        history = self._by_low_address.setdefault(event.a & 0xFFFFFFFF, [])
        payload = history[-1] if history else None
        is_open = payload is not None and payload.end is None and payload.address == event.a
        if event.detail == END:
            if payload is not None and is_open:
                payload.end = event.cycle
                payload.stage = END
            return
        if payload is None or not is_open or event.detail <= payload.stage:
            payload = Payload(len(self.payloads), event.a, begin=event.cycle)
            self.payloads.append(payload)
            history.append(payload)
        payload.stages.setdefault(event.detail, Traffic())
        payload.stage = event.detail
        payload.length = event.b

    def count(self, event: Event, source: str) -> None:
        """Bytes of a stage that ended. They belong to the newest payload there whose stage has no count yet."""
        for payload in reversed(self._by_low_address.get(event.detail, [])):
            if event.unit in payload.stages and (source, event.unit) not in payload.counted:
                payload.counted.add((source, event.unit))
                traffic = payload.stages[event.unit]
                if source == "cpu":
                    traffic.cpu_loaded, traffic.cpu_stored = event.a, event.b
                else:
                    traffic.dma_read, traffic.dma_written = event.a, event.b
                return
        raise LedgerError(
            f"cycle {event.cycle}: a byte count for buffer 0x{event.detail:x}, stage {STAGE_NAMES.get(event.unit)}",
            "a count follows the stage that it is for",
        )

    def touch(self, event: Event) -> None:
        """An access to a payload in transit."""
        for payload in reversed(self.payloads):
            if payload.address <= event.a < payload.address + payload.length and TRANSIT in payload.stages:
                location = self._run.program.location(event.b)
                size, is_store = event.detail & 0xFF, bool(event.detail & STORE)
                payload.touches.append(Touch(event.cycle, event.unit, event.a, size, is_store, location))
                return
        raise LedgerError(
            f"cycle {event.cycle}: a touch of 0x{event.a:x}, which no payload in transit holds",
            "a touch follows the transit that it breaks",
        )


def read_ledger(run: Run) -> Ledger:
    """The ledger of a run; LedgerError if its payload events contradict each other."""
    reader = _Reader(run)
    number = run.events.table.number
    stage, cpu, dma, touch = map(number, ("payload_stage", "payload_cpu", "payload_dma", "payload_touch"))
    for event in run.events:
        if event.kind == stage:
            reader.stage(event)
        elif event.kind == cpu:
            reader.count(event, "cpu")
        elif event.kind == dma:
            reader.count(event, "dma")
        elif event.kind == touch:
            reader.touch(event)
    return Ledger(reader.payloads)
