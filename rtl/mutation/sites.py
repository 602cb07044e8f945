# SPDX-License-Identifier: MIT
"""Finds the expressions of a SystemVerilog file that may be changed: what runs in each cycle, never what sizes it.

Right-hand sides of assignments, conditions of `if`, selectors of `case`, and inputs of instances are sites. Ranges,
parameters, generate conditions, loop headers, case labels and declarations are not: they must be constants. No
expression is parsed, brackets and keywords are enough to tell where one begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass

from rtl.mutation.tokens import SourceError, Token, find, matching, tokenize

# Operators that an output's connection cannot have: whose connection has one is an input.
VALUE_OPERATORS = frozenset(
    ("!", "~", "&", "|", "^", "~^", "^~", "&&", "||", "==", "!=", "<", ">", "<=", ">=", "+", "-", "*", "<<", ">>", "?")
)
PROCESSES = frozenset(("always_comb", "always_ff", "always_latch", "always"))
DECLARATIONS = frozenset(
    (
        *("logic", "int", "bit", "integer", "byte", "string", "wire", "reg", "enum", "typedef", "genvar"),
        *("localparam", "parameter", "automatic", "import", "export"),
    )
)
STRUCTURE = frozenset(("generate", "endgenerate", "begin", "end", "else", "endmodule", "endpackage", "default"))
ASSIGNMENTS = ("=", "<=", "+=", "-=", "&=", "|=", "^=", ";")


@dataclass(frozen=True)
class Site:
    """One expression: its tokens and what is done with its value.

    kind    "assign" (continuous), "next" (to a flip-flop), "reset" (of a flip-flop), "step" (in a combinational block),
            "condition" (of an if), "select" (of a case), "port" (of an instance), "return"
    target  what is assigned to, or the port's name
    given   true if an earlier statement of the block has surely given the target a value: this one can be left out
    """

    kind: str
    target: str
    given: bool
    tokens: tuple[Token, ...]


class Finder:
    """Goes through one file from front to back and collects sites."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.sites: list[Site] = []
        self.at = 0
        self.given: set[str] = set()  # targets that the process being read has surely assigned before

    @property
    def text(self) -> str:
        """The token here, or nothing at the end."""
        return self.tokens[self.at].text if self.at < len(self.tokens) else ""

    def pass_to(self, *texts: str) -> None:
        """Goes behind the next of these tokens that stands in no bracket."""
        self.at = find(self.tokens, self.at, texts) + 1

    def pass_brackets(self) -> tuple[int, int]:
        """Goes behind the bracket that opens here; what is inside, as a range of indices."""
        first = self.at + 1
        last = matching(self.tokens, self.at)
        self.at = last + 1
        return first, last

    def add(self, kind: str, first: int, last: int, target: str = "", given: bool = False) -> None:
        """Collects the expression between two indices."""
        tokens = tuple(self.tokens[first:last])
        # An assignment pattern takes its type from where it stands, which the rewriting would take away.
        if tokens and not any(token.text == "'{" for token in tokens):
            self.sites.append(Site(kind, target, given, tokens))

    def pass_label(self) -> None:
        """Goes behind `: name`, if a block has one."""
        if self.text == ":":
            self.at += 2

    def items(self) -> list[Site]:
        """The whole file: modules, generate blocks in them, processes, functions, instances."""
        while self.at < len(self.tokens):
            text = self.text
            if text in ("module", "package"):
                self.pass_to(";")
            elif text in STRUCTURE:
                self.at += 1
                self.pass_label()
            elif text in ("if", "for", "case"):
                self.at += 1
                self.pass_brackets()
            elif text == "assign":
                self.assign()
            elif text in PROCESSES:
                self.process()
            elif text == "function":
                self.pass_to(";")
                self.given = set()
                while self.text != "endfunction":
                    self.statement(kind="step", depth=0)
                self.at += 1
                self.pass_label()
            elif text in DECLARATIONS:
                self.pass_to(";")
            else:
                self.instance()
        return self.sites

    def assign(self) -> None:
        """`assign target = expression;`."""
        first = self.at + 1
        equals = find(self.tokens, first, ("=",))
        self.at = equals
        self.pass_to(";")
        self.add("assign", equals + 1, self.at - 1, self.between(first, equals))

    def process(self) -> None:
        """`always_comb` or `always_ff @(...)` with its statement."""
        clocked = self.text == "always_ff"
        self.at += 1
        self.given = set()
        if self.text == "@":
            self.at += 1
            self.pass_brackets()
        self.statement(kind="next" if clocked else "step", depth=0)

    def instance(self) -> None:
        """An instance: expressions connected to its ports. Anything else up to a semicolon is passed over."""
        end = find(self.tokens, self.at, (";",))
        names = self.tokens[self.at : end]
        ports = next((at for at in range(self.at, end) if self.tokens[at].text == "("), end)
        if ports < end and self.tokens[ports - 1].text == "#":
            ports = matching(self.tokens, ports) + 2
        if len(names) > 3 and ports < end:
            self.at = ports + 1
            while self.at < end:
                if self.text == "." and self.tokens[self.at + 2].text == "(":
                    target = self.tokens[self.at + 1].text
                    self.at += 2
                    self.port(target, *self.pass_brackets())
                else:
                    self.at += 1
        self.at = end + 1

    def port(self, target: str, first: int, last: int) -> None:
        """One connection; a site if it is surely an input."""
        depth = 0
        for token in self.tokens[first:last]:
            depth += (token.text == "[") - (token.text == "]")
            if depth == 0 and token.kind == "operator" and token.text in VALUE_OPERATORS:
                self.add("port", first, last, f".{target}")
                return

    def statement(self, kind: str, depth: int) -> None:
        """One statement of a process or function."""
        text = self.text
        if text == "begin":
            self.at += 1
            self.pass_label()
            while self.text != "end":
                self.statement(kind, depth)
            self.at += 1
            self.pass_label()
        elif text in ("unique", "unique0", "priority", ";"):
            self.at += 1
            if text != ";":
                self.statement(kind, depth)
        elif text == "if":
            self.condition(kind, depth)
        elif text in ("case", "casez", "casex"):
            self.case(kind, depth)
        elif text == "for":
            self.at += 1
            self.pass_brackets()
            self.statement(kind, depth)
        elif text == "return":
            first = self.at + 1
            self.pass_to(";")
            self.add("return", first, self.at - 1)
        elif text in DECLARATIONS:
            self.pass_to(";")
        elif text == "":
            raise SourceError("the file ends within a statement")
        else:
            self.assignment(kind, depth)

    def condition(self, kind: str, depth: int) -> None:
        """`if (condition) statement else statement`. A test of the reset is no site, its branch sets reset values."""
        self.at += 1
        first, last = self.pass_brackets()
        reset = kind == "next" and self.between(first, last).replace(" ", "") in ("!rst_ni", "~rst_ni", "rst_i")
        if not reset:
            self.add("condition", first, last)
        self.statement("reset" if reset else kind, depth + 1)
        if self.text == "else":
            self.at += 1
            self.statement(kind, depth + (0 if reset else 1))

    def case(self, kind: str, depth: int) -> None:
        """`case (expression) label: statement ... endcase`."""
        self.at += 1
        first, last = self.pass_brackets()
        self.add("select", first, last)
        while self.text != "endcase":
            if self.text == "default" and self.tokens[self.at + 1].text != ":":
                self.at += 1
            else:
                self.pass_to(":")
            self.statement(kind, depth + 1)
        self.at += 1

    def assignment(self, kind: str, depth: int) -> None:
        """`target = expression;` or `target <= expression;`; a call of a task is passed over."""
        first = self.at
        operator = find(self.tokens, first, ASSIGNMENTS)
        self.at = operator
        if self.text != ";":
            self.pass_to(";")
            target = self.between(first, operator)
            whole = self.tokens[first].text
            self.add(kind, operator + 1, self.at - 1, target, whole in self.given)
            if depth == 0 and operator == first + 1:
                self.given.add(whole)
        else:
            self.at += 1

    def between(self, first: int, last: int) -> str:
        """The source text from one token up to another, blanks and comments reduced to one blank."""
        return plain(self.source, tuple(self.tokens[first:last]))


def plain(source: str, tokens: tuple[Token, ...]) -> str:
    """Text of consecutive tokens with one blank where there was any space or comment between them."""
    pieces = []
    for before, token in zip((None, *tokens), tokens, strict=False):
        if before is not None and source[before.end : token.start]:
            pieces.append(" ")
        pieces.append(token.text)
    return "".join(pieces)


def find_sites(source: str) -> list[Site]:
    """All sites of a file in the order of its lines."""
    return Finder(source).items()
