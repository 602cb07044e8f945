# SPDX-License-Identifier: MIT
"""The checks of a run that failed, each with the cycle, the place in the program, and the rule that broke."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from harness.describe import REFUSALS, Describer, response
from harness.events import Event
from harness.paths import AXI_RULES
from harness.run import Run

EXPECTED = 256


@dataclass(frozen=True)
class Failure:
    """One failed check. `place` is a program address with symbol and line, or "" where no program is at fault."""

    cycle: int
    what: str
    rule: str
    place: str


@cache
def axi_rule_texts() -> dict[int, str]:
    """What a design did wrong by the number of the rule, from the engine's header; empty if it is absent."""
    if not AXI_RULES.exists():
        return {}
    found = re.findall(r'\bX\((\d+),\s*\w+,\s*"([^"]*)"\)', AXI_RULES.read_text())
    return {int(number): text for number, text in found}


def find_failures(run: Run) -> list[Failure]:
    """All failed checks of a run, by cycle, and the verdict itself if no check explains it."""
    failures: list[Failure] = []
    if run.has_events:
        describer = Describer(run)
        names = [kind.name for kind in run.events.table.by_number.values() if kind.source in ("run", "check")]
        for event in sorted(run.events.select(*names), key=lambda event: event.cycle):
            failure = _failure(run, describer, event)
            if failure is not None:
                failures.append(failure)
    if not failures and not run.passed:
        failures.append(Failure(run.cycles, run.reason or f"verdict {run.verdict}", "the run ends with a pass", ""))
    return failures


def _failure(run: Run, describer: Describer, event: Event) -> Failure | None:
    """The failure that an event stands for; None if it is none, or was announced by the program."""
    name = run.events.table.by_number[event.kind].name
    text = describer.text(event)

    def place(address: int) -> str:
        return str(run.program.location(address))

    match name:
        case "run_exit" if event.a != 0:
            return Failure(event.cycle, f"exit code {event.a} from hart {event.unit}", "exit code 0", place(event.b))
        case "run_dead_lock":
            return Failure(event.cycle, text, "some hart runs, or some wire or timer can wake one", "")
        case "run_cycle_limit" | "run_time_limit":
            return Failure(event.cycle, text, "the run ends within its limits", place(event.b))
        case "check_axi_rule":
            rule = axi_rule_texts().get(event.detail, "see sim/bus/axi_rules.h")
            what = f"{describer.unit(event)} port: {rule} ({event.a:#x}, {event.b:#x})"
            return Failure(event.cycle, what, f"AXI rule {event.detail} (IHI 0022)", "")
        case "check_assertion":
            return Failure(event.cycle, f"assertion in the design, {text}", "no assertion of the design fails", "")
        case "check_refused" if not event.detail & EXPECTED:
            what = f"hart {event.unit}: {REFUSALS.get(event.detail, event.detail)} to {event.a:#x}"
            return Failure(event.cycle, what, "only plain, aligned integer accesses reach a device", place(event.b))
        case "check_bus_error" if not event.detail & EXPECTED:
            what = f"hart {event.unit}: {response(event.detail)} for {describer.register(event.a)}"
            return Failure(event.cycle, what, "a program announces the errors that it provokes", place(event.b))
        case "check_memory_error" if not event.detail & EXPECTED:
            return Failure(event.cycle, f"DMA: {text}", "DMA stays in RAM unless the program announced an error", "")
        case "check_interrupt_late":
            what = f"hart {event.unit}: interrupt {text}"
            return Failure(event.cycle, what, "in precise mode an interrupt is seen at its edge", place(event.b))
        case "check_bus_hang":
            return Failure(event.cycle, f"hart {event.unit}: {text}", "every access is answered", "")
    return None
