# SPDX-License-Identifier: MIT
"""The command line: `python -m harness <sub-command>`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

from rich.markup import escape

from harness import bench, compare, console, doctor, launcher, report, showcase, timeline, trace
from harness.design import design_names
from harness.errors import HarnessError
from harness.options import RunOptions, parse_parameters, parse_wave
from harness.paths import relative
from harness.program import program_names
from harness.run import Run

SET_UP_ERROR = 3
Command = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """An argument parser whose mistakes are errors like any other: status 2 means a dead-lock or limit here."""

    def error(self, message: str) -> NoReturn:
        """Raises instead of ending the process."""
        raise HarnessError(f"{self.prog}: {message}", "", f"{self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """The parser of all sub-commands."""
    parser = _Parser(prog="python -m harness", description="Hardware/software co-simulation of mailboxes.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)
    _add_run(commands)
    for name, command, text in (
        ("report", _report, "write the HTML report of a run"),
        ("timeline", _timeline, "write the timeline of a run for ui.perfetto.dev"),
        ("breakdown", _breakdown, "where the cycles of each wake-up went"),
        ("ledger", _ledger, "who touched which payload; status 1 if a hart touched one in transit"),
    ):
        sub = _add(commands, name, command, text)
        sub.add_argument("run", type=Path, metavar="RUN", help="a run folder")
        if name in ("report", "timeline"):
            sub.add_argument("--output", type=Path, help="file to write instead of the one in the run folder")
    sub = _add(commands, "trace", _trace, "print the events of a run as text")
    sub.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    sub.add_argument("--from", dest="start", type=int, metavar="CYCLE", help="first cycle")
    sub.add_argument("--to", dest="end", type=int, metavar="CYCLE", help="last cycle")
    sub.add_argument("--kind", action="append", default=[], help="a kind or source of event; may be repeated")
    sub.add_argument("--output", type=Path, help="file to write instead of standard output")
    sub = _add(commands, "compare", _compare, "the first event in which two runs differ; status 1 if there is one")
    sub.add_argument("first", type=Path, metavar="RUN")
    sub.add_argument("second", type=Path, metavar="RUN")
    _add(commands, "doctor", lambda _: doctor.main(), "what is installed, what is missing, and what that costs")
    sub = _add(commands, "list", _list, "programs and designs that are built")
    sub.add_argument("--design", default="mailbox")
    sub = _add(commands, "showcase", lambda options: showcase.main(options.design), "wake-ups and zero copy, measured")
    sub.add_argument("--design", default="mailbox")
    sub = _add(commands, "bench", lambda options: bench.main(options.repetitions, options.design), "speed, with bounds")
    sub.add_argument("--repetitions", type=int, default=3, help="odd number of measurements of each figure")
    sub.add_argument("--design", default="mailbox")
    return parser


def _add(commands: Any, name: str, command: Command, text: str) -> argparse.ArgumentParser:
    """A sub-command."""
    sub: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    sub.set_defaults(action=command)
    return sub


def _add_run(commands: Any) -> None:
    """The sub-command that runs a program."""
    sub = _add(commands, "run", _run, "run a program on a design")
    sub.add_argument("program", help="name of a program (see `list`) or path of an ELF")
    default = RunOptions("")
    sub.add_argument("--design", default=default.design)
    sub.add_argument("--harts", type=int, default=default.harts)
    sub.add_argument("--seed", type=int, default=default.seed, help="of back-pressure and whatever the program draws")
    sub.add_argument(
        "--quantum", type=int, default=default.quantum, help="instructions between two looks; 1 is precise"
    )
    sub.add_argument("--lead", type=int, default=default.lead, help="cycles that one hart may be ahead of another")
    sub.add_argument("--cycle-limit", type=int, default=default.cycle_limit, help="SoC cycles")
    sub.add_argument("--host-time-limit", type=float, default=default.host_time_limit, help="seconds")
    sub.add_argument("--wave", metavar="START:END", help="write wave.vcd for these cycles")
    sub.add_argument("--memory-latency", type=int, default=default.memory_latency, help="cycles of each DMA burst")
    sub.add_argument("--back-pressure", type=int, default=default.back_pressure, help="percent of cycles, by the seed")
    sub.add_argument("--no-skip", action="store_true", help="run quiet cycles one by one")
    sub.add_argument(
        "--ignore-quiet", action="store_true", help="take the design as one that cannot tell when it is quiet"
    )
    sub.add_argument("--parameter", action="append", default=[], metavar="NAME=VALUE", help="for the program")
    sub.add_argument("--output", type=Path, help="run folder (default: a new one under build/runs)")
    sub.add_argument("--gdb", action="store_true", help="wait for gdb before the first instruction")
    sub.add_argument(
        "--record-inputs", action="store_true", help="write inputs.bin: what the design was driven with, to replay it"
    )
    sub.add_argument("--json", action="store_true", help="print the summary as JSON and nothing else")


def run_options(arguments: argparse.Namespace) -> RunOptions:
    """The options of a run from its command line."""
    return RunOptions(
        program=arguments.program,
        design=arguments.design,
        harts=arguments.harts,
        seed=arguments.seed,
        quantum=arguments.quantum,
        lead=arguments.lead,
        cycle_limit=arguments.cycle_limit,
        host_time_limit=arguments.host_time_limit,
        wave=parse_wave(arguments.wave) if arguments.wave is not None else None,
        memory_latency=arguments.memory_latency,
        back_pressure=arguments.back_pressure,
        skip=not arguments.no_skip,
        parameters=parse_parameters(arguments.parameter),
        output=arguments.output,
        gdb=arguments.gdb,
        record_inputs=arguments.record_inputs,
        ignore_quiet=arguments.ignore_quiet,
    )


def _run(arguments: argparse.Namespace) -> int:
    """Runs a program; the status is the verdict's."""
    error_console = console.make_console(stderr=True)
    run = launcher.start(
        run_options(arguments), lambda line: error_console.print("attach with: " + escape(line), soft_wrap=True)
    )
    if arguments.json:
        record = run.summary | {"hash": run.hash, "folder": str(run.folder), "command": run.command}
        print(json.dumps(record, indent=2))
        return run.status
    screen = console.make_console()
    console.print_run(screen, run)
    if run.diagnosis:
        screen.print(escape(run.diagnosis))
    return run.status


def _report(arguments: argparse.Namespace) -> int:
    """Writes the report."""
    print(relative(report.write(Run(arguments.run), arguments.output)))
    return 0


def _timeline(arguments: argparse.Namespace) -> int:
    """Writes the timeline."""
    print(relative(timeline.write(Run(arguments.run), arguments.output)))
    return 0


def _breakdown(arguments: argparse.Namespace) -> int:
    """Prints the stages of the wake-ups."""
    run = Run(arguments.run)
    screen = console.make_console()
    breakdown = run.breakdown
    if not breakdown.wake_ups:
        screen.print("no doorbell of this run woke a thread")
    else:
        screen.print(console.breakdown_table(breakdown, f"{run.program_name}: {len(breakdown.wake_ups):,} wake-ups"))
        screen.print(console.histogram_table(breakdown, "end to end"))
    for moment, count in sorted(breakdown.ended_before.items()):
        screen.print(f"{count:,} doorbells woke nobody: '{moment}' never came")
    return 0


def _ledger(arguments: argparse.Namespace) -> int:
    """Prints the ledger and its violations."""
    run = Run(arguments.run)
    screen = console.make_console()
    if not run.ledger.payloads:
        screen.print("this run marked no payload")
        return 0
    screen.print(console.ledger_table(run.ledger, f"{run.program_name}: bytes by who moved them"))
    console.print_offences(screen, run.ledger)
    return 1 if run.ledger.offences() else 0


def _trace(arguments: argparse.Namespace) -> int:
    """Prints events."""
    lines = trace.lines(Run(arguments.run), arguments.start, arguments.end, arguments.kind)
    if arguments.output is not None:
        arguments.output.write_text("".join(line + "\n" for line in lines))
        return 0
    for line in lines:
        print(line)
    return 0


def _compare(arguments: argparse.Namespace) -> int:
    """Compares two runs."""
    first, second = Run(arguments.first), Run(arguments.second)
    difference = compare.compare(first, second)
    console.print_difference(console.make_console(), difference, first, second)
    return 0 if difference is None else 1


def _list(arguments: argparse.Namespace) -> int:
    """Prints what can be run."""
    print("designs:  " + (" ".join(design_names()) or "none built (make)"))
    print("programs: " + (" ".join(program_names(arguments.design)) or "none built (make firmware)"))
    return 0


def end_on_termination() -> None:
    """Makes SIGTERM an exception: a job that is cancelled must take QEMU with it, and exceptions do."""

    def end(*_: object) -> NoReturn:
        sys.exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, end)


def main(arguments: list[str]) -> int:
    """Runs a sub-command and returns the process's exit status; 3 for anything that could not be set up."""
    try:
        options = build_parser().parse_args(arguments)
        status: int = options.action(options)
        return status
    except HarnessError as error:
        print(f"error: {error}", file=sys.stderr)
        return SET_UP_ERROR
    except BrokenPipeError:
        # The reader (head, a pager) has seen enough; Python must not complain about it again at exit.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
