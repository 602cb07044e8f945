# SPDX-License-Identifier: MIT
"""Builds the one design that has all mutants in it: the binding and the checkers of the design as they are always."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from rtl.mutation.schemata import Mutant, mutate

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# Thousands of short runs are worth good code, but the last bit of it costs minutes of compilation.
EFFORT = {"OPT_FAST": "-O2", "JOBS": "2"}


class MutationError(Exception):
    """The mutants cannot be built or run; the text says why."""


def is_mutated(path: Path) -> bool:
    """True for what people wrote to be hardware: neither generated decoders nor checkers."""
    return path.parts[0] == "rtl" and path.parts[1] != "checkers"


def command(*arguments: str) -> None:
    """Runs a step of the build; MutationError with what it said if it fails."""
    ended = subprocess.run(arguments, cwd=ROOT, env=os.environ | EFFORT, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise MutationError(f"{' '.join(arguments)} failed:\n{(ended.stdout + ended.stderr)[-3000:]}")


def fingerprint(folder: Path, sources: list[Path]) -> str:
    """What the built design depends on, as one number: all its texts and the tools that compile them."""
    files = [*sources, folder / "binding.cpp", folder / "parameters.txt", *sorted((ROOT / "sim" / "dut").iterdir())]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def write_mutants(folder: Path, names: list[str]) -> tuple[list[Path], list[Mutant]]:
    """Writes the sources with their mutants; all sources in compile order, and the mutants."""
    mutants: list[Mutant] = []
    sources = [HERE / "mutation_selector.cpp", HERE / "mutation_selector_pkg.sv"]
    (folder / "sources").mkdir(exist_ok=True)
    for name in names:
        path = Path(name)
        if is_mutated(path):
            text, found = mutate(name, (ROOT / path).read_text(encoding="utf-8"), len(mutants) + 1)
            path = folder / "sources" / path.name
            path.write_text(text, encoding="utf-8")
            mutants += found
        sources.append(ROOT / path)
    return sources, mutants


def design_folder(design: str) -> str:
    """Where design.toml of a design is, from the root: one of rtl/, or one that is for mutants alone."""
    own = f"rtl/mutation/{design}"
    return own if (ROOT / own / "design.toml").exists() else f"rtl/{design}"


def build(design: str) -> tuple[Path, list[Mutant]]:
    """Makes the design with mutants, unless it is there already; its shared object and the list of mutants."""
    folder = ROOT / "build" / "mutation" / design
    folder.mkdir(parents=True, exist_ok=True)
    # The decoders are those of the base in every variant.
    shutil.copytree(ROOT / "build" / "designs" / "mailbox" / "registers", folder / "registers", dirs_exist_ok=True)
    relative = str(folder.relative_to(ROOT))
    command(sys.executable, "-m", "sim.dut.bind_design", design_folder(design), relative)
    sources, mutants = write_mutants(folder, (folder / "sources.txt").read_text().split())
    (folder / "sources.txt").write_text("".join(f"{source}\n" for source in sources))
    built, stamp = folder / "design.so", folder / "fingerprint"
    wanted = fingerprint(folder, sources)
    if not (built.exists() and stamp.exists() and stamp.read_text() == wanted):
        command("sh", "sim/dut/verilate.sh", relative, "--output-split", "10000")
        stamp.write_text(wanted)
    return built, mutants
