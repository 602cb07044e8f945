# SPDX-License-Identifier: MIT
"""What goes wrong before or around a run, said so that the reader can act on it."""

from __future__ import annotations


class HarnessError(Exception):
    """A value that is not acceptable: what it is, the rule it breaks, and what to do about it."""

    def __init__(self, problem: str, rule: str = "", remedy: str = "") -> None:
        """Keeps the three sentences apart, so that a report may show them apart."""
        self.problem = problem
        self.rule = rule
        self.remedy = remedy
        super().__init__(problem)

    def __str__(self) -> str:
        """All that is known, one line a sentence."""
        lines = [self.problem]
        if self.rule:
            lines.append(f"  rule: {self.rule}")
        if self.remedy:
            lines.append(f"  what to do: {self.remedy}")
        return "\n".join(lines)


class EventFileError(HarnessError):
    """An event file that cannot be trusted: truncated, of another format version, or with unknown records."""


class BreakdownError(HarnessError):
    """A wake-up in which a stage is missing or out of order."""


class LedgerError(HarnessError):
    """A payload that a hart touched while nobody but the hardware may."""
