# SPDX-License-Identifier: MIT
"""Reading events.bin: a 64-byte header and 32-byte records, little-endian, as traces/events.toml describes."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from harness.errors import EventFileError
from harness.kinds import Kind, KindTable, load_kinds

MAGIC = b"BELFRYEV"
HEADER = struct.Struct("<8sIIQ40s")
RECORD = struct.Struct("<QHBBIQQ")
# The 32-bit word of a record that holds kind (low 16 bits), source (8) and unit (8).
HEAD_WORD = 2


class Event(NamedTuple):
    """One record. `cycle` is SoC time; what unit, detail, a and b hold depends on the kind."""

    cycle: int
    kind: int
    source: int
    unit: int
    detail: int
    a: int
    b: int


class EventFile:
    """A whole event file in memory, in file order."""

    def __init__(self, path: Path, table: KindTable | None = None) -> None:
        """Reads and checks the file; EventFileError names what is wrong with it and where."""
        self.path = path
        self.table = table or load_kinds()
        try:
            content = path.read_bytes()
        except OSError as error:
            raise EventFileError(
                f"{path}: {error.strerror}", "a run leaves its events in events.bin", "repeat the run"
            ) from error
        self._check_header(content)
        self.hash = hashlib.sha256(content).hexdigest()
        self._records = memoryview(content)[HEADER.size :]
        # Kind, source and unit of each record as one number: what most questions need, without building the records.
        self._heads: list[int] = (
            self._records.cast("I")[HEAD_WORD :: RECORD.size // 4].tolist() if self._records else []
        )
        self._check_records()

    @cached_property
    def events(self) -> list[Event]:
        """All events in file order."""
        return list(map(Event._make, RECORD.iter_unpack(self._records)))

    def _check_header(self, content: bytes) -> None:
        """Refuses anything that is not an event file of this table."""
        if len(content) < HEADER.size:
            raise EventFileError(
                f"{self.path}: {len(content)} bytes", f"an event file has a header of {HEADER.size} bytes"
            )
        magic, version, record_bytes, table_hash, zero = HEADER.unpack_from(content)
        if magic != MAGIC:
            raise EventFileError(f"{self.path}: begins with {magic!r}", f"an event file begins with {MAGIC!r}")
        if version != self.table.version or record_bytes != RECORD.size:
            raise EventFileError(
                f"{self.path}: format version {version} with records of {record_bytes} bytes",
                f"this harness reads version {self.table.version} with records of {RECORD.size} bytes",
            )
        if table_hash != self.table.table_hash:
            raise EventFileError(
                f"{self.path}: written with event table {table_hash:016x}",
                f"traces/events.toml here has hash {self.table.table_hash:016x}",
                "build the simulation again (`make`) and repeat the run",
            )
        if any(zero):
            raise EventFileError(f"{self.path}: the reserved bytes of the header are not zero")
        rest = (len(content) - HEADER.size) % RECORD.size
        if rest:
            raise EventFileError(
                f"{self.path}: {rest} bytes behind the last whole record",
                f"records have {RECORD.size} bytes",
                "the run was cut off while it wrote: look at qemu.log and repeat it",
            )

    def _check_records(self) -> None:
        """Every kind must be in the table and come from the source that the table gives it."""
        allowed = {kind.number | self.table.sources[kind.source] << 16 for kind in self.table.by_number.values()}
        if {head & 0xFFFFFF for head in set(self._heads)} <= allowed:
            return
        index = next(index for index, head in enumerate(self._heads) if head & 0xFFFFFF not in allowed)
        event = self[index]
        raise EventFileError(
            f"{self.path}: record {index} (cycle {event.cycle}) has kind {event.kind}, source {event.source}",
            "kinds and their sources are those of traces/events.toml",
        )

    def __len__(self) -> int:
        """Number of events."""
        return len(self._heads)

    def __iter__(self) -> Iterator[Event]:
        """The events in file order."""
        return iter(self.events)

    def __getitem__(self, index: int) -> Event:
        """Event at this position in the file."""
        return Event._make(RECORD.unpack_from(self._records, range(len(self))[index] * RECORD.size))

    def kind(self, event: Event) -> Kind:
        """The table's row for an event."""
        return self.table.by_number[event.kind]

    def select(self, *names: str) -> list[Event]:
        """All events of the named kinds, in file order; HarnessError for a name that is not in the table."""
        numbers = {self.table.number(name) for name in names}
        return [self[index] for index, head in enumerate(self._heads) if head & 0xFFFF in numbers]

    @cached_property
    def by_time(self) -> list[Event]:
        """All events by cycle; within one cycle as in the file.

        The file is in the order in which the engine learned of things. With several harts one may lead another by a
        few cycles, so only this order may be used to follow cause and effect from hart to hart.
        """
        return sorted(self.events, key=lambda event: event.cycle)
