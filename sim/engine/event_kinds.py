# SPDX-License-Identifier: MIT
"""Writes the C enum of event kinds from traces/events.toml."""

import hashlib
import sys
import tomllib
from pathlib import Path


def render(text: bytes) -> str:
    """The header's text.

    text: the bytes of events.toml. Raises ValueError if two kinds share a number or a name, or a source is unknown.
    """
    table = tomllib.loads(text.decode())
    sources: dict[str, int] = table["sources"]
    kinds = table["kind"]
    for key in ("number", "name"):
        values = [kind[key] for kind in kinds]
        if len(set(values)) != len(values):
            raise ValueError(f"traces/events.toml: two kinds share one {key}")
    digest = int.from_bytes(hashlib.sha256(text).digest()[:8], "little")
    lines = [
        "/* Generated from traces/events.toml by sim/engine/event_kinds.py. */",
        "#ifndef COSIM_EVENT_KINDS_H",
        "#define COSIM_EVENT_KINDS_H",
        "",
        f"#define COSIM_EVENT_VERSION {table['version']}u",
        "/* First 8 bytes of the SHA-256 of the table: a reader refuses a file of another table. */",
        f"#define COSIM_EVENT_TABLE_HASH 0x{digest:016x}ull",
        "",
        "enum cosim_event_source {",
        *[f"    COSIM_SOURCE_{name.upper()} = {number}," for name, number in sources.items()],
        "};",
        "",
        "enum cosim_event_kind {",
        *[f"    COSIM_EVENT_{kind['name'].upper()} = {kind['number']}," for kind in kinds],
        "};",
        "",
        "/* X(number, source, name) for each kind. */",
        "#define COSIM_EVENT_LIST(X) \\",
        *[f'    X({kind["number"]}, {sources[kind["source"]]}, "{kind["name"]}") \\' for kind in kinds],
        "",
        "#endif",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Takes the table's path and the header's."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(source.read_bytes()))


if __name__ == "__main__":
    main()
