# SPDX-License-Identifier: MIT
"""Checks every state of the model of the wait protocol, then that planted defects are found.

python -m kernel_ipc.formal.check [--folder FOLDER]: exit status 0 if the model keeps its rules in all configurations
and each plant breaks them in at least one, 1 if not, 2 if it could not be checked.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
MODEL = HERE / "wait.pml"
PLANTS = HERE / "plants.toml"
LIMIT_SECONDS = 120
# Longest path that the search may take; it says so if that is not enough, and then nothing is proven.
DEPTH = 2_000_000

Configuration = tuple[int, int, int, int, int]

# Slots, messages, time-outs a side, stale tokens, light sides.
CONFIGURATIONS: tuple[Configuration, ...] = (
    (1, 3, 0, 0, 0),
    (1, 3, 0, 2, 0),
    (1, 3, 1, 1, 0),
    (2, 4, 0, 0, 0),
    (2, 3, 1, 1, 0),
    (1, 3, 0, 0, 1),
    (1, 2, 1, 1, 1),
    (2, 4, 0, 0, 1),
)


class CheckError(Exception):
    """The checker could not be run, or said what nobody expects."""


@dataclass(frozen=True)
class Plant:
    """A defect: a passage of the model, what stands there instead, and what the checker must say."""

    name: str
    before: str
    after: str
    find: str


@dataclass(frozen=True)
class Verdict:
    """What a search found: "" if every state keeps the rules."""

    fault: str
    states: int


def run(command: list[str], folder: Path) -> str:
    """Output of a command that must end well and in time."""
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LIMIT_SECONDS, check=False)
    except FileNotFoundError:
        raise CheckError(f"{command[0]} is not installed: `make setup` installs it") from None
    except subprocess.TimeoutExpired:
        raise CheckError(f"{' '.join(command)} did not end within {LIMIT_SECONDS} s") from None
    if result.returncode != 0:
        raise CheckError(f"{' '.join(command)} ended with status {result.returncode}: {result.stdout}{result.stderr}")
    return result.stdout


def search(text: str, configuration: Configuration, folder: Path) -> Verdict:
    """Visits every state of a model in one configuration, up to the first that breaks a rule."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.pml").write_text(text)
    names = ("SLOTS", "MESSAGES", "TIMEOUTS", "STALE", "LIGHT")
    sizes = [f"-D{name}={value}" for name, value in zip(names, configuration, strict=True)]
    run(["spin", "-a", *sizes, "model.pml"], folder)
    run(["gcc", "-O2", "-w", "-DSAFETY", "-o", "pan", "pan.c"], folder)
    output = run(["./pan", f"-m{DEPTH}"], folder)
    if "max search depth too small" in output:
        raise CheckError(f"a path is longer than {DEPTH} steps: raise DEPTH")
    states = re.search(r"(\d+) states, stored", output)
    errors = re.search(r"errors: (\d+)", output)
    if states is None or errors is None:
        raise CheckError(f"the search printed no result:\n{output}")
    fault = re.search(r"pan:\d+: (invalid end state|assertion violated)", output)
    if (fault is None) != (errors.group(1) == "0"):
        raise CheckError(f"the search found a fault of an unknown kind:\n{output}")
    return Verdict(fault.group(1) if fault else "", int(states.group(1)))


def load_plants(path: Path = PLANTS) -> list[Plant]:
    """The plants of a file."""
    return [Plant(**entry) for entry in tomllib.loads(path.read_text())["plant"]]


def planted(text: str, plant: Plant) -> str:
    """The model with a defect; raises CheckError unless the passage stands there exactly once."""
    found = text.count(plant.before)
    if found != 1:
        raise CheckError(f"plant {plant.name!r}: its passage stands {found} times in the model; it must once")
    return text.replace(plant.before, plant.after)


def check_plant(text: str, plant: Plant, folder: Path) -> str:
    """What finds a plant: the configuration; "" if nothing does."""
    broken = planted(text, plant)
    for configuration in CONFIGURATIONS:
        verdict = search(broken, configuration, folder)
        if verdict.fault == plant.find:
            return str(configuration)
        if verdict.fault:
            raise CheckError(f"plant {plant.name!r}: {verdict.fault}, expected {plant.find}")
    return ""


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("build/kernel_ipc/formal"))
    folder: Path = parser.parse_args(arguments).folder
    text = MODEL.read_text()
    good = True
    try:
        for configuration in CONFIGURATIONS:
            verdict = search(text, configuration, folder)
            good = good and not verdict.fault
            slots, messages, timeouts, stale, light = configuration
            print(
                f"  wait protocol, slots {slots}, messages {messages}, time-outs {timeouts}, stale tokens {stale}, "
                f"{'light' if light else 'fencing'} sides: {verdict.states:,} states, {verdict.fault or 'kept'}"
            )
        for plant in load_plants():
            where = check_plant(text, plant, folder)
            good = good and bool(where)
            print(f"  planted: {plant.name}: {plant.find + ' in ' + where if where else 'NOT FOUND'}")
    except CheckError as error:
        print(f"wait protocol: {error}", file=sys.stderr)
        return 2
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
