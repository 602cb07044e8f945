# SPDX-License-Identifier: MIT
"""The table of event kinds, read from traces/events.toml: the one place where kinds have names and numbers."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.errors import HarnessError
from harness.paths import EVENT_TABLE


@dataclass(frozen=True)
class Kind:
    """One kind of event and what its fields hold ("" if a field is always zero)."""

    name: str
    number: int
    source: str
    unit: str
    detail: str
    arguments: tuple[str, str]


@dataclass(frozen=True)
class KindTable:
    """All kinds, by name and by number, and the hash by which a file proves that it was written by the same table."""

    version: int
    table_hash: int
    sources: dict[str, int]
    by_number: dict[int, Kind]
    by_name: dict[str, Kind]

    def number(self, name: str) -> int:
        """Number of the kind called `name`; HarnessError if there is none."""
        kind = self.by_name.get(name)
        if kind is None:
            raise HarnessError(
                f"there is no event kind '{name}'",
                "kinds are those of traces/events.toml",
                "choose from: " + ", ".join(sorted(self.by_name)),
            )
        return kind.number


@cache
def load_kinds(path: Path = EVENT_TABLE) -> KindTable:
    """Reads the table. The result is shared and must not be changed.

    The table hash is the first 8 bytes, little-endian, of the SHA-256 of the file's bytes.
    """
    content = path.read_bytes()
    parsed = tomllib.loads(content.decode())
    kinds = [
        Kind(
            entry["name"],
            entry["number"],
            entry["source"],
            entry["unit"],
            entry["detail"],
            (entry["arguments"][0], entry["arguments"][1]),
        )
        for entry in parsed["kind"]
    ]
    by_number = {kind.number: kind for kind in kinds}
    by_name = {kind.name: kind for kind in kinds}
    if len(by_number) != len(kinds) or len(by_name) != len(kinds):
        raise HarnessError(f"{path}: two event kinds share a name or a number", "each is used once, for ever")
    digest = hashlib.sha256(content).digest()
    return KindTable(parsed["version"], int.from_bytes(digest[:8], "little"), parsed["sources"], by_number, by_name)
