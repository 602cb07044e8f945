# SPDX-License-Identifier: MIT
"""Each instruction of a part of a run, with the registers before it: QEMU executes it step by step for us.

QEMU's plugins see that memory is accessed, not what with. Its debugger's interface shows all registers, so what an
instruction loads or stores is in the register that it names, after it or before it.
"""

from __future__ import annotations

import queue
import re
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness import launcher
from harness.errors import HarnessError
from harness.options import RunOptions
from harness.program import REGISTER_NAMES, find_program

SECONDS = 60.0
# As the debugger's interface orders them.
NAMES = (*REGISTER_NAMES, "pc")
WIDTHS = {"b": 1, "h": 2, "w": 4, "d": 8}
ACCESS = re.compile(r"^(?P<kind>l|s)(?P<width>[bhwd])u?$")
ATOMIC = re.compile(r"^(lr|sc|amo\w+)\.(?P<width>[wd])")
LINE = re.compile(r"^\s*([0-9a-f]+):\s+(\S+)\s*([^#<]*)")
PACKET = re.compile(rb"\$([^#]*)#..")


@dataclass(frozen=True)
class Instruction:
    """One instruction of the program."""

    address: int
    mnemonic: str
    operands: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One executed instruction."""

    instruction: Instruction
    before: dict[str, int]
    after: dict[str, int]


@dataclass(frozen=True)
class Access:
    """What one instruction moved between a register and memory."""

    step: Step
    is_store: bool
    width: int
    value: int


def instructions(program: Path) -> dict[int, Instruction]:
    """All instructions of a program, by address."""
    command = ["riscv64-unknown-elf-objdump", "-d", "--no-show-raw-insn", str(program)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = {}
    for line in text.splitlines():
        match = LINE.match(line)
        if match:
            operands = tuple(part for part in re.split(r"[,()\s]+", match[3]) if part)
            found[int(match[1], 16)] = Instruction(int(match[1], 16), match[2], operands)
    return found


def accesses(step: Step) -> list[Access]:
    """What a step loaded and stored; both of an atomic operation."""
    mnemonic, operands = step.instruction.mnemonic, step.instruction.operands
    plain = ACCESS.match(mnemonic)
    if plain:
        width, is_store = WIDTHS[plain["width"]], plain["kind"] == "s"
        registers = step.before if is_store else step.after
        return [Access(step, is_store, width, registers[operands[0]] & (1 << 8 * width) - 1)]
    atomic = ATOMIC.match(mnemonic)
    if atomic:
        width = WIDTHS[atomic["width"]]
        mask = (1 << 8 * width) - 1
        moved = [Access(step, False, width, step.after[operands[0]] & mask)]
        if not mnemonic.startswith("lr"):
            moved.append(Access(step, True, width, step.before[operands[1]] & mask))
        return moved
    return []


class Stepper:
    """A stopped run."""

    def __init__(self, path: Path, program: Path) -> None:
        """path: where QEMU listens. program: the ELF file that it runs."""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(SECONDS)
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                self._socket.connect(str(path))
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    raise HarnessError(f"QEMU does not listen at {path} after {SECONDS:.0f} s: {error}") from error
                time.sleep(0.02)
        self._received = b""
        self._program = instructions(program)
        self._ask("?")

    def _ask(self, text: str) -> str:
        """One exchange of the remote protocol."""
        data = text.encode()
        self._socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xFF))
        while True:
            packet = PACKET.search(self._received)
            if packet:
                self._received = self._received[packet.end() :]
                self._socket.sendall(b"+")
                return packet[1].decode()
            more = self._socket.recv(65536)
            if not more:
                raise HarnessError("QEMU ended while it was stepped")
            self._received += more

    def registers(self) -> dict[str, int]:
        """All registers by their names, and pc."""
        data = bytes.fromhex(self._ask("g"))
        return {name: int.from_bytes(data[8 * i : 8 * i + 8], "little") for i, name in enumerate(NAMES)}

    def run_to(self, address: int) -> None:
        """Goes on until an instruction is the next one, at least one step from here."""
        self._ask("s")
        self._ask(f"Z0,{address:x},2")
        self._ask("c")
        self._ask(f"z0,{address:x},2")
        if self.registers()["pc"] != address:
            raise HarnessError(f"the run stopped before it came to 0x{address:x}")

    def steps_to(self, address: int, at_most: int) -> Iterator[Step]:
        """Executes up to, not with, an instruction; HarnessError after at_most steps."""
        before = self.registers()
        for _ in range(at_most):
            self._ask("s")
            after = self.registers()
            yield Step(self._program[before["pc"]], before, after)
            if after["pc"] == address:
                return
            before = after
        raise HarnessError(f"0x{address:x} was not reached in {at_most} instructions")

    def finish(self) -> None:
        """Lets the run go to its end."""
        self._ask("D")
        self._socket.close()


@contextmanager
def stepped(options: RunOptions) -> Iterator[Stepper]:
    """A run to step through; at the end of the block it goes on to its end, and its folder is complete."""
    lines: queue.Queue[str] = queue.Queue()
    problems: list[HarnessError] = []

    def start() -> None:
        try:
            launcher.start(options, announce=lines.put)
        except HarnessError as error:
            problems.append(error)
            lines.put("")

    thread = threading.Thread(target=start, daemon=True)
    thread.start()
    target = re.search(r"target remote (\S+?)'", lines.get(timeout=SECONDS))
    if target is None:
        raise problems[0] if problems else HarnessError("the run did not say where it waits for a debugger")
    stepper = Stepper(Path(target[1]), find_program(options.program, options.design))
    try:
        yield stepper
    finally:
        stepper.finish()
        thread.join(SECONDS)
