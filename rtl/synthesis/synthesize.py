# SPDX-License-Identifier: MIT
"""Synthesizes the reference mailbox in its sizes and holds what it costs against the figures that are kept.

    python -m rtl.synthesis.synthesize [--size NAME] [--renew]

Each size is synthesized into simple gates, with memories left as memories; small and default for the iCE40 family too.
Fails if yosys warns, if a latch or a loop comes out, or if a figure moved by more than the tolerance, in whichever
direction: an unexpected gain is as suspicious as a loss. `--renew` writes the figures down as they are.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rtl.design_table import read_design, register_map
from rtl.synthesis.netlist import NetlistError, generic_figures, ice40_figures, one_module, refuse_names

ROOT = Path(__file__).resolve().parent.parent.parent
FIGURES = Path(__file__).resolve().parent / "figures.json"
OUTPUT = ROOT / "build" / "synthesis"
SIZES = {"small": "mailbox_small", "default": "mailbox", "large": "mailbox_large"}
# The large size is many times what the largest device of the iCE40 family holds: how it maps there says nothing.
TARGETS = {"small": ("generic", "ice40"), "default": ("generic", "ice40"), "large": ("generic",)}
TOLERANCE = 0.02
# Warnings that say nothing about the design, each with the reason why.
EXPECTED_WARNINGS = (
    # abc is handed the logic between flip-flops only, and is then asked for a step that is for sequential networks.
    'ABC: Warning: The network is combinational (run "fraig" or "fraig_sweep").',
)

# Up to the point where yosys would turn memories into flip-flops, then to gates without that step. A design that reads
# its FIFO in the same cycle needs flip-flops or latches on any target, but how many bits those are is the figure here.
GENERIC_STEPS = """
synth -flatten -top {top} -run begin:fine
check
opt -fast -full
techmap
opt -fast
abc -fast
opt -fast
clean
"""
ICE40_STEPS = """
synth_ice40 -top {top}
"""

SIMULATION_ONLY = ("quiet_", "skip_cycles")
# What tells a simulator which cycles it may skip is no part of the hardware: its ports go, and with them its logic.
# Modules of which a large size has dozens are worked on once and joined at the end.
SCRIPT = """{files}
hierarchy -check -top {top} {settings}
proc
delete -port {top}/w:quiet_cycles_o {top}/w:skip_cycles_i
cd {top}
connect -set skip_cycles_i 64'd0
cd ..
setattr -mod -set keep_hierarchy 1 *mailbox_fifo_channel *mailbox_doorbell_window
{steps}
setattr -mod -unset keep_hierarchy *
flatten
opt_clean -purge
write_json {netlist}
"""

Figures = dict[str, dict[str, dict[str, int]]]


class SynthesisError(Exception):
    """A size cannot be synthesized as it should; the text says why."""


@dataclass(frozen=True)
class Size:
    """One size of the design: files in compile order and the parameters that make it."""

    name: str
    top: str
    sources: list[Path]
    parameters: dict[str, int]


@dataclass(frozen=True)
class Job:
    """One run of yosys."""

    size: Size
    target: str

    @property
    def folder(self) -> Path:
        """Where script, log and netlist of this run are."""
        return OUTPUT / f"{self.size.name}-{self.target}"


def read_size(name: str, root: Path = ROOT) -> Size:
    """Takes a size from its design.toml."""
    design = SIZES[name]
    folder = root / "rtl" / design
    table = read_design(folder)
    generated = root / "build" / "designs" / design / "registers"
    sources: list[Path] = []
    for source in table["design"]["sources"]:
        if source == "@registers":
            sources += [generated / f"{register_map(table)}{end}.sv" for end in ("_pkg", "")]
        else:
            sources.append((folder / source).resolve())
    return Size(name, table["design"]["top"], sources, table.get("parameters", {}))


def script(job: Job) -> str:
    """What yosys is told to do."""
    size = job.size
    files = "\n".join(f"read_verilog -sv {source}" for source in size.sources)
    settings = " ".join(f"-chparam {name} {value}" for name, value in size.parameters.items())
    steps = (GENERIC_STEPS if job.target == "generic" else ICE40_STEPS).format(top=size.top)
    return SCRIPT.format(files=files, top=size.top, settings=settings, steps=steps, netlist=job.folder / "netlist.json")


def warnings_of(log: str) -> list[str]:
    """The warnings in a log of yosys, each once, without those that are expected."""
    found = dict.fromkeys(line.strip() for line in re.findall(r"^.*\b[Ww]arning: .*$", log, re.MULTILINE))
    return [line for line in found if not line.endswith(EXPECTED_WARNINGS)]


def synthesize(job: Job) -> dict[str, int]:
    """Runs yosys and counts; SynthesisError if it fails or warns, or the result is not what hardware may be."""
    job.folder.mkdir(parents=True, exist_ok=True)
    (job.folder / "script.ys").write_text(script(job))
    log = job.folder / "yosys.log"
    label = f"{job.size.name}, {job.target}"
    command = ["yosys", "-q", "-l", str(log), "-s", str(job.folder / "script.ys")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise SynthesisError(f"{label}: yosys failed: {ended.stderr.strip()[-600:]} (whole log: {log})")
    warned = warnings_of(ended.stderr + log.read_text())
    if warned:
        raise SynthesisError(f"{label}: yosys warns:\n" + "\n".join(f"  {line}" for line in warned[:20]))
    netlist = json.loads((job.folder / "netlist.json").read_text())
    count = generic_figures if job.target == "generic" else ice40_figures
    try:
        refuse_names(one_module(netlist, job.size.top), SIMULATION_ONLY)
        return count(netlist, job.size.top)
    except NetlistError as error:
        raise SynthesisError(f"{label}: {error}") from error


def differs(kept: int | None, now: int) -> bool:
    """True if a figure is new or moved by more than the tolerance."""
    return kept is None or abs(now - kept) > TOLERANCE * kept


def print_table(now: Figures, kept: Figures) -> int:
    """Prints figures with their change and gives the number of those that moved too far."""
    moved = 0
    print(f"{'size':8} {'target':8} {'figure':14} {'now':>9} {'kept':>9} {'change':>8}")
    for size, targets in now.items():
        for target, figures in targets.items():
            for figure, value in figures.items():
                before = kept.get(size, {}).get(target, {}).get(figure)
                change = f"{100 * (value - before) / before:+7.1f}%" if before else f"{value - (before or 0):+8d}"
                bad = differs(before, value)
                moved += bad
                shown = "-" if before is None else str(before)
                print(f"{size:8} {target:8} {figure:14} {value:9} {shown:>9} {change}{'  <--' if bad else ''}")
    return moved


def run(sizes: list[Size], jobs: int) -> tuple[Figures, list[str]]:
    """Synthesizes all, some at a time, the largest first; figures, and what went wrong."""
    work = [Job(size, target) for size in reversed(sizes) for target in TARGETS[size.name]]
    figures: Figures = {size.name: {} for size in sizes}
    faults: list[str] = []
    with ThreadPoolExecutor(jobs) as pool:
        results = [(job, pool.submit(synthesize, job)) for job in work]
        for job, result in results:
            try:
                figures[job.size.name][job.target] = result.result()
            except SynthesisError as error:
                faults.append(str(error))
    ordered = {name: {target: found[target] for target in sorted(found)} for name, found in figures.items()}
    return ordered, faults


def main() -> int:
    """Command line. Returns 1 if a figure moved or something could not be synthesized."""
    parser = argparse.ArgumentParser(description="Synthesize the reference mailbox and compare what it costs.")
    parser.add_argument("--size", choices=SIZES, action="append", help="only this size; may be repeated")
    parser.add_argument("--jobs", type=int, default=2, help="runs of yosys at a time")
    parser.add_argument("--renew", action="store_true", help="keep the figures as they are now")
    options = parser.parse_args()
    sizes = [read_size(name) for name in options.size or SIZES]
    kept: Figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    now, faults = run(sizes, options.jobs)
    moved = print_table(now, kept)
    for fault in faults:
        print(f"synthesis: {fault}", file=sys.stderr)
    if faults:
        return 1
    if options.renew:
        FIGURES.write_text(
            json.dumps({name: (kept | now)[name] for name in SIZES if name in kept | now}, indent=2) + "\n"
        )
        print(f"kept in {FIGURES.relative_to(ROOT)}")
        return 0
    if moved:
        percent = round(100 * TOLERANCE)
        print(
            f"synthesis: {moved} figures moved by more than {percent}%: make synth RENEW=1 keeps them", file=sys.stderr
        )
    return 1 if moved else 0


if __name__ == "__main__":
    sys.exit(main())
