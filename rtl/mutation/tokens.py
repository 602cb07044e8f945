# SPDX-License-Identifier: MIT
"""Cuts SystemVerilog into tokens that know where they stood, so that a file can be rewritten piece by piece."""

from __future__ import annotations

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*|/\*.*?\*/|\(\*(?!\s*\)).*?\*\))
  | (?P<string>"(?:\\.|[^"\\])*")
  | (?P<number>(?:\d[\d_]*)?'[sS]?[bBoOdDhH]\s*[0-9a-fA-FxXzZ?_]+|'[01xXzZ](?![\w'])|\d[\d_]*(?:\.\d+)?)
  | (?P<name>`?[$A-Za-z_][\w$]*(?:\s*::\s*[$A-Za-z_][\w$]*)*)
  | (?P<operator><<<=|>>>=|===|!==|==\?|!=\?|<<<|>>>|<<=|>>=|\|->|\|=>|->>|==|!=|<=|>=|&&|\|\||\+\+|--|\+:|-:|<<|>>
      |~&|~\||~\^|\^~|\*\*|\+=|-=|\*=|/=|%=|&=|\|=|\^=|->|::|'\{|'|[-+*/%!~&|^<>=?:;,.@\#(){}\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)
OPENING = {"(": ")", "[": "]", "{": "}", "'{": "}"}
CLOSING = frozenset(OPENING.values())


class SourceError(Exception):
    """The text is not SystemVerilog as these tools understand it; the message says where."""


@dataclass(frozen=True)
class Token:
    """One token: its kind (string, number, name, operator), its text, and where it starts."""

    kind: str
    text: str
    start: int
    line: int

    @property
    def end(self) -> int:
        """The position after its last character."""
        return self.start + len(self.text)


def tokenize(source: str) -> list[Token]:
    """All tokens without blanks and comments; SourceError at what is none."""
    tokens = []
    position = 0
    line = 1
    while position < len(source):
        found = TOKEN.match(source, position)
        if found is None or found.lastgroup is None:
            raise SourceError(f"line {line}: no token begins with {source[position : position + 10]!r}")
        if found.lastgroup != "space":
            tokens.append(Token(found.lastgroup, found.group(), position, line))
        line += found.group().count("\n")
        position = found.end()
    return tokens


def matching(tokens: list[Token], index: int) -> int:
    """Index of the bracket that closes the one at this index."""
    depth = 0
    for at in range(index, len(tokens)):
        text = tokens[at].text
        if tokens[at].kind != "operator":
            continue
        if text in OPENING:
            depth += 1
        elif text in CLOSING:
            depth -= 1
            if depth == 0:
                return at
    raise SourceError(f"line {tokens[index].line}: {tokens[index].text} is never closed")


def find(tokens: list[Token], index: int, texts: tuple[str, ...]) -> int:
    """Index of the first of these tokens from here on that stands in no bracket opened from here on."""
    at = index
    while at < len(tokens):
        token = tokens[at]
        if token.kind in ("operator", "name") and token.text in texts:
            return at
        at = matching(tokens, at) if token.kind == "operator" and token.text in OPENING else at
        at += 1
    where = tokens[min(index, len(tokens) - 1)].line
    raise SourceError(f"line {where}: none of {' '.join(texts)} follows")
