# SPDX-License-Identifier: MIT
"""Reads what a Verilated design writes about its coverage points, and joins instances, runs and sizes of the design.

A point is a place in the source: whoever passes it, in whichever instance, covers it. Each record of the file is a
count and a key made of name and value pairs, between control characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

RECORD = re.compile(r"^C '(.*)' (\d+)$", re.MULTILINE)
PAIR = re.compile("\x01([^\x02]*)\x02([^\x01]*)")
LINES = ("line", "branch")


@dataclass(frozen=True, order=True)
class Point:
    """One place that can be covered.

    kind     "line" (a block of statements), "branch" (of an if), "user" (a cover property), "toggle" (of one bit)
    comment  which branch, which property, or which bit and direction
    """

    file: str
    line: int
    kind: str
    comment: str


def property_name(hierarchy: str) -> str:
    """A property's name within the module that it is written in, with the turns of the loops around it.

    A property in a loop is as many points as the loop has turns (one a state, or one a code), but instances of the
    module are one. An instance's name begins with u_.
    """
    inside = hierarchy.rpartition(".u_")[2].partition(".")[2]
    return inside.replace("__BRA__", "[").replace("__KET__", "]")


def read_points(text: str) -> dict[Point, int]:
    """Points of one coverage file with how often each was passed, over all instances."""
    counts: dict[Point, int] = {}
    for key, count in RECORD.findall(text):
        pairs = dict(PAIR.findall(key))
        kind = pairs["page"].removeprefix("v_").partition("/")[0]
        comment = property_name(pairs["h"]) if kind == "user" else pairs.get("o", "")
        point = Point(pairs["f"], int(pairs["l"]), kind, comment)
        counts[point] = counts.get(point, 0) + int(count)
    return counts


def join(files: Iterable[Path]) -> dict[Point, int]:
    """Points of several coverage files together."""
    counts: dict[Point, int] = {}
    for file in files:
        for point, count in read_points(file.read_text(encoding="utf-8", errors="replace")).items():
            counts[point] = counts.get(point, 0) + count
    return counts


def is_line(point: Point) -> bool:
    """True for what the table counts as lines: blocks and branches."""
    return point.kind in LINES
