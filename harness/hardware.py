# SPDX-License-Identifier: MIT
"""Numbers of the mailbox itself, in clock cycles: block-level, no CPU, a memory of fixed latency behind it.

The numbers of other designs beside them were measured from those designs' sources with the same convention: the
distance from the cycle of a handshake to the first cycle in which its effect is seen.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

from rich.table import Table

from harness.console import make_console
from harness.design import load_design
from harness.errors import HarnessError
from harness.paths import BLOCK_MEASURE, relative

LIMIT_SECONDS = 60.0
PULP = "PULP axi_lite_mailbox"


@dataclass(frozen=True)
class Bound:
    """One number: its path in the measurement, its name, unit, bound (None: reported only), sense, other designs'."""

    path: tuple[str, ...]
    name: str
    unit: str
    bound: float | None
    at_most: bool = True
    others: str = ""

    def kept(self, value: float) -> bool:
        """True if the value is within the bound, or there is none."""
        if self.bound is None:
            return True
        return value <= self.bound if self.at_most else value >= self.bound


BOUNDS = (
    Bound(("doorbell_to_wire",), "doorbell write accepted to wire", "cycles", 2),
    Bound(("push_to_wire",), "FIFO push accepted to wire", "cycles", 2, others=f"2 ({PULP})"),
    Bound(("clear_to_wire_low",), "doorbell clear accepted to wire low", "cycles", 2, others=f"1 ({PULP})"),
    Bound(("read_data",), "register read, address to data", "cycles", 2, others=f"1 ({PULP})"),
    Bound(("latency_0", "tail_to_fetch"), "ring tail accepted to descriptor address", "cycles", None),
    Bound(("latency_0", "fetch_to_payload"), "last descriptor beat to first payload address", "cycles", 8),
    Bound(("latency_0", "small_message"), "64-byte message, tail accepted to wire", "cycles", None),
    Bound(("latency_0", "small_message_period"), "64-byte messages, one each", "cycles", None),
    Bound(("latency_0", "page_efficiency"), "copy of 4 KiB, share of the bus", "", 0.95, at_most=False),
    Bound(("latency_0", "large_efficiency"), "copy of 64 KiB, share of the bus", "", 0.95, at_most=False),
    Bound(("latency_16", "small_message"), "64-byte message, memory latency 16", "cycles", None),
    Bound(("latency_16", "small_message_period"), "64-byte messages, one each, latency 16", "cycles", None),
    Bound(("latency_16", "page_efficiency"), "copy of 4 KiB, latency 16", "", 0.90, at_most=False),
    Bound(("latency_16", "large_efficiency"), "copy of 64 KiB, latency 16", "", 0.90, at_most=False),
)


def measure(design: str) -> dict[str, object]:
    """What `block_measure` prints for a design; raises HarnessError with its message if it fails."""
    if not BLOCK_MEASURE.is_file():
        raise HarnessError(
            f"{relative(BLOCK_MEASURE)} is not built", "it measures the hardware's numbers", "make build"
        )
    result = subprocess.run(
        [str(BLOCK_MEASURE), str(load_design(design).shared_object)],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    if result.returncode != 0:
        raise HarnessError(f"{relative(BLOCK_MEASURE)} ended with status {result.returncode}: {result.stderr.strip()}")
    record: dict[str, object] = json.loads(result.stdout)
    return record


def value_of(record: dict[str, object], path: tuple[str, ...]) -> float:
    """The number at a path of the measurement; raises HarnessError if it is not there."""
    node: object = record
    for key in path:
        if not isinstance(node, dict) or key not in node:
            raise HarnessError(f"{relative(BLOCK_MEASURE)} prints no {'.'.join(path)}", "each number is measured")
        node = node[key]
    if not isinstance(node, int | float):
        raise HarnessError(f"{relative(BLOCK_MEASURE)} prints {node!r} for {'.'.join(path)}", "a number")
    return float(node)


def report(design: str) -> bool:
    """Measures, prints the table, and tells whether every bound is kept."""
    record = measure(design)
    table = Table(title=f"hardware of {design}, block-level", title_justify="left")
    for column in ("figure", "measured", "bound", "", "others", ""):
        table.add_column(column, justify="right" if column in ("measured", "bound") else "left")
    good = True
    for bound in BOUNDS:
        value = value_of(record, bound.path)
        kept = bound.kept(value)
        good = good and kept
        sense = "at most" if bound.at_most else "at least"
        limit = "none" if bound.bound is None else f"{sense} {bound.bound:g}"
        verdict = "" if bound.bound is None else ("[green]kept[/]" if kept else "[red]missed[/]")
        table.add_row(bound.name, f"{value:g}", limit, bound.unit, bound.others, verdict)
    make_console().print(table)
    return good
