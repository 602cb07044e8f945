# SPDX-License-Identifier: MIT
"""Yosys and its model checker: a proof's sources to SMT-LIB, and the questions that z3 is asked about them."""

import contextlib
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from rtl.formal.manifest import Plant, Proof, source

# More than ten times what the longest question takes on one core.
SECONDS_MAXIMUM = 900


class SolverError(Exception):
    """A tool could not do its work: no answer about the design."""


@dataclass
class Answer:
    """What the model checker says to one question."""

    holds: bool
    seconds: float
    step: int = -1
    failed: str = ""
    trace: Path | None = None
    reached: set[str] = field(default_factory=set)
    unreached: set[str] = field(default_factory=set)


def _run(command: list[str], log: Path) -> str:
    # In a session of its own: the model checker's solver would outlive it otherwise when time is up.
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        try:
            text, _ = process.communicate(timeout=SECONDS_MAXIMUM)
        except subprocess.TimeoutExpired as late:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise SolverError(f"no answer within {SECONDS_MAXIMUM} s: {' '.join(command)}") from late
    log.write_text(text, encoding="utf-8")
    return text


def prepare(proof: Proof, folder: Path, plant: Plant | None = None) -> Path:
    """Translate the proof's sources, with a bug planted or without, and give the SMT-LIB file."""
    folder.mkdir(parents=True, exist_ok=True)
    paths: list[str] = []
    for name in proof.files:
        path = source(name)
        if plant is not None and name == plant.file:
            path = folder / path.name
            path.write_text(plant.planted(), encoding="utf-8")
        paths.append(str(path))
    model = folder / "model.smt2"
    model.unlink(missing_ok=True)
    parameters = "".join(f" -chparam {name} {value}" for name, value in proof.parameters.items())
    # The flip-flops' asynchronous reset becomes a synchronous one: with one clock, and reset held in the first cycle
    # alone, both are the same.
    script = [
        f"read_verilog -sv -formal -nooverwrite {' '.join(paths)}",
        f"hierarchy -check -top {proof.top}{parameters}",
        "proc",
        # Before flatten, and before anything is optimized away: a proof can name each register, and each word of a
        # memory, inside the modules.
        "memory_collect",
        "memory_map",
        "flatten",
        "opt -keepdc -fast",
        "async2sync",
        "opt -fast",
        "dffunmap",
        "opt_clean",
        f"write_smt2 -wires {model}",
    ]
    text = _run(["yosys", "-q", "-p", "; ".join(script)], folder / "yosys.log")
    if not model.exists():
        raise SolverError(f"yosys: {text.strip()[-1500:]}")
    return model


def ask(model: Path, question: str, options: list[str]) -> Answer:
    """Put one question (base, induction, cover) to the model checker."""
    trace = model.parent / f"{question}.vcd"
    trace.unlink(missing_ok=True)
    # Without --unroll every net is a function of the state, which costs z3 minutes instead of a second.
    command = ["yosys-smtbmc", "-s", "z3", "--unroll", "--noprogress", "--dump-vcd", str(trace), *options, str(model)]
    start = time.monotonic()
    text = _run(command, model.parent / f"{question}.log")
    seconds = time.monotonic() - start
    status = re.search(r"Status: (\w+)", text)
    if status is None:
        raise SolverError(f"yosys-smtbmc: {text.strip()[-1500:]}")
    steps = re.findall(r"(?:in step|BMC failed!.*step) (\d+)", text)
    failed = re.search(r"Assert failed in \S+: (.+)", text)
    answer = Answer(holds=status[1].upper() == "PASSED", seconds=seconds, step=int(steps[-1]) if steps else -1)
    answer.failed = failed[1].strip() if failed else ""
    answer.trace = trace if trace.exists() else None
    answer.reached = set(re.findall(r"Reached cover statement at (\S+) in", text))
    answer.unreached = set(re.findall(r"Unreached cover statement at (\S+)\.", text))
    return answer
