"""What a form finds in what is filled in: each test one thing that a plant would notice."""

from typing import Any

import pytest
from form_support import (
    calculation,
    choice,
    field,
    form,
    limits,
    number,
    quantity,
    section,
    table,
    text,
    weighing_record,
)
from form_support import words as words_

from server.engines.forms.model import FieldState
from server.engines.forms.rules import check, evaluate, signed_digest

pytestmark = pytest.mark.urs("ENG-01", "PRD-07")


def state(values: dict[str, Any], *fields: dict[str, Any], path: str) -> FieldState:
    return evaluate(form(section("s", *fields)), values).paths[path]


def codes(*sections: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one.code, one.path) for one in check(form(*sections))}


@pytest.mark.parametrize(
    ("value", "rounding", "verdict"),
    [
        ("102.04", "gbt8170", "within"),
        ("102.05", "gbt8170", "within"),
        ("102.0501", "gbt8170", "specification"),
        ("102.05", "half_up", "specification"),
        ("94.95", "gbt8170", "within"),
        ("94.949", "gbt8170", "specification"),
    ],
)
def test_a_value_is_rounded_by_its_rule_before_a_limit_judges_it(value: str, rounding: str, verdict: str) -> None:
    one = number("y", "%", 1, rounding=rounding, limits=limits(specification=("95.0", "102.0")))
    found = state({"y": quantity(value, "%")}, one, path="y")
    assert found.verdict == verdict
    # What was read off stays as it was.
    assert found.value == quantity(value, "%")


@pytest.mark.parametrize(
    ("value", "verdict"),
    [("10", "within"), ("13", "alert"), ("7", "action"), ("21", "specification"), ("20", "action"), ("12", "within")],
)
def test_the_worst_limit_that_is_left_is_the_verdict(value: str, verdict: str) -> None:
    ranges = limits(alert=("8", "12"), action=("8", "15"), specification=("0", "20"))
    assert state({"n": quantity(value)}, number("n", decimals=0, limits=ranges), path="n").verdict == verdict


def test_a_calculation_uses_exact_values_and_is_rounded_once() -> None:
    """GB/T 8170-2008, 3.2.4: 12.449 becomes 12, and not by way of 12.45 and 12.5 the number 13."""
    fields = (number("a"), calculation("b", "a * 1", decimals=1), calculation("c", "b * 1", decimals=0))
    found = evaluate(form(section("s", *fields)), {"a": quantity("12.460")}).paths
    assert (found["b"].value, found["c"].value) == (quantity("12.5"), quantity("12"))


def test_nothing_is_never_zero() -> None:
    fields = (number("a"), number("b"), calculation("sum", "a + b"), calculation("kept", "has(b) ? a + b : a"))
    found = evaluate(form(section("s", *fields)), {"a": quantity("1")}).paths
    assert (found["sum"].value, found["sum"].problems) == (None, ())
    assert found["kept"].value == quantity("1.000")


def test_a_sum_over_a_table_waits_for_each_row() -> None:
    fields = (table("t", number("net"), least=2), calculation("total", "sum(t.map(w, w.net))"))
    values = {"t/1/net": quantity("1.5")}
    assert state(values, *fields, path="total").value is None
    assert state({**values, "t/2/net": quantity("2.25")}, *fields, path="total").value == quantity("3.750")
    assert state({**values, "t/2/net": quantity("2.25"), "t/3/net": None}, *fields, path="total").value is None


def test_a_column_may_use_a_total_of_its_own_table() -> None:
    values = {"weighings/1/gross": quantity("6.2"), "weighings/1/tare": quantity("1")}
    values |= {"weighings/2/gross": quantity("16.6"), "weighings/2/tare": quantity("1"), "batch_size": quantity("20")}
    found = evaluate(weighing_record(), values).paths
    assert check(weighing_record()) == []
    assert [found[f"weighings/{row}/share"].value for row in (1, 2)] == [quantity("25.0", "%"), quantity("75.0", "%")]
    assert (found["weighings/2/net"].verdict, found["yield_"].verdict) == ("action", "specification")


def test_what_is_hidden_has_no_value_and_is_not_asked_for() -> None:
    fields = (
        choice("room", "a", "b"),
        text("why", when='room == "b"', required=True),
        calculation("n", "has(why)?1:0"),
    )
    shown = evaluate(form(section("s", *fields)), {"room": "b", "why": "repair"})
    hidden = evaluate(form(section("s", *fields)), {"room": "a", "why": "repair"})
    assert shown.paths["why"].value == "repair"
    assert (hidden.paths["why"].visible, hidden.paths["why"].value, hidden.complete) == (False, None, True)
    assert (shown.paths["n"].value, hidden.paths["n"].value) == (quantity("1.000"), quantity("0.000"))
    assert not evaluate(form(section("s", *fields)), {"room": "b"}).complete


def test_a_repeated_section_has_its_own_values_and_is_a_list_to_the_others() -> None:
    pour = section("pours", number("mass"), calculation("twice", "mass * 2"), repeat={"min": 1, "max": 3})
    definition = form(pour, section("s", calculation("all_", "sum(pours.map(p, p.twice))")))
    found = evaluate(
        definition, {"pours/1/mass": quantity("1"), "pours/2/mass": quantity("2"), "pours/4/mass": quantity("9")}
    )
    assert found.rows == {"pours": 2}
    assert found.paths["pours/2/twice"].value == quantity("4.000")
    assert found.paths["all_"].value == quantity("6.000")
    assert found.unknown == ("pours/4/mass",)


def test_a_signature_goes_stale_by_what_stood_above_it_and_by_nothing_below() -> None:
    fields = (number("a"), field("done", "signature", meaning=words_("done")), number("b"))
    definition = form(section("s", *fields))
    values: dict[str, Any] = {"a": quantity("1.000")}
    signed = values | {"done": {"signed_by": "P-1", "digest": signed_digest(definition, values, "done")}}
    assert evaluate(definition, signed).paths["done"].problems == ()
    assert evaluate(definition, signed | {"b": quantity("2")}).paths["done"].problems == ()
    assert evaluate(definition, signed | {"a": quantity("1.00")}).paths["done"].problems == ("stale",)


def test_the_second_person_is_another_one_and_comes_second() -> None:
    done = field("done", "signature", meaning=words_("done"))
    definition = form(section("s", done, field("seen", "second_signature", meaning=words_("seen"), of="done")))

    def signed(values: dict[str, Any], path: str, person: str) -> dict[str, Any]:
        return values | {path: {"signed_by": person, "digest": signed_digest(definition, values, path)}}

    first = signed({}, "done", "P-1")
    assert evaluate(definition, signed(first, "seen", "P-2")).complete
    assert evaluate(definition, signed(first, "seen", "P-1")).paths["seen"].problems == ("same_person",)
    assert evaluate(definition, signed({}, "seen", "P-2")).paths["seen"].problems == ("first_missing",)


def test_a_check_judges_what_is_there_and_says_which_one_fails() -> None:
    checks = [{"expression": one, "message": words_("no")} for one in ("a > 0", "a < b", "a / b < 1")]
    fields = (number("a", checks=checks), number("b"))
    assert state({"a": quantity("-1")}, *fields, path="a").problems == ("check:1",)
    assert state({"a": quantity("3"), "b": quantity("2")}, *fields, path="a").problems == ("check:2", "check:3")
    assert state({"a": quantity("3"), "b": quantity("0")}, *fields, path="a").problems == (
        "check:2",
        "division_by_zero",
    )


@pytest.mark.parametrize(
    ("sections", "code", "path"),
    [
        ([section("s", calculation("a", "b_"), calculation("b_", "a"))], "circular", "sections/0/fields/0/expression"),
        ([section("s", choice("c", "x"), text("t", when='c == "y"'))], "unreachable", "sections/0/fields/1/when"),
        ([section("s", text("t", when="1 > 2"))], "unreachable", "sections/0/fields/0/when"),
        ([section("s", text("t"), text("t"))], "id_taken", "sections/0/fields/1/id"),
        ([section("s", text("min"))], "id_reserved", "sections/0/fields/0/id"),
        (
            [section("s", text("t", label={"zh": "重量", "en": " "}))],
            "translation_missing",
            "sections/0/fields/0/label/en",
        ),
        ([section("s", calculation("a", "nobody + 1"))], "expression", "sections/0/fields/0/expression"),
        (
            [section("s", number("a", limits=limits(alert=("1", "9"), action=("2", "8"))))],
            "limits_order",
            "sections/0/fields/0/limits/alert/low",
        ),
        (
            [section("s", number("a", decimals=1, limits=limits(alert=("1.25", None))))],
            "limit_decimals",
            "sections/0/fields/0/limits/alert/low",
        ),
        (
            [section("s", field("b", "second_signature", meaning=words_("x"), of="a"))],
            "reference_unknown",
            "sections/0/fields/0/of",
        ),
        ([section("s", table("t", table("u", text("x"))))], "type_unknown", "sections/0/fields/0/columns/0/type"),
        ([section("s", text("a", max_length=0))], "value_wrong", "sections/0/fields/0/max_length"),
        ([section("s")], "empty", "sections/0/fields"),
        ([section(f"s{at}", *(text(f"t{at}x{n}") for n in range(60))) for at in range(17)], "too_large", ""),
    ],
)
def test_what_is_wrong_with_a_definition_is_found_at_its_place(sections: Any, code: str, path: str) -> None:
    assert (code, path) in codes(*sections)


def test_whatever_comes_as_a_value_is_judged_and_nothing_falls_over() -> None:
    definition = weighing_record()
    for value in (
        None,
        "",
        [],
        {},
        1,
        1.5,
        True,
        "x" * 9000,
        ["a", 1],
        {"value": 1},
        {"value": "1", "unit": "t"},
        "\ud800",
    ):
        found = evaluate(definition, dict.fromkeys(evaluate(definition, {}).paths, value))
        assert not found.complete


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        (["ab" * 32], ()),
        ([f"{'ab' * 32}/1024/审计 追踪.pdf", f"{'cd' * 32}/0/a.csv"], ()),
        ([f"{'ab' * 32}/1/a.pdf", f"{'ab' * 32}/1/b.pdf"], ("format",)),
        ([f"{'ab' * 32}/1/../a.pdf"], ("format",)),
        ([f"{'ab' * 32}/1/"], ("format",)),
        ([f"{'ab' * 32}/one/a.pdf"], ("format",)),
        (["ab" * 32, "cd" * 32, "ef" * 32], ("too_many",)),
    ],
)
def test_a_file_is_named_by_its_digest_and_may_say_its_size_and_name(value: list[str], problems: Any) -> None:
    assert state({"f": value}, field("f", "file", most=2), path="f").problems == problems


def test_a_photo_has_no_name() -> None:
    one = field("f", "photo", most=2)
    assert state({"f": [f"{'ab' * 32}/1/a.png"]}, one, path="f").problems == ("format",)
