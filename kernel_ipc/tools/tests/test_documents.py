# SPDX-License-Identifier: MIT
"""What the core's pages say is so: links, headers, make targets, files and functions that they name."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from kernel_ipc.tools import interface, manual

ROOT = Path(__file__).parents[3]
CORE = ROOT / "kernel_ipc"
PAGES = [
    CORE / "README.md",
    CORE / "bench/README.md",
    CORE / "examples/README.md",
    *sorted((CORE / "documents").glob("*.md")),
]
# What a page may name: public functions, macros and types, and those of the tests' own files.
NAMES = re.compile(r"`((?:kipc|ki|KIPC)_\w+)`")
FILES = re.compile(
    r"`((?:src|tests|tools|fuzz|formal|bench|examples|configurations|documents|include|port)/[\w./]*\w)`"
)
OF_ROOT = re.compile(r"`((?:firmware|kernel_ipc|harness)/[\w./]*\w)`")
TARGET = re.compile(r"(?:`|^ {4}|&& )make ([a-z][\w-]+)", re.MULTILINE)
RULE = re.compile(r"^([\w $().-]+?):", re.MULTILINE)
# Names of the imagined object in the page about adding one.
IMAGINED = re.compile(r"lamp")


@functools.cache
def words_of_the_core() -> set[str]:
    """Each name that the headers and sources of the core have."""
    paths = [
        path for folder in ("include/kipc", "src", "port/host", "tests") for path in (CORE / folder).glob("*.[ch]")
    ]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*paths, CORE / "kernel_ipc.mk"])
    return set(re.findall(r"\b\w+\b", text)) | set(re.findall(r"KIPC_TABLE_\w+|KIPC_E_\w+", text))


def error_names() -> set[str]:
    """Names of the error codes with their prefix."""
    return {f"KIPC_E_{name}" for name in interface.error_codes(manual.PUBLIC / "error.h")}


@functools.cache
def make_targets() -> set[str]:
    """Targets of the make files, without those that a variable spells."""
    files = [ROOT / "Makefile", *(path for path in CORE.rglob("*.mk")), *(ROOT / "firmware").glob("*.mk")]
    files += [*(ROOT / "rtl").rglob("*.mk"), *(ROOT / "harness").glob("*.mk")]
    targets: set[str] = set()
    for path in files:
        for line in RULE.findall(path.read_text(encoding="utf-8")):
            targets |= set(line.split())
    return targets


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(CORE)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), f"{page.name}: {link}"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(CORE)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    known = words_of_the_core() | error_names()
    named = {name for name in NAMES.findall(text) if not IMAGINED.search(name) and not name.endswith("_")}
    assert sorted(named - known) == []
    for file in FILES.findall(text):
        assert IMAGINED.search(file) or (CORE / file).exists() or (page.parent / file).exists(), file
    for file in OF_ROOT.findall(text):
        assert (ROOT / file).exists(), file


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(CORE)))
def test_make_targets_exist(page: Path) -> None:
    named = set(TARGET.findall(page.read_text(encoding="utf-8")))
    assert sorted(named - make_targets()) == []


def test_the_tables_have_each_header_and_no_other() -> None:
    text = (CORE / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`kipc/.*?) \|", text, re.MULTILINE)
    named = re.findall(r"`kipc/(\w+)\.h`", " ".join(rows))
    assert sorted(named) == sorted(path.stem for path in manual.PUBLIC.glob("*.h"))


def test_each_page_of_a_subsystem_is_linked_from_the_first_one() -> None:
    text = (CORE / "README.md").read_text(encoding="utf-8")
    for page in PAGES[1:]:
        assert f"({page.relative_to(CORE)})" in text, page.name
