"""What expressions here have of CEL is as its conformance cases have it; what they have not is refused, and says so."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import cel_cases
import pytest
from cel_cases import Case
from expression_cases import given, outcome
from expression_node import node
from support import shared

pytestmark = pytest.mark.urs("PRD-07")

# What is not taken from CEL, and how a text shows that it needs it. Each such text must be refused when it is compiled,
# or as a time or a span that cannot be read.
LEFT_OUT = {
    "maps and messages: a row has declared fields": r"\{",
    "null: what is missing is asked for with has()": r"\bnull\b|null_type",
    "numbers without a sign: all numbers are decimals": r"[0-9a-fA-F][uU]\b|\buint\b",
    "floats and hexadecimals: all numbers are decimals": r"\b\d[\d.]*[eE][-+]?\d|\b0x|^\.\d|[^\d]\.\d",
    "bytes": r"(?<![\w'\"])[bB][rR]?['\"]|\bbytes\b",
    "raw texts and texts over several lines": r"(?<![\w'\"])[rR]['\"]|'''|\"\"\"",
    "escapes beyond those of JSON": r"\\[?`abfvxXU0-7]",
    "dyn: every type is known before a run": r"\bdyn\(",
    "conversions and types as values": r"\b(int|string|double|bool|type|list)\b|^map$|(\w+)\(\2\(",
    "regular expressions: no engine is the same in both languages": r"\.matches\(",
    "parts of a time: they depend on a zone": r"\.get[A-Z]",
    "protocol buffers": r"google\.protobuf",
    "nanoseconds: times are whole milliseconds": r"\.\d{4,9}Z|\d[mnu]s'",
    "words that CEL keeps": r"^a\.\w+\(\) \|\| true$",
}
# Refused before a run, where CEL without its check fails, or goes on, in one; the last is of a variable that is NaN.
CHECKED_BEFORE = {
    *("basic/variables/unbound_is_runtime_error", "basic/variables/self_eval_unbound_lookup"),
    *("basic/functions/unbound", "basic/functions/unbound_is_runtime_error"),
    *("logic/conditional/mixed_type", "logic/AND/short_circuit_type_left", "logic/AND/short_circuit_type_right"),
    *("logic/OR/short_circuit_type_left", "logic/OR/short_circuit_type_right"),
    *("macros/exists/list_elem_type_shortcircuit", "macros/exists/list_elem_type_exhaustive"),
    *("macros/all/list_elem_type_shortcircuit", "macros/all/list_elem_type_exhaustive"),
    *("comparisons/eq_literal/not_eq_list_length", "comparisons/eq_literal/not_eq_list_false_vs_types"),
    *("comparisons/in_list_literal/elem_in_mixed_type_list", "comparisons/bound/double_ne_left_false"),
}
# Exact decimals have neither infinity nor a sign at zero, and no 64 bits.
DECIMAL = {
    "fp_math/fp_math/mod_not_support": "3.5",
    "fp_math/fp_math/negative_zero": "0",
    "integer_math/int64_math/int64_overflow_positive": "9223372036854775808",
    "integer_math/int64_math/int64_overflow_negative": "-9223372036854775809",
    "integer_math/int64_math/int64_overflow_add_negative": "-9223372036854775809",
    "integer_math/int64_math/int64_overflow_sub_positive": "9223372036854775808",
    "integer_math/int64_math/int64_min_negate": "9223372036854775808",
    "integer_math/int64_math/int64_min_negate_mul": "9223372036854775808",
    "integer_math/int64_math/int64_min_negate_div": "9223372036854775808",
    "integer_math/int64_math/int64_overflow_mul_positive": "25000000000000000000",
    "integer_math/int64_math/int64_overflow_mul_negative": "-25000000000000000000",
}
NO_INFINITY = {
    *("comparisons/eq_literal/not_eq_double_nan", "comparisons/ne_literal/not_ne_double_nan"),
    *("comparisons/ne_literal/ne_double_nan", "fp_math/fp_math/divide_zero"),
}
_KINDS = {"bool_value": "yes_no", "string_value": "text"}


def ours(case: Case) -> str:
    """The text with our names for the same things: `time`, and spans as ISO 8601 writes them."""
    text = re.sub(r"\btimestamp\(", "time(", case.source)
    return re.sub(r"duration\('(-?)(\d+)s'\)", r"duration('\1PT\2S')", text)


def left_out(case: Case) -> list[str]:
    return [why for why, shown in LEFT_OUT.items() if re.search(shown, case.source, re.ASCII)]


def bound(case: Case) -> tuple[dict[str, Any], dict[str, Any]]:
    """Types and values of the variables that a case comes with, as far as they are kinds of ours."""
    types: dict[str, Any] = {}
    values: dict[str, Any] = {}
    for one in case.said.get("bindings", []):
        ((kind, said),) = one["value"][0]["value"][0].items()
        if kind == "list_value":
            types[one["key"][0]] = "list(decimal)"
            values[one["key"][0]] = [each["int64_value"][0] for each in said[0]["values"]]
        elif kind in ("bool_value", "string_value", "int64_value"):
            types[one["key"][0]] = _KINDS.get(kind, "decimal")
            values[one["key"][0]] = said[0] == "true" if kind == "bool_value" else said[0]
    return types, values


def wanted(message: dict[str, list[Any]]) -> Any:
    ((kind, said),) = message.items()
    if kind == "list_value":
        return [wanted(one) for one in said[0].get("values", [])]
    if kind == "bool_value":
        return said[0] == "true"
    return Decimal(said[0]) if kind in ("int64_value", "double_value") else said[0]


def same(result: Any, want: Any) -> bool:
    if isinstance(want, list):
        return isinstance(result, list) and len(result) == len(want) and all(map(same, result, want))
    return bool((Decimal(result) if isinstance(want, Decimal) else result) == want)


def judged(case: Case, said: dict[str, Any]) -> str:
    """`left out`, `checked before`, `decimal`, `as CEL`, or why that is not so."""
    if left_out(case):
        return "left out" if "problem" in said or said == {"error": "format_wrong"} else "WRONG: not refused"
    if case.name in CHECKED_BEFORE:
        return "checked before" if "problem" in said else "WRONG: not refused before a run"
    if case.name in DECIMAL or case.name in NO_INFINITY:
        want = {"result": DECIMAL[case.name], "names": []} if case.name in DECIMAL else {"error": "division_by_zero"}
        return "decimal" if said == want else f"WRONG: not {want}"
    if case.fails:
        message = str(case.said.get("eval_error") or case.said.get("eval_errors"))
        by_zero = re.search("divi|modul", message) is not None
        right = said == {"error": "division_by_zero"} if by_zero else "result" not in said
        return "as CEL" if right else f"WRONG: not {message}"
    # Without a value, a case wants true.
    told = wanted(case.said["value"][0]) if "value" in case.said else True
    return "as CEL" if "result" in said and same(said["result"], told) else f"WRONG: not {told}"


def test_the_cases_of_cel_are_kept_or_refused_in_both_languages() -> None:
    cases = list(cel_cases.cases(shared("data", "cel")))
    verdicts: Counter[str] = Counter()
    wrong = []
    with node() as ask:
        for case in cases:
            types, values = bound(case)
            said = outcome(ours(case), *given(types, values))
            there = ask({"types": types, "values": values, "sources": [ours(case)]})[0]
            verdict = judged(case, said)
            verdicts[verdict] += 1
            if verdict.startswith("WRONG") or there != said:
                wrong.append((case.name, case.source, verdict, said, there))
    assert wrong == []
    assert len(cases) > 1_000
    assert verdicts["as CEL"] > 300
