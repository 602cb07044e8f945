# SPDX-License-Identifier: MIT
"""What a design says on its trace port, in words.

The table [trace] of design.toml numbers the kinds and may give each a text. In a text, braces hold `channel` or
`value`, or bits of it, and behind a colon how they are written: a format, or a field of the register map whose codes
name them.

    "{channel[7:5]}->{channel[4:2]} window {channel[1:0]} = {value:#x}"
    "{value[3:0]:REFUSAL.code}"
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from harness.errors import HarnessError

FIELD = re.compile(r"\{(?P<word>channel|value)(?:\[(?P<high>\d+):(?P<low>\d+)\])?(?::(?P<form>[^{}]+))?\}")
CODES = re.compile(r"[A-Z][A-Z0-9_]*\.\w+")
Codes = Callable[[str], dict[int, str]]


class TracePort:
    """The kinds and lanes of a design's trace port; empty for a design without one."""

    def __init__(self, table: dict[str, Any], codes: Codes) -> None:
        """Takes [trace] of design.toml; `codes` gives the codes of a field "REGISTER.field" as number to name."""
        self._names: dict[int, str] = {int(number): name for name, number in table.get("kinds", {}).items()}
        self._texts: dict[str, str] = dict(table.get("text", {}))
        self._codes = codes
        unknown = sorted(set(self._texts) - set(self._names.values()))
        if unknown:
            raise HarnessError(f"[trace.text] {unknown[0]}", "each text belongs to a kind of [trace.kinds]")
        self.lanes: list[str] = list(table.get("lane_names", [f"lane {i}" for i in range(table.get("lanes", 0))]))

    def kind_name(self, kind: int) -> str:
        """The kind's name, or its number."""
        return self._names.get(kind, f"kind {kind}")

    def lane_name(self, lane: int) -> str:
        """What a lane is called."""
        return self.lanes[lane] if lane < len(self.lanes) else f"lane {lane}"

    def number(self, name: str) -> int:
        """The kind's number; HarnessError if the design has no kind of this name."""
        for number, known in self._names.items():
            if known == name:
                return number
        raise HarnessError(
            f"the design traces no '{name}'",
            "kinds are those of [trace.kinds] in its design.toml",
            "choose from: " + (", ".join(sorted(self._names.values())) or "none"),
        )

    def text(self, kind: int, channel: int, value: int) -> str:
        """What one valid lane says."""
        name = self.kind_name(kind)
        text = self._texts.get(name, "channel {channel:#x} value {value:#x}")
        words = {"channel": channel, "value": value}

        def filled(match: re.Match[str]) -> str:
            bits = words[match["word"]]
            if match["high"] is not None:
                low = int(match["low"])
                bits = bits >> low & (1 << int(match["high"]) - low + 1) - 1
            form = match["form"] or ""
            return self._codes(form).get(bits, str(bits)) if CODES.fullmatch(form) else format(bits, form)

        return f"{name} {FIELD.sub(filled, text)}"
