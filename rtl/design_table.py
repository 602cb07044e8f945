# SPDX-License-Identifier: MIT
"""Reads a design's design.toml, with what it takes from the design that it is a variant of.

    python -m rtl.design_table DESIGN_FOLDER

prints Verilator's options for the parameters of the design's top module.
"""

from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path
from typing import Any


class DesignTableError(Exception):
    """design.toml cannot be taken as it is; the text names the key, the rule and what to do."""


def rebase(path: str, base: Path, folder: Path) -> str:
    """A path that is relative to `base`, relative to `folder`; names that begin with @ are no paths."""
    return path if path.startswith("@") else os.path.relpath(base / path, folder)


def read_design(folder: Path) -> dict[str, Any]:
    """The contents of `folder`/design.toml.

    With `[design] base`, everything that is not given comes from the design.toml in that folder: of a table the keys
    that are absent, of a list ([[interrupt]], [[probe]]) all of it if it is absent. Paths are relative to `folder`.
    """
    table = tomllib.loads((folder / "design.toml").read_text(encoding="utf-8"))
    design = table.get("design", {})
    if "base" not in design:
        return table
    base = folder / design["base"]
    if not (base / "design.toml").exists():
        raise DesignTableError(
            f"design.toml: base '{design['base']}' has no design.toml; paths are relative to {folder}"
        )
    inherited = read_design(base)
    for key in ("sources", "checkers", "covers"):
        if key in inherited["design"]:
            inherited["design"][key] = [rebase(path, base, folder) for path in inherited["design"][key]]
    if "registers" in inherited["design"]:
        inherited["design"]["registers"] = rebase(inherited["design"]["registers"], base, folder)
    return {key: merge(inherited.get(key), table.get(key)) for key in {**inherited, **table}}


def register_map(table: dict[str, Any]) -> str:
    """The name of the files that are generated from a design's SystemRDL: that of the SystemRDL, and _registers."""
    design = table["design"]
    return f"{Path(design.get('registers', design['name'])).stem}_registers"


def parameter_options(table: dict[str, Any]) -> list[str]:
    """Verilator's options that give the top module the parameters of [parameters]."""
    return [f"-G{name}={value}" for name, value in table.get("parameters", {}).items()]


def merge(inherited: Any, own: Any) -> Any:
    """A value of a variant: its own, or the inherited one, or of two tables the inherited one with its own keys."""
    if isinstance(inherited, dict) and isinstance(own, dict):
        return {key: merge(inherited.get(key), own.get(key)) for key in {**inherited, **own}}
    return inherited if own is None else own


if __name__ == "__main__":
    print(" ".join(parameter_options(read_design(Path(sys.argv[1])))))
