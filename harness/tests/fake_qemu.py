# SPDX-License-Identifier: MIT
"""Stands in for QEMU, the plugin and the design, so that the launcher can be tested by what it does to a process."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from event_writer import DESIGN, REGISTERS, default_program

from harness import design, launcher, paths, plugin, program

SCRIPT = """#!{python}
import json, os, signal, subprocess, sys, time
sys.path[:0] = [{tests!r}, {root!r}]
from event_writer import EventWriter
plugin = sys.argv[sys.argv.index("-plugin") + 1]
conf = dict(line.rstrip("\\n").split("=", 1) for line in open(plugin.split("config=")[1].replace(",,", ",")))
run = conf["run_directory"]
open(conf["ram"], "wb").write(bytes(16))
seen = {{"argv": sys.argv[1:], "affinity": len(os.sched_getaffinity(0)), "group": os.getpgid(0)}}
json.dump(seen, open(run + "/fake.json", "w"))
def finish(verdict, status, **more):
    writer = EventWriter()
    writer.add(0, "run_start", int(conf["harts"]), int(conf["quantum"]), int(conf["seed"]))
    writer.add(50, "run_exit", 0, 0, status, 0x80000000)
    open(run + "/events.bin", "wb").write(writer.content())
    hart = {{"retired": 40, "stall": 10, "idle": 0, "time": 50, "pc": 0x80000000}}
    summary = {{"verdict": verdict, "exit_code": status, "reason": "", "harts": [hart], "cycles": 50, "host_ns": 1000}}
    json.dump(summary | more, open(run + "/summary.json", "w"))
    open(run + "/console.txt", "w").write("hello from the fake\\n")
    sys.exit(status)
{behaviour}
"""


class FakeMachine:
    """A project with a built design and program `hello`, and a QEMU that behaves as a test says."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Redirects all paths of the harness into `folder`."""
        self.folder = folder
        build = folder / "build"
        designs = build / "designs" / "mailbox"
        (designs / "registers").mkdir(parents=True)
        (designs / "design.json").write_text(json.dumps(DESIGN))
        (designs / "design.so").write_bytes(b"")
        (designs / "registers" / "mailbox_registers.json").write_text(json.dumps(REGISTERS))
        (build / "firmware" / "mailbox").mkdir(parents=True)
        (build / "firmware" / "mailbox" / "hello.elf").write_bytes(default_program())
        (build / "plugin.so").write_bytes(b"")
        (folder / "firmware" / "programs").mkdir(parents=True)
        (folder / "firmware" / "programs" / "unbuilt.c").write_text("")
        (folder / "bin").mkdir()
        self.runs = build / "runs"
        for module in (launcher, paths):
            monkeypatch.setattr(module, "RUNS", self.runs)
            monkeypatch.setattr(module, "PLUGIN", build / "plugin.so")
        monkeypatch.setattr(plugin, "RUNS", self.runs)
        monkeypatch.setattr(design, "DESIGNS", build / "designs")
        monkeypatch.setattr(design, "design_folder", lambda name: build / "designs" / name)
        monkeypatch.setattr(program, "firmware_folder", lambda name: build / "firmware" / name)
        self._monkeypatch = monkeypatch

    def behave(self, behaviour: str) -> None:
        """Python statements that the fake QEMU executes; `finish(verdict, status)` ends it properly."""
        tests = Path(__file__).resolve().parent
        script = self.folder / "bin" / "qemu"
        script.write_text(
            SCRIPT.format(python=sys.executable, tests=str(tests), root=str(tests.parent.parent), behaviour=behaviour)
        )
        script.chmod(0o755)
        self._monkeypatch.setattr(launcher, "QEMU", str(script))
