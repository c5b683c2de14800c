"""A row that is struck out is as if it had never been filled in, but for its number and the history."""

from typing import Any

import pytest
from form_support import calculation, form, number, quantity, section, table, weighing_record
from hypothesis import given
from hypothesis import strategies as st

from server.engines.forms.rules import evaluate, signed_digest

pytestmark = pytest.mark.urs("ENG-01", "PRD-07")
# Of what nothing was weighed a row has nothing in it.
WEIGHED = st.lists(st.tuples(st.integers(0, 9_999), st.integers(0, 999)) | st.none(), min_size=1, max_size=8)


def filled(rows: list[tuple[int, int] | None]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for at, row in enumerate(rows, 1):
        values[f"weighings/{at}/gross"] = row and quantity(f"{row[0] + row[1]}.000")
        values[f"weighings/{at}/tare"] = row and quantity(f"{row[1]}.000")
    return values


@given(WEIGHED, st.sets(st.integers(0, 7)))
def test_what_is_left_comes_to_what_it_would_alone(rows: list[tuple[int, int] | None], out: set[int]) -> None:
    struck = {at + 1 for at in out if at < len(rows)}
    left = [row for at, row in enumerate(rows, 1) if at not in struck]
    # A form has as many rows as it asks for beside those: without any, an empty one.
    alone = evaluate(weighing_record(), filled(left or [None]))
    state = evaluate(weighing_record(), filled(rows) | {f"weighings/{at}": True for at in struck})
    assert state.paths["total"] == alone.paths["total"]
    numbers = [at for at in range(1, state.rows["weighings"] + 1) if at not in struck]
    for at, same in enumerate(numbers, 1):
        assert state.paths[f"weighings/{same}/share"] == alone.paths[f"weighings/{at}/share"]
    assert state.struck == tuple(sorted(f"weighings/{at}" for at in struck))
    assert all(state.paths[f"weighings/{at}/gross"].value is None for at in struck)


def test_a_signature_above_a_row_that_is_struck_out_afterwards_is_stale() -> None:
    values = filled([(10, 1), (20, 2)])
    digest = signed_digest(weighing_record(), values, "done")
    signed = values | {"done": {"signed_by": "P-1", "digest": digest}}
    assert evaluate(weighing_record(), signed).paths["done"].problems == ()
    assert evaluate(weighing_record(), signed | {"weighings/2": True}).paths["done"].problems == ("stale",)
    # What is taken back stands as before.
    assert evaluate(weighing_record(), signed | {"weighings/2": False}).paths["done"].problems == ()


def test_a_struck_row_leaves_room_for_another_and_none_beyond() -> None:
    few = form(section("s", table("t", number("n"), least=1, most=2), calculation("sum_", "sum(t.map(r, r.n))")))
    values = {"t/1/n": quantity("1"), "t/2/n": quantity("2"), "t/3/n": quantity("4")}
    assert evaluate(few, values).unknown == ("t/3/n",)
    state = evaluate(few, values | {"t/1": True})
    assert (state.unknown, state.paths["sum_"].value) == ((), quantity("6.000"))
    # Nobody makes room by striking out what a form does not have.
    assert evaluate(few, values | {"t/9": True}).unknown == ("t/3/n", "t/9")
    # The row that a form asks for comes anew.
    assert evaluate(few, {"t/1": True}).rows["t"] == 2


def test_a_section_is_struck_out_with_all_that_is_in_it() -> None:
    repeated = form(
        section("runs", table("t", number("n")), number("m", required=True), repeat={"min": 1, "max": 3}),
        section("end", calculation("all_m", "sum(runs.map(r, r.m))"), calculation("n_s", "size(runs)", None, 0)),
    )
    values = {"runs/1/m": quantity("1"), "runs/2/m": quantity("2"), "runs/2/t/1/n": quantity("5")}
    state = evaluate(repeated, values | {"runs/1": True, "runs/2/t/1": True})
    assert (state.paths["all_m"].value, state.paths["n_s"].value) == (quantity("2.000"), quantity("1", ""))
    assert (state.paths["runs/1/m"].visible, state.paths["runs/2/t/1/n"].visible) == (False, False)
    assert (state.paths["runs/2/t/2/n"].visible, state.complete) == (True, True)
    assert not evaluate(repeated, {**values, "runs/1": True, "runs/2": True}).complete


def test_a_table_that_is_required_needs_a_row_that_stands() -> None:
    one = form(section("s", table("t", number("n"), least=0, most=3, required=True)))
    assert evaluate(one, {"t/1/n": quantity("1")}).complete
    assert evaluate(one, {"t/1/n": quantity("1"), "t/1": True}).paths["t"].problems == ("required",)
