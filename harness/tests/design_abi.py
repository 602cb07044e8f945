# SPDX-License-Identifier: MIT
"""The design ABI (sim/include/cosim/design.h) by ctypes, so that a test can drive a design cycle by cycle."""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, c_bool, c_char_p, c_uint, c_uint8, c_uint32, c_uint64, c_void_p
from pathlib import Path


class RegisterInputs(Structure):
    _fields_ = [
        *((name, c_uint64) for name in ("awaddr", "wdata", "araddr")),
        *((name, c_uint32) for name in ("awuser", "aruser")),
        *((name, c_uint8) for name in ("awprot", "arprot", "wstrb")),
        *((name, c_bool) for name in ("awvalid", "wvalid", "bready", "arvalid", "rready")),
    ]


class RegisterOutputs(Structure):
    _fields_ = [
        ("rdata", c_uint64),
        *((name, c_uint8) for name in ("bresp", "rresp")),
        *((name, c_bool) for name in ("awready", "wready", "bvalid", "arready", "rvalid")),
    ]


class MemoryAddress(Structure):
    _fields_ = [
        ("address", c_uint64),
        ("id", c_uint32),
        *((name, c_uint8) for name in ("length", "size", "burst")),
        ("valid", c_bool),
    ]


class MemoryInputs(Structure):
    _fields_ = [
        ("rdata", c_uint64 * 8),
        *((name, c_uint32) for name in ("rid", "bid")),
        *((name, c_uint8) for name in ("rresp", "bresp")),
        *((name, c_bool) for name in ("awready", "wready", "bvalid", "arready", "rvalid", "rlast")),
    ]


class MemoryOutputs(Structure):
    _fields_ = [
        ("aw", MemoryAddress),
        ("ar", MemoryAddress),
        ("wdata", c_uint64 * 8),
        ("wstrb", c_uint64),
        *((name, c_bool) for name in ("wvalid", "wlast", "bready", "rready")),
    ]


class TraceLane(Structure):
    _fields_ = [("value", c_uint32), ("kind", c_uint8), ("channel", c_uint8), ("valid", c_bool)]


class Inputs(Structure):
    _fields_ = [("registers", RegisterInputs), ("memory", MemoryInputs), ("controls", c_uint64)]


class Outputs(Structure):
    _fields_ = [
        ("registers", RegisterOutputs),
        ("memory", MemoryOutputs),
        ("interrupts", c_uint64),
        ("quiet_cycles", c_uint64),
        ("probes", c_uint64 * 32),
        ("trace", TraceLane * 8),
    ]


class TraceKind(Structure):
    _fields_ = [("kind", c_uint8), ("name", c_char_p)]


class Shape(Structure):
    _fields_ = [
        ("name", c_char_p),
        ("window_bytes", c_uint64),
        *((name, c_uint) for name in ("register_bytes", "memory_bytes", "interrupt_count", "probe_count")),
        ("probe_names", POINTER(c_char_p)),
        ("control_count", c_uint),
        ("control_names", POINTER(c_char_p)),
        ("trace_lane_count", c_uint),
        ("trace_kind_count", c_uint),
        ("trace_kind_names", POINTER(TraceKind)),
        ("has_quiet", c_bool),
    ]


class Listener(Structure):
    _fields_ = [("context", c_void_p), ("assertion", c_void_p)]


class Table(Structure):
    _fields_ = [
        ("abi", c_uint32),
        ("shape", Shape),
        ("create", CFUNCTYPE(c_void_p, POINTER(Listener))),
        ("destroy", CFUNCTYPE(None, c_void_p)),
        ("reset", CFUNCTYPE(None, c_void_p, c_uint)),
        ("settle", CFUNCTYPE(None, c_void_p, POINTER(Inputs), POINTER(Outputs))),
        ("edge", CFUNCTYPE(None, c_void_p)),
        ("run", CFUNCTYPE(c_uint64, c_void_p, c_uint64, POINTER(Outputs))),
    ]


class LoadedDesign:
    """One instance of a design, out of reset."""

    def __init__(self, shared_object: Path) -> None:
        """Loads the shared object."""
        library = ctypes.CDLL(str(shared_object))
        library.cosim_design_get.restype = POINTER(Table)
        self.table = library.cosim_design_get().contents
        self.inputs, self.outputs = Inputs(), Outputs()
        self._instance = self.table.create(ctypes.byref(Listener()))
        self.table.reset(self._instance, 4)

    def settle(self) -> Outputs:
        """Drives `inputs` and gives what the design answers."""
        self.table.settle(self._instance, ctypes.byref(self.inputs), ctypes.byref(self.outputs))
        return self.outputs

    def cycle(self) -> Outputs:
        """One whole cycle; gives what the next begins with."""
        self.settle()
        self.table.edge(self._instance)
        return self.settle()

    def run(self, cycles: int) -> int:
        """Up to so many cycles; gives how many."""
        return int(self.table.run(self._instance, cycles, ctypes.byref(self.outputs)))
