# SPDX-License-Identifier: MIT
"""What a proof is: one TOML file of rtl/formal/proofs, read and checked.

Keys of the file:

name, property   the proof's short name, which is the file's name too, and what it shows in one sentence
top, files       the module with the assertions; every source in compile order, from the root of the project.
                 `@registers` stands for the package of the mailbox's generated register codes, `@decoders` for the
                 decoders
mode             `induction`: holds for all time; `bounded`: holds for the first `depth` cycles after reset
depth            cycles: of the induction, or of the bound
cover_depth      cycles within which every cover statement must have been reached
sizes            why the parameters that were chosen stand for all, or that they do not
[parameters]     of the top module
[[plant]]        a bug: `name`, and `old` in `file` replaced by `new`; `depth`: cycles within which it must show
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "rtl" / "formal" / "proofs"
REGISTERS = ROOT / "build" / "designs" / "mailbox" / "registers"
GENERATED = {"@registers": REGISTERS / "mailbox_registers_pkg.sv", "@decoders": REGISTERS / "mailbox_registers.sv"}

MODES = ("induction", "bounded")


class ManifestError(Exception):
    """A proof's file says something that can not be."""


@dataclass(frozen=True)
class Plant:
    """A bug that the proof must refuse."""

    name: str
    file: str
    old: str
    new: str
    depth: int

    def planted(self) -> str:
        """Give the text of the file with the bug in it."""
        text = (ROOT / self.file).read_text(encoding="utf-8")
        found = text.count(self.old)
        if found != 1:
            raise ManifestError(f"plant `{self.name}`: its text is {found} times in {self.file}, not once")
        return text.replace(self.old, self.new)


@dataclass(frozen=True)
class Proof:
    """A property, where it is stated, and what must make it fail."""

    name: str
    property: str
    top: str
    files: tuple[str, ...]
    mode: str
    depth: int
    cover_depth: int
    sizes: str
    parameters: dict[str, int]
    plants: tuple[Plant, ...]

    def mode_text(self) -> str:
        """Say how far the proof reaches."""
        return f"all time (k={self.depth})" if self.mode == "induction" else f"first {self.depth} cycles"


def source(name: str) -> Path:
    """Give the path of a source that a proof names."""
    return GENERATED.get(name, ROOT / name)


def _plant(values: dict[str, Any], proof: str) -> Plant:
    try:
        plant = Plant(values["name"], values["file"], values["old"], values["new"], values.get("depth", 12))
    except KeyError as missing:
        raise ManifestError(f"{proof}: a plant without {missing}") from missing
    if plant.old == plant.new:
        raise ManifestError(f"{proof}: plant `{plant.name}` changes nothing")
    return plant


def load(path: Path) -> Proof:
    """Read one proof."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        proof = Proof(
            name=values["name"],
            property=values["property"],
            top=values["top"],
            files=tuple(values["files"]),
            mode=values["mode"],
            depth=values["depth"],
            cover_depth=values["cover_depth"],
            sizes=values["sizes"],
            parameters=values.get("parameters", {}),
            plants=tuple(_plant(plant, path.stem) for plant in values.get("plant", [])),
        )
    except KeyError as missing:
        raise ManifestError(f"{path.name}: no {missing}") from missing
    if proof.name != path.stem or proof.mode not in MODES or not proof.plants:
        raise ManifestError(f"{path.name}: its name, its mode, or the lack of plants is wrong")
    for plant in proof.plants:
        if plant.file not in proof.files:
            raise ManifestError(f"{path.name}: plant `{plant.name}` is in a file that the proof does not read")
    return proof


def load_all(names: list[str]) -> list[Proof]:
    """Read the named proofs, or all of them."""
    found = {path.stem: path for path in sorted(FOLDER.glob("*.toml"))}
    unknown = [name for name in names if name not in found]
    if unknown:
        raise ManifestError(f"no proof {', '.join(unknown)}; there are {', '.join(found)}")
    return [load(found[name]) for name in (names or found)]
