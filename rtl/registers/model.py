# SPDX-License-Identifier: MIT
"""The registers of a design as the generators see them, read from compiled SystemRDL."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from systemrdl.compiler import RDLCompiler
from systemrdl.node import AddrmapNode, FieldNode, Node, RegfileNode, RegNode


class UnsupportedRegisterError(Exception):
    """The SystemRDL says something that the generator has no hardware for; the text names register and field."""


@dataclass
class Field:
    """One field: `low` and `width` in bits, `reset` or None, `kind` is constant, input, storage or external."""

    name: str
    low: int
    width: int
    reset: int | None
    kind: str
    readable: bool
    writable: bool
    access: str
    description: str
    codes: dict[str, int] = field(default_factory=dict)

    @property
    def high(self) -> int:
        """Number of the field's most significant bit."""
        return self.low + self.width - 1


@dataclass
class Register:
    """One 32-bit register at `offset` bytes from the start of its register file."""

    name: str
    offset: int
    external: bool
    read_strobe: bool
    description: str
    fields: list[Field]

    @property
    def readable(self) -> bool:
        """True if at least one field can be read."""
        return any(item.readable for item in self.fields)

    @property
    def writable(self) -> bool:
        """True if at least one field can be written."""
        return any(item.writable for item in self.fields)

    @property
    def port(self) -> str:
        """Start of the names of this register's ports."""
        return self.name.lower()


@dataclass
class RegisterFile:
    """A register file type: the decoder of this name is instantiated once for each place where it stands."""

    name: str
    title: str
    registers: list[Register]


def is_leaf(node: Node) -> bool:
    """True for a register file that holds registers; UnsupportedRegisterError if it holds something else besides."""
    held = {isinstance(child, RegNode) for child in node.children(unroll=False)}
    if len(held) != 1:
        raise UnsupportedRegisterError(f"{node.get_path()}: must hold either registers or register files")
    return held.pop()


def type_name(node: RegfileNode) -> str:
    """The name of a register file's type, or of its instance if the type has none."""
    return node.type_name or node.inst_name


def field_kind(node: FieldNode, external: bool) -> str:
    """What hardware the field becomes; raises UnsupportedRegisterError for what the decoder cannot do."""
    has_reset = isinstance(node.get_property("reset"), int)
    if external:
        return "external"
    if node.get_property("onwrite") is not None or node.get_property("onread") is not None:
        raise UnsupportedRegisterError(f"{node.get_path()}: side effects are supported in external registers only")
    if not node.is_sw_writable and node.is_hw_writable:
        return "input"
    if not node.is_sw_writable and not node.is_hw_readable and has_reset:
        return "constant"
    if node.is_sw_writable and node.is_sw_readable and not node.is_hw_writable and has_reset:
        return "storage"
    raise UnsupportedRegisterError(f"{node.get_path()}: this combination of sw, hw and reset is not supported")


def read_field(node: FieldNode, external: bool) -> Field:
    """Turns a compiled field into a `Field`; raises UnsupportedRegisterError."""
    reset = node.get_property("reset")
    encoding = node.get_property("encode")
    access = node.get_property("sw").name
    on_write = node.get_property("onwrite")
    return Field(
        name=node.inst_name,
        low=node.low,
        width=node.width,
        reset=reset if isinstance(reset, int) else None,
        kind=field_kind(node, external),
        readable=node.is_sw_readable,
        writable=node.is_sw_writable,
        access=access if on_write is None else f"{access}, {on_write.name}",
        description=" ".join((node.get_property("desc") or "").split()),
        codes={} if encoding is None else {member.name: int(member.value) for member in encoding},
    )


def read_register(node: RegNode) -> Register:
    """Turns a compiled register into a `Register`; raises UnsupportedRegisterError."""
    if node.get_property("regwidth") != 32 or node.is_array:
        raise UnsupportedRegisterError(f"{node.get_path()}: only single registers of 32 bits are supported")
    description = node.get_property("desc")
    if not description:
        raise UnsupportedRegisterError(f"{node.get_path()}: a register without desc")
    fields = [read_field(item, node.external) for item in node.fields()]
    if len({item.kind == "storage" for item in fields}) > 1:
        raise UnsupportedRegisterError(f"{node.get_path()}: stored and other fields in one register are not supported")
    accessed = any(item.get_property("swacc") for item in node.fields())
    return Register(
        name=node.inst_name,
        offset=node.raw_address_offset,
        external=node.external,
        read_strobe=accessed or (node.external and not node.has_sw_writable),
        description=" ".join(description.split()),
        fields=fields,
    )


def register_files(top: Node) -> list[RegisterFile]:
    """The register file types below a node, each once, in the order in which they are met."""
    found: dict[str, RegisterFile] = {}
    for child in top.children(unroll=False):
        if not isinstance(child, RegfileNode):
            raise UnsupportedRegisterError(f"{child.get_path()}: a map may hold register files only")
        if not is_leaf(child):
            found |= {item.name: item for item in register_files(child)}
            continue
        registers = [read_register(node) for node in child.registers(unroll=False)]
        name = type_name(child)
        found[name] = RegisterFile(name, child.get_property("name"), registers)
    return list(found.values())


def refuse_duplicates(files: list[RegisterFile]) -> None:
    """Raises UnsupportedRegisterError if two types have a register of one name: the package holds them all."""
    owners: dict[str, str] = {}
    for item in files:
        for register in item.registers:
            owner = owners.setdefault(register.name, item.name)
            if owner != item.name:
                raise UnsupportedRegisterError(
                    f"{register.name} is a register of {owner} and of {item.name}; rename one"
                )


def compile_map(path: Path) -> AddrmapNode:
    """Compiles a SystemRDL file and gives its last address map; raises RDLCompileError."""
    compiler = RDLCompiler()
    compiler.compile_file(str(path))
    return compiler.elaborate().top
