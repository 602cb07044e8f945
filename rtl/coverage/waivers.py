# SPDX-License-Identifier: MIT
"""Lines and cover properties that need not be covered, each with the reason why: waivers.toml.

An entry names the file and the text of the line, not its number. One that fits no uncovered point is an error.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from rtl.coverage.points import Point


@dataclass(frozen=True)
class Waiver:
    """Why a line need not be passed. With `branch` ("if", "else", ...) only that branch of it."""

    file: str
    text: str
    reason: str
    branch: str = ""

    def fits(self, point: Point, text: str) -> bool:
        """True if this is about that point, whose line reads so."""
        return self.file == point.file and self.text == text and self.branch in ("", point.comment)


def read_waivers(path: Path) -> list[Waiver]:
    """All entries of waivers.toml; ValueError for one without a reason."""
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("waiver", [])
    waivers = [Waiver(**{key: value.strip() for key, value in entry.items()}) for entry in entries]
    for waiver in waivers:
        if not waiver.reason:
            raise ValueError(f"{path.name}: {waiver.file}: '{waiver.text}' has no reason")
    return waivers


class LineTexts:
    """Texts of source lines, without the blanks around them; each file is read once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, list[str]] = {}

    def of(self, point: Point) -> str:
        """The text of a point's line."""
        if point.file not in self.files:
            self.files[point.file] = (self.root / point.file).read_text(encoding="utf-8").splitlines()
        return self.files[point.file][point.line - 1].strip()


def sift(
    uncovered: list[Point], waivers: list[Waiver], texts: LineTexts
) -> tuple[list[Point], dict[Point, Waiver], list[Waiver]]:
    """Points that nothing excuses; those that a waiver does; waivers that excuse nothing."""
    open_points: list[Point] = []
    excused: dict[Point, Waiver] = {}
    for point in uncovered:
        fitting = [waiver for waiver in waivers if waiver.fits(point, texts.of(point))]
        if fitting:
            excused[point] = fitting[0]
        else:
            open_points.append(point)
    used = set(excused.values())
    return open_points, excused, [waiver for waiver in waivers if waiver not in used]
