# SPDX-License-Identifier: MIT
"""Where the cycles between a doorbell store and the first instruction of the woken thread went.

A wake-up is a chain of eleven events. Each is looked for behind the one before it, in order of time and, within one
cycle, of the event file. The duration of a stage is the difference of two neighbours' cycles, so the stages of a
wake-up sum to its length exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise

from harness.design import INTERRUPT_SOURCE_BASE
from harness.errors import BreakdownError
from harness.events import Event
from harness.run import Run
from harness.statistics import Spread, spread

DOORBELL_REGISTER = "DOORBELL_SET"
DOORBELL_PROBE = "doorbell"
BEGIN_MARK = "wakeup.begin"

# The moments of a wake-up in order; a stage ends at each but the first.
MOMENTS = (
    "doorbell store retired",
    "bus write accepted",
    "doorbell bit set",
    "interrupt wire high",
    "controller pending",
    "trap entry",
    "interrupt claimed",
    "handler entered",
    "thread made ready",
    "scheduler decided",
    "first instruction of the thread",
)
STAGES = MOMENTS[1:]
HARDWARE_STAGES = 4


@dataclass(frozen=True)
class WakeUp:
    """One wake-up. `cycles` has the cycle of each of MOMENTS; `number` counts from 0 or is the program's own number."""

    number: int
    sender: int
    wire: int
    hart: int
    thread: int
    cycles: tuple[int, ...]

    @property
    def durations(self) -> tuple[int, ...]:
        """Cycles of each of STAGES."""
        return tuple(after - before for before, after in pairwise(self.cycles))

    @property
    def total(self) -> int:
        """Cycles from the doorbell store to the first instruction of the thread."""
        return self.cycles[-1] - self.cycles[0]


@dataclass
class Breakdown:
    """All wake-ups of a run, and how many doorbells ended in something else, by the moment that never came."""

    wake_ups: list[WakeUp]
    ended_before: Counter[str] = field(default_factory=Counter)

    def durations(self, stage: str) -> list[int]:
        """Cycles of one stage in each wake-up."""
        index = STAGES.index(stage)
        return [wake_up.durations[index] for wake_up in self.wake_ups]

    def between(self, first: str, last: str) -> list[int]:
        """Cycles from one of MOMENTS to a later one, in each wake-up."""
        start, end = MOMENTS.index(first), MOMENTS.index(last)
        return [wake_up.cycles[end] - wake_up.cycles[start] for wake_up in self.wake_ups]

    @property
    def totals(self) -> list[int]:
        """Cycles of each whole wake-up."""
        return [wake_up.total for wake_up in self.wake_ups]

    def table(self) -> list[tuple[str, Spread]]:
        """Each stage with its spread, then "end to end"; empty if there was no wake-up."""
        if not self.wake_ups:
            return []
        rows = [(stage, spread(self.durations(stage))) for stage in STAGES]
        return [*rows, ("end to end", spread(self.totals))]


@dataclass
class _Chain:
    """What is already known of the wake-up that is being put together."""

    events: list[Event] = field(default_factory=list)
    probe: int = 0
    bits: int = 0
    hart: int = 0
    wire: int = 0
    thread: int = 0


class _Matcher:
    """Tells for each moment whether an event is it, given the chain so far."""

    def __init__(self, run: Run) -> None:
        """Takes numbers and names from the run."""
        number = run.events.table.number
        self._issue, self._accepted = number("bus_write_issue"), number("bus_write_accepted")
        self._probe, self._wire, self._delivered = number("probe"), number("irq_wire"), number("irq_delivered")
        self._mark = number("mark")
        self._design = run.design
        self.doorbells = run.design.addresses_of(DOORBELL_REGISTER)
        self._probes = run.design.probe_indices(DOORBELL_PROBE)
        index = run.program.mark_index
        self.begin = index(BEGIN_MARK)
        self._marks = [index(f"{name}") for name in (
            "trap.entry", "irq.claimed", "irq.handler", "thread.wake", "thread.switch", "thread.resumed",
        )]  # fmt: skip
        self.moments: list[Callable[[_Chain, Event], bool]] = [
            self._is_store,
            lambda chain, event: (
                event.kind == self._accepted
                and event.unit == chain.events[0].unit
                and event.a == chain.events[0].a
                and event.b == chain.events[0].b
            ),
            self._is_bit,
            self._is_wire,
            lambda chain, event: event.kind == self._delivered and event.unit == chain.wire and event.detail == 1,
            self._is_trap,
            lambda chain, event: self._is_mark(event, 1, chain.hart) and event.a == INTERRUPT_SOURCE_BASE + chain.wire,
            lambda chain, event: self._is_mark(event, 2, chain.hart) and event.a == chain.wire,
            self._is_wake,
            lambda chain, event: self._is_mark(event, 4, chain.hart) and event.a == chain.thread,
            lambda chain, event: self._is_mark(event, 5, chain.hart) and event.a == chain.thread,
        ]

    def is_doorbell(self, event: Event) -> bool:
        """True for the store that begins a chain."""
        if event.kind != self._issue:
            return False
        register = self._design.register(event.a)
        return register is not None and register.offset in self.doorbells

    def is_begin(self, event: Event) -> bool:
        """True for the program's own announcement of a wake-up."""
        return self.begin is not None and event.kind == self._mark and event.detail == self.begin

    def _is_store(self, chain: _Chain, event: Event) -> bool:
        """The doorbell store; the hart is the sender's until a claim shows which one is woken."""
        if self.is_doorbell(event):
            chain.hart = event.unit
            return True
        return False

    def _is_mark(self, event: Event, position: int, hart: int) -> bool:
        """One of the six marks of a wake-up, on this hart."""
        return event.kind == self._mark and event.unit == hart and event.detail == self._marks[position]

    def _is_bit(self, chain: _Chain, event: Event) -> bool:
        """A doorbell flag that was clear is set."""
        if event.kind == self._probe and event.unit in self._probes and event.a & ~event.b:
            chain.probe, chain.bits = event.unit, event.a & ~event.b
            return True
        return False

    def is_over(self, chain: _Chain, event: Event) -> bool:
        """True for an event that can only come before the next moment if that moment does not come at all.

        A store whose flag was set already changes nothing before the hart's next store. A flag that is cleared, or a
        handler that returns to a thread, to another interrupt, or to a new trap, has woken nobody.
        """
        match MOMENTS[len(chain.events)]:
            case "doorbell bit set":
                return event.kind == self._issue and event.unit == chain.hart
            case "interrupt wire high":
                is_cleared = event.kind == self._probe and event.unit == chain.probe
                return is_cleared and not chain.bits & event.a
            case "thread made ready":
                return any(self._is_mark(event, position, chain.hart) for position in (0, 1, 4, 5))
        return False

    def _is_wire(self, chain: _Chain, event: Event) -> bool:
        """A wire that rises; it is the chain's wire from now on."""
        if event.kind == self._wire and event.detail == 1:
            chain.wire = event.unit
            return True
        return False

    def _is_trap(self, _: _Chain, event: Event) -> bool:
        """A trap entry of any hart; which hart is meant is settled by the claim behind it."""
        return event.kind == self._mark and event.detail == self._marks[0]

    def is_claim(self, chain: _Chain, event: Event) -> bool:
        """The claim of the chain's wire, on whatever hart."""
        source = INTERRUPT_SOURCE_BASE + chain.wire
        return event.kind == self._mark and event.detail == self._marks[1] and event.a == source

    def _is_wake(self, chain: _Chain, event: Event) -> bool:
        """A thread made ready by the handler; it is the chain's thread from now on."""
        if self._is_mark(event, 3, chain.hart):
            chain.thread = event.a
            return True
        return False


class _Analysis:
    """The search through one run."""

    def __init__(self, run: Run) -> None:
        """Takes the events by cycle: the file has them in the order in which the engine learned of them."""
        self.events = run.events.by_time
        self.matcher = _Matcher(run)

    def windows(self) -> Iterator[tuple[int, int, int, bool]]:
        """(number, first position, position behind the last, announced) of each stretch to look for a wake-up in.

        A program that announces its wake-ups has one in each announcement; in any other, each doorbell store may
        begin one, which must be over before the same doorbell register is written again.
        """
        begins = [index for index, event in enumerate(self.events) if self.matcher.is_begin(event)]
        for index, end in pairwise([*begins, len(self.events)]):
            yield self.events[index].a, index, end, True
        if begins:
            return
        stores = [index for index, event in enumerate(self.events) if self.matcher.is_doorbell(event)]
        following: dict[int, int] = {}
        ends: list[int] = []
        for index in reversed(stores):
            ends.append(following.get(self.events[index].a, len(self.events)))
            following[self.events[index].a] = index
        for number, (index, end) in enumerate(zip(stores, reversed(ends), strict=True)):
            yield number, index, end, False

    def follow(self, start: int, end: int) -> _Chain:
        """The chain from `start` on; it is shorter than MOMENTS if a moment does not come before `end`."""
        chain = _Chain()
        position = start
        for moment, matches in enumerate(self.matcher.moments):
            if moment == MOMENTS.index("trap entry"):
                found = self._trap_entry(chain, position, end)
            else:
                found = self._find(chain, matches, position, end)
            if found is None:
                break
            chain.events.append(self.events[found])
            position = found + 1
        return chain

    def _find(self, chain: _Chain, matches: Callable[[_Chain, Event], bool], start: int, end: int) -> int | None:
        """First position from `start` on whose event matches; None if none does before the chain is over."""
        for index in range(start, end):
            if matches(chain, self.events[index]):
                return index
            if self.matcher.is_over(chain, self.events[index]):
                return None
        return None

    def _trap_entry(self, chain: _Chain, start: int, end: int) -> int | None:
        """The last trap entry before the claim of the chain's wire, on the hart that claims; any, if nobody claims."""
        claim = self._find(chain, self.matcher.is_claim, start, end)
        if claim is None:
            return self._find(chain, self.matcher.moments[5], start, end)
        chain.hart = self.events[claim].unit
        for index in range(claim - 1, start - 1, -1):
            if self.events[index].unit == chain.hart and self.matcher.moments[5](chain, self.events[index]):
                return index
        return None

    def explain(self, number: int, chain: _Chain, start: int, end: int) -> BreakdownError:
        """Says which moment is missing, and whether it did come but too early."""
        missing = MOMENTS[len(chain.events)]
        matches = self.matcher.moments[len(chain.events)]
        reached = chain.events[-1].cycle if chain.events else self.events[start].cycle
        before = MOMENTS[len(chain.events) - 1] if chain.events else "wakeup.begin"
        early = None
        if chain.events:
            window = range(start, end)
            early = next((index for index in window if matches(_copy(chain), self.events[index])), None)
        if early is not None and self.events[early].cycle <= reached:
            problem = f"wake-up {number}: '{missing}' (cycle {self.events[early].cycle}) is out of order"
        else:
            problem = f"wake-up {number}: '{missing}' is missing"
        return BreakdownError(
            f"{problem}: it must follow '{before}' (cycle {reached})",
            "a wake-up passes through every stage once, in order",
            f"python -m harness trace RUN --from {self.events[start].cycle} --to {self.events[end - 1].cycle}",
        )


def _copy(chain: _Chain) -> _Chain:
    """The chain, so that a look elsewhere does not change it."""
    return replace(chain, events=list(chain.events))


def analyse(run: Run) -> Breakdown:
    """Takes every wake-up of a run apart.

    BreakdownError: a wake-up that the program announced lacks a stage. In a program without announcements a doorbell
    that wakes nobody is normal; such chains are counted in `ended_before`.
    """
    analysis = _Analysis(run)
    result = Breakdown([])
    for number, start, end, announced in analysis.windows():
        chain = analysis.follow(start, end)
        if len(chain.events) == len(MOMENTS):
            cycles = tuple(event.cycle for event in chain.events)
            sender = chain.events[0].unit
            result.wake_ups.append(WakeUp(number, sender, chain.wire, chain.hart, chain.thread, cycles))
        elif announced:
            raise analysis.explain(number, chain, start, end)
        else:
            result.ended_before[MOMENTS[len(chain.events)]] += 1
    return result
