# SPDX-License-Identifier: MIT
"""Mutants that no run can tell from the design, each with the reason why: survivors.toml.

Mutants that share a reason stand together: `[[equal]]` with `reason`, and `mutants`, for each file pairs of a statement
before and after. They have no number and no line, so that a pair lasts as long as the statement does. A pair that
explains no surviving mutant is an error: what is caught needs no excuse.

`[[proven]]` is for mutants that show too late for any run, and that a proof refutes: `proof` names it, and each pair
must be one of the bugs that are planted there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rtl.formal.manifest import FOLDER, Plant, load
from rtl.mutation.campaign import Outcome
from rtl.mutation.schemata import Mutant


@dataclass(frozen=True)
class Explanation:
    """Why no run tells a mutant from the design."""

    file: str
    before: str
    after: str
    reason: str

    def fits(self, mutant: Mutant) -> bool:
        """True if this is about that mutant."""
        return (self.file, self.before, self.after) == (mutant.file, mutant.before, mutant.after)


def is_planted(file: str, before: str, after: str, plants: Iterable[Plant]) -> bool:
    """True if planting one of the bugs turns the one statement into the other."""
    return any(plant.file == file and before.replace(plant.old, plant.new) == after for plant in plants)


def read_group(name: str, group: dict[str, Any], proofs: Path) -> list[Explanation]:
    """The pairs of a group; ValueError if it has no reason, or names a proof that does not plant them."""
    reason = group.get("reason", "").strip()
    if not reason:
        raise ValueError(f"{name}: a group has no reason: {next(iter(group['mutants']), 'an empty one')}")
    found = [
        Explanation(file, before, after, reason) for file, pairs in group["mutants"].items() for before, after in pairs
    ]
    if "proof" in group:
        plants = load(proofs / f"{group['proof']}.toml").plants
        for entry in found:
            if not is_planted(entry.file, entry.before, entry.after, plants):
                raise ValueError(f"{name}: proof {group['proof']} does not plant {entry.file}: {entry.after}")
    return found


def read_explanations(path: Path, proofs: Path = FOLDER) -> list[Explanation]:
    """All pairs of survivors.toml; ValueError for a group that does not give what it must."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    found = [entry for group in table.get("equal", []) for entry in read_group(path.name, group, proofs)]
    for group in table.get("proven", []):
        if "proof" not in group:
            raise ValueError(f"{path.name}: a group of [[proven]] names no `proof`")
        found += read_group(path.name, group, proofs)
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
