# SPDX-License-Identifier: MIT
"""Mutants that no run can tell from the design, each with the reason why: survivors.toml.

Mutants that share a reason stand together: `[[equal]]` with `reason`, and `mutants`, for each file pairs of a statement
before and after. They have no number and no line, so that a pair lasts as long as the statement does. A pair that
explains no surviving mutant is an error: what is caught needs no excuse.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rtl.mutation.campaign import Outcome
from rtl.mutation.schemata import Mutant


@dataclass(frozen=True)
class Explanation:
    """Why a mutant is the same design."""

    file: str
    before: str
    after: str
    reason: str

    def fits(self, mutant: Mutant) -> bool:
        """True if this is about that mutant."""
        return (self.file, self.before, self.after) == (mutant.file, mutant.before, mutant.after)


def read_explanations(path: Path) -> list[Explanation]:
    """All pairs of survivors.toml; ValueError for a group without a reason."""
    found = []
    for group in tomllib.loads(path.read_text(encoding="utf-8")).get("equal", []):
        reason = group.get("reason", "").strip()
        if not reason:
            raise ValueError(f"{path.name}: a group has no reason: {next(iter(group['mutants']), 'an empty one')}")
        for file, pairs in group["mutants"].items():
            found += [Explanation(file, before, after, reason) for before, after in pairs]
    return found


def explained(mutants: Iterable[Mutant], explanations: list[Explanation]) -> dict[int, str]:
    """Numbers of the mutants that have an explanation, with the reason."""
    reasons = {(entry.file, entry.before, entry.after): entry.reason for entry in explanations}
    return {
        mutant.number: reasons[key]
        for mutant in mutants
        if (key := (mutant.file, mutant.before, mutant.after)) in reasons
    }


def stale(outcomes: list[Outcome], mutants: list[Mutant], explanations: list[Explanation]) -> list[Explanation]:
    """Entries about no mutant at all, or only about mutants that were tried and caught."""
    outcome_of = {outcome.mutant.number: outcome for outcome in outcomes}
    result = []
    for entry in explanations:
        numbers = [mutant.number for mutant in mutants if entry.fits(mutant)]
        if all(number in outcome_of and outcome_of[number].caught for number in numbers):
            result.append(entry)
    return result
