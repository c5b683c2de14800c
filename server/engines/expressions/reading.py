"""Text to nodes: our own look at the words, then the grammar of `cel-python`, then its tree without its chains.

The words are looked at first so that Python and TypeScript refuse the same texts at the same places, whatever their
libraries would let through: floats without digits, unsigned and hexadecimal numbers, bytes, raw and longer strings.
"""

import re
from decimal import Decimal
from functools import cache
from typing import Any

from celpy.celparser import CELParseError, CELParser
from lark import Token, Tree, UnexpectedToken

from server.engines.expressions.model import (
    MAX_BRACKETS,
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_SOURCE,
    ExpressionProblem,
    Node,
)

_WORD = re.compile(
    r"(?P<space>[ \t\r\n]+)"
    r"|(?P<number>(?:0|[1-9][0-9]*)(?:\.[0-9]+)?)"
    r"""|(?P<text>"(?:[^"\\\r\n]|\\["'\\nrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*"|'(?:[^'\\\r\n]|\\["'\\nrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*')"""
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|&&|\|\||[<>+\-*/%!?:.,()\[\]])"
)
# Words that CEL keeps for itself (cel-spec, Values, Identifiers); `null` has no type here, and JavaScript has two more.
RESERVED = frozenset(
    {
        *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"),
        *("namespace", "null", "return", "var", "void", "while", "__proto__", "prototype"),
    }
)
# What a value begins with, and what it ends with.
_BEGINS = ("number", "name", "text")
_ENDS = (*_BEGINS, ")", "]")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_BINARY = {
    **{"relation_lt": "<", "relation_le": "<=", "relation_gt": ">", "relation_ge": ">=", "relation_eq": "=="},
    **{"relation_ne": "!=", "relation_in": "in", "addition_add": "+", "addition_sub": "-"},
    **{"multiplication_mul": "*", "multiplication_div": "/", "multiplication_mod": "%"},
}
MACROS = ("all", "exists", "exists_one", "filter", "map")


def read(source: str) -> Node:
    """The nodes of a text. ExpressionProblem `syntax`, `too_long`, `too_deep`, `literal_too_long`."""
    truths = _look(source)
    try:
        tree = _parser().parse(source)
    except CELParseError as error:
        raise ExpressionProblem("syntax", _place(source, error)) from None
    _placed(tree, truths)
    return _node(tree, 1)


def _placed(tree: Tree[Token], truths: list[int]) -> None:
    """Give `true` and `false` their places again: celpy makes new words of them, which have none."""
    places, open_ = iter(truths), [tree]
    while open_:
        one: Any = open_.pop()
        if isinstance(one, Tree):
            open_ += reversed([part for part in one.children if part is not None])
        elif one.type == "BOOL_LIT":
            one.start_pos = next(places)


@cache
def _parser() -> CELParser:
    return CELParser()


def _place(source: str, error: CELParseError) -> int:
    """Where the parser stopped; the end of the text where it wanted more, of which celpy says the last word's place."""
    stopped = error.__context__
    wanted_more = isinstance(stopped, UnexpectedToken) and stopped.token.type == "$END"
    if wanted_more or error.line is None or error.column is None or error.line < 1:
        return len(source)
    starts = [0, *(found.end() for found in re.finditer("\n", source))]
    return min(starts[error.line - 1] + error.column - 1, len(source))


def _look(source: str) -> list[int]:
    """Refuse what is no word of ours, too much of it, brackets inside of brackets without end, and what one of the two
    grammars takes and the other does not. Gives the places of `true` and `false`."""
    if len(source) > MAX_SOURCE:
        raise ExpressionProblem("too_long", 0)
    at, empty, before, last = 0, True, "", ""
    # For each bracket that is open, whether a choice in it still waits for its other side.
    choices = [False]
    truths: list[int] = []
    words: list[tuple[str, str, int]] = []
    while at < len(source):
        found = _WORD.match(source, at)
        if found is None:
            raise ExpressionProblem("syntax", at)
        word, kind = found.group(), str(found.lastgroup)
        # `in` and `.` stand after a value, and another value does not; `in` itself ends none.
        ended = before in _ENDS and last != "in"
        beside = ended != (word in ("in", ".")) and (kind in _BEGINS or word == ".")
        # `5.` and `.5`, a list that ends with a comma, a field called `in`.
        split = (word, before) == (".", "number") or (kind, before) == ("number", ".")
        open_ended = before == "," and word in (")", "]")
        kept = kind == "name" and (word in RESERVED or (before == "." and word in ("in", "true", "false")))
        if beside or split or open_ended or kept or (word == "!=" and not ended):
            raise ExpressionProblem("syntax", at)
        if word in ("true", "false"):
            truths.append(at)
        if kind == "number" and len(word.replace(".", "")) > MAX_DIGITS:
            raise ExpressionProblem("literal_too_long", at)
        if word in ("(", "["):
            choices.append(False)
        elif word in (")", "]") and len(choices) > 1:
            choices.pop()
        elif word in ("?", ":"):
            # A choice between `?` and `:` of another stands in brackets (cel-spec, Grammar, Expr).
            if choices[-1] is (word == "?"):
                raise ExpressionProblem("syntax", at)
            choices[-1] = word == "?"
        if len(choices) > MAX_BRACKETS + 1:
            raise ExpressionProblem("too_deep", at)
        if kind != "space":
            empty, before, last = False, word if kind == "sign" else kind, word
            words = [*words[-4:], (word, kind, at)]
            _named(words)
        at = found.end()
    if empty:
        raise ExpressionProblem("syntax", len(source))
    return truths


def _named(words: list[tuple[str, str, int]]) -> None:
    """Refuse a macro that does not begin with a plain name for each item: the grammars stop at different places."""
    for back in (4, 5):
        said = words[-back:]
        if len(said) < back or said[0][0] != "." or said[1][0] not in MACROS or said[2][0] != "(":
            continue
        word, kind, at = said[3]
        plain = kind == "name" and word not in ("true", "false", "in")
        if (word != ")" and not plain) or (back == 5 and plain and said[4][0] not in (",", ")")):
            raise ExpressionProblem("syntax", at)


def _inner(tree: Any) -> Any:
    """Down a chain of rules that say nothing: the grammar has eight of them around each literal."""
    keep = ("literal", "ident", "ident_arg", "list_lit", "member_dot_arg")
    while isinstance(tree, Tree) and len(tree.children) == 1 and str(tree.data) not in keep:
        tree = tree.children[0]
    return tree


def _at(tree: Any) -> int:
    """Where the first word of a tree begins; a rule that took no word of its own begins where its first part does."""
    while isinstance(tree, Tree):
        start = getattr(tree.meta, "start_pos", None)
        if start is not None:
            return int(start)
        tree = next(iter(tree.children), None)
    return int(getattr(tree, "start_pos", None) or 0)


def _node(tree: Any, depth: int) -> Node:
    tree = _inner(tree)
    at = _at(tree)
    if depth > MAX_DEPTH:
        raise ExpressionProblem("too_deep", at)
    kind = str(tree.data)
    if kind == "literal":
        return _literal(tree.children[0], at)
    if kind == "ident" and tree.children[0] != "in":
        return Node("name", at, name=str(tree.children[0]))
    if kind in _FORMS:
        return _FORMS[kind](tree, at, depth + 1)
    raise ExpressionProblem("syntax", at)


def _literal(token: Token, at: int) -> Node:
    text = str(token)
    if token.type in ("INT_LIT", "FLOAT_LIT"):
        # The grammar takes a minus sign for a part of the number; cel-spec has none in it.
        number = Node("value", at + text.startswith("-"), value=Decimal(text.lstrip("-")), type="decimal")
        return Node("neg", at, (number,)) if text.startswith("-") else number
    if token.type == "BOOL_LIT":
        return Node("value", at, value=text == "true", type="yes_no")
    if token.type in ("STRING_LIT", "MLSTRING_LIT"):
        return Node("value", at, value=_unescaped(text[1:-1]), type="text")
    raise ExpressionProblem("syntax", at)


def _unescaped(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        said = found.group(1)
        return chr(int(said[1:], 16)) if said.startswith("u") else _ESCAPES.get(said, said)

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", one, text)


def _each(tree: Any, depth: int) -> tuple[Node, ...]:
    """The nodes of an expression list; none where there is no list."""
    if tree is None:
        return ()
    return tuple(_node(one, depth) for one in tree.children)


def _either(tree: Tree[Token], at: int, depth: int) -> Node:
    first, second = (_node(one, depth) for one in tree.children)
    return Node("or" if tree.data == "conditionalor" else "and", first.at, (first, second))


def _binary(tree: Tree[Token], at: int, depth: int) -> Node:
    left, right = tree.children
    assert isinstance(left, Tree)
    first = _node(left.children[0], depth)
    return Node(_BINARY[str(left.data)], first.at, (first, _node(right, depth)))


def _choice(tree: Tree[Token], at: int, depth: int) -> Node:
    parts = tuple(_node(one, depth) for one in tree.children)
    return Node("if", parts[0].at, parts)


def _unary(tree: Tree[Token], at: int, depth: int) -> Node:
    sign, of = tree.children
    assert isinstance(sign, Tree)
    return Node("not" if sign.data == "unary_not" else "neg", at, (_node(of, depth),))


def _field(tree: Tree[Token], at: int, depth: int) -> Node:
    of = _node(tree.children[0], depth)
    return Node("field", of.at, (of,), name=str(tree.children[1]))


def _index(tree: Tree[Token], at: int, depth: int) -> Node:
    of, number = (_node(one, depth) for one in tree.children)
    return Node("index", of.at, (of, number))


def _list(tree: Tree[Token], at: int, depth: int) -> Node:
    return Node("list", at, _each(tree.children[0] if tree.children else None, depth))


def _call(tree: Tree[Token], at: int, depth: int) -> Node:
    name, given = str(tree.children[0]), tree.children[1] if len(tree.children) > 1 else None
    return Node("call", at, _each(given, depth), name=name)


def _method(tree: Tree[Token], at: int, depth: int) -> Node:
    """`list.all(x, …)` and its like are macros; all else called so is a function of what stands before the point."""
    of, name = _node(tree.children[0], depth), str(tree.children[1])
    given = _each(tree.children[2] if len(tree.children) > 2 else None, depth)
    if name not in MACROS:
        return Node("method", of.at, (of, *given), name=name)
    right = 3 if name == "map" and len(given) == 3 else 2
    if len(given) != right:
        raise ExpressionProblem("macro_wrong", of.at, function=name)
    if given[0].op != "name":
        raise ExpressionProblem("syntax", given[0].at)
    return Node(name, of.at, (of, *given[1:]), name=given[0].name)


_FORMS = {
    **{"conditionalor": _either, "conditionaland": _either, "expr": _choice, "unary": _unary},
    **{"relation": _binary, "addition": _binary, "multiplication": _binary},
    **{"member_dot": _field, "member_index": _index, "list_lit": _list, "ident_arg": _call, "member_dot_arg": _method},
}
