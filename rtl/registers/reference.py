# SPDX-License-Identifier: MIT
"""Makes the pages that peakrdl html has written readable without a web server.

    register_reference.py FOLDER

The pages fetch their parts, which a browser refuses for files. This puts the parts into one script beside them, and
lets index.html take them from there if it was opened as a file. The pages also load a formatter of formulas from a
network; there are no formulas, so that goes.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

SCRIPT = "offline.js"
PARTS = ("content/*.html", "data/*.json", "search/*.json")
TAG = f'<script src="{SCRIPT}"></script>'
FROM_A_NETWORK = re.compile(r'<script[^>]*\ssrc="(?:https?:)?//[^"]*"[^>]*>\s*</script>')
TEXT = """// Written by rtl/registers/reference.py: the parts of these pages, for a reader without a web server.
window.MathJax = { Hub: { Queue() {} } };
if (window.location.protocol === "file:") {
  const parts = %s;
  window.fetch = async (path) => {
    const name = String(path).split("?")[0];
    return name in parts ? new Response(parts[name]) : new Response("", { status: 404 });
  };
}
"""


def embed(folder: Path) -> int:
    """Writes the script and puts it in front of the others of index.html; returns the number of parts."""
    parts = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for pattern in PARTS
        for path in sorted(folder.glob(pattern))
    }
    (folder / SCRIPT).write_text(TEXT % json.dumps(parts), encoding="utf-8")
    index = folder / "index.html"
    page = index.read_text(encoding="utf-8")
    if TAG not in page:
        if "<head>" not in page:
            raise ValueError(f"{index} has no <head>: this release of peakrdl-html is not the one that is known")
        page = FROM_A_NETWORK.sub("", page).replace("<head>", f"<head>\n{TAG}", 1)
        index.write_text(page, encoding="utf-8")
    return len(parts)


def main() -> int:
    """Command line: the folder with the pages. Returns 1, with a message, if there are none."""
    folder = Path(sys.argv[1])
    try:
        count = embed(folder)
    except (OSError, ValueError) as error:
        print(f"{folder}: {error}", file=sys.stderr)
        return 1
    if count == 0:
        print(f"{folder}: no pages here; run `peakrdl html` first", file=sys.stderr)
    return 0 if count else 1


if __name__ == "__main__":
    sys.exit(main())
