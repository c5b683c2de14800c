"""The conformance cases of CEL (google/cel-spec, tests/simple), read from their text form."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TOKEN = re.compile(
    r"""(?P<skip>\s+|\#[^\n]*|[;,])|(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(?P<word>[\w.+/-]+)|(?P<sign>[{}\[\]:<>])"""
)
_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{1,2}|[0-7]{1,3}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


@dataclass(frozen=True, slots=True)
class Case:
    """`file/section/name`, the text, and the message as it stands: fields by name, each a list of what was said."""

    name: str
    source: str
    said: dict[str, list[Any]]

    @property
    def fails(self) -> bool:
        return "eval_error" in self.said or "eval_errors" in self.said


def cases(folder: Path) -> Iterator[Case]:
    for file in sorted(folder.glob("*.textproto")):
        for section in _message(_tokens(file.read_text("utf-8"))).get("section", []):
            for test in section["test"]:
                name = f"{file.stem}/{section['name'][0]}/{test['name'][0]}"
                yield Case(name, test["expr"][0], test)


def _tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each word, last first, so that the next one is popped."""
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match, text[at : at + 40]
        if match.lastgroup != "skip":
            found.append((str(match.lastgroup), match.group()))
        at = match.end()
    return found[::-1]


def _message(tokens: list[tuple[str, str]]) -> dict[str, list[Any]]:
    """Fields up to the brace that closes the message, or to the end."""
    fields: dict[str, list[Any]] = {}
    while tokens and tokens[-1][1] != "}":
        name = tokens.pop()[1]
        if name == "[":
            # The full name of a message in an Any.
            name = tokens.pop()[1]
            while tokens.pop()[1] != "]":
                pass
        if tokens[-1][1] == ":":
            tokens.pop()
        fields.setdefault(name, []).extend(_values(tokens))
    if tokens:
        tokens.pop()
    return fields


def _values(tokens: list[tuple[str, str]]) -> list[Any]:
    kind, word = tokens.pop()
    if word == "{":
        return [_message(tokens)]
    if word == "[":
        many = []
        while tokens[-1][1] != "]":
            many += _values(tokens)
        tokens.pop()
        return many
    if kind != "text":
        return [word]
    raw = _unescaped(word)
    while tokens and tokens[-1][0] == "text":
        raw += _unescaped(tokens.pop()[1])
    return [raw.decode("utf-8", "surrogateescape")]


def _unescaped(word: str) -> bytes:
    def one(found: re.Match[bytes]) -> bytes:
        said = found.group(1)
        if said[:1] in (b"u", b"U") and len(said) > 1:
            return chr(int(said[1:], 16)).encode("utf-8")
        if said[:1] == b"x" and len(said) > 1:
            return bytes([int(said[1:], 16)])
        if said[:1].isdigit():
            return bytes([int(said, 8)])
        return _LETTERS.get(said, said)

    return _ESCAPE.sub(one, word[1:-1].encode("utf-8"))
