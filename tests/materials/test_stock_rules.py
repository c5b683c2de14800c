"""No quantity is made or lost, whatever is done with containers in whatever order and units: pure."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from materials.stock_world import TABLETS, told

from server.core import units
from server.materials.stock import model, rules
from server.materials.stock.book import Book
from server.materials.stock.model import Made, Movement

pytestmark = pytest.mark.urs("MAT-06")
# 1 L of it are 0.789 kg, so that 1 kg is no decimal of litres.
OWN = [("L", "kg", Fraction("0.789"))]
UNITS = ("kg", "g", "L", "mL")
AMOUNTS = st.decimals("0.001", "40", places=3).map(str)
QUANTITIES = st.fixed_dictionaries({"value": AMOUNTS, "unit": st.sampled_from(UNITS)})
LABELS = [f"C-{n}" for n in range(6)]
LABEL = st.sampled_from(LABELS)
DEEDS = st.one_of(
    st.tuples(st.just("receive"), LABEL, QUANTITIES),
    st.tuples(st.just("split"), LABEL, LABEL, QUANTITIES),
    st.tuples(st.just("merge"), LABEL, LABEL, LABEL),
    st.tuples(st.just("scrap"), LABEL, QUANTITIES),
    st.tuples(st.just("weigh"), LABEL, QUANTITIES, st.sampled_from(("B1/1/net", "B1/2/net", "B2/1/net"))),
    st.tuples(st.just("correct"), st.integers(0, 5)),
)

AT = "2026-11-26T08:00:00.000Z"


class Ledger:
    """A book, and beside it what came in, what was scrapped, and the claims that stand: all in kg."""

    def __init__(self) -> None:
        self.book, self.came, self.scrapped = Book(), Fraction(0), Fraction(0)
        self.claims: list[tuple[str, str, str, Fraction]] = []
        self.count = 0

    def do(self, deed: str, *given: Any) -> None:
        self.count += 1
        getattr(self, deed)(f"E-{self.count}", *given)

    def receive(self, entry: str, label: str, quantity: Any) -> None:
        if self.book.find(label) is None:
            self.came += kg(quantity)
        self.book.receive(Made(entry, AT), "m", "l", [{"container": label, "quantity": quantity}])

    def split(self, entry: str, label: str, into: str, quantity: Any) -> None:
        payload = {"container": label, "into": [{"container": into, "quantity": quantity}]}
        source, before = self.book.find(label), self.book.found(LABELS)
        changes, flags = rules.split(payload, source, before, OWN)
        self.book.apply(Made(entry, AT), changes)
        after = self.book.find(label)
        if source is not None and after is not None and Fraction(after.held) < 0 <= Fraction(source.held):
            assert model.OVERDRAWN in flags

    def merge(self, entry: str, into: str, *labels: str) -> None:
        changes, _ = rules.merge({"into": into, "from": list(labels)}, self.book.found(LABELS), OWN)
        self.book.apply(Made(entry, AT), changes)
        for one in changes:
            if one.what == "merged_out":
                left = self.book.find(one.container)
                assert left is not None
                assert (Fraction(left.held), left.gone) == (0, "merged")

    def scrap(self, entry: str, label: str, quantity: Any) -> None:
        source = self.book.find(label)
        payload = {"container": label, "quantity": quantity, "witness": None}
        if rules.scrap_refused(payload, source, "released", "P", OWN) is None:
            assert source is not None
            self.book.apply(Made(entry, AT), rules.scrapped(payload, source, OWN))
            self.scrapped += kg(quantity)
            after = self.book.find(label)
            assert after is not None
            assert Fraction(after.held) >= 0

    def weigh(self, entry: str, label: str, quantity: Any, place: str) -> None:
        if self.book.find(label) is not None:
            self.claims.append((entry, label, place, kg(quantity)))
        self.book.claim(Made(entry, AT), label, quantity, place, OWN)

    def correct(self, entry: str, at: int) -> None:
        if at < len(self.claims):
            self.book.supersede([self.claims[at][0]])
            del self.claims[at]

    def taken(self) -> Fraction:
        """Of several that claim one place of a container, the most."""
        most: dict[tuple[str, str], Fraction] = {}
        for _, label, place, amount in self.claims:
            most[label, place] = max(amount, most.get((label, place), Fraction(0)))
        return sum(most.values(), Fraction(0))

    def held(self) -> Fraction:
        total = Fraction(0)
        for one in self.book.found(LABELS).values():
            times = units.ratio(one.unit, "kg", OWN)
            assert times is not None
            total += Fraction(one.held) * times
        return total


def kg(quantity: Any) -> Fraction:
    found = units.convert(quantity["value"], quantity["unit"], "kg", OWN)
    assert found is not None
    return found


@settings(max_examples=300, deadline=None)
@given(st.lists(DEEDS, max_size=25))
def test_all_that_came_is_held_taken_or_scrapped(deeds: list[Any]) -> None:
    ledger = Ledger()
    for deed in deeds:
        ledger.do(*deed)
        assert ledger.held() + ledger.taken() + ledger.scrapped == ledger.came


TABLET, LITTLE = st.sampled_from(TABLETS), st.integers(1, 9)
DONE = st.one_of(
    st.tuples(st.just("take"), TABLET, LITTLE),
    st.tuples(st.just("lose"), LITTLE),
    st.tuples(st.just("rest"), TABLET),
    st.tuples(st.just("give_back")),
    st.tuples(st.just("count"), TABLET, st.integers(1, 2)),
    st.tuples(st.just("close"), st.integers(1, 2)),
    st.tuples(st.just("sync"), TABLET),
)


@pytest.mark.urs("MAT-09")
@settings(max_examples=500, deadline=None)
@example([("lose", 1), ("count", "T-1", 1), ("count", "T-2", 2), ("close", 2), ("close", 1)])
@given(st.lists(DONE, max_size=14))
def test_the_book_is_what_is_there_but_for_what_nobody_has_found_missing(deeds: list[Any]) -> None:
    """Counted, approved later, given back, weighed again, by tablets that are heard late: what is lost is told by the
    next that finds it, once."""
    world = told(deeds)
    assert world.held() == world.there + world.gone - world.told


SKEW = st.integers(-90, 90)
WRONG = st.one_of(
    st.tuples(st.just("take"), TABLET, LITTLE),
    st.tuples(st.just("lose"), LITTLE),
    st.tuples(st.just("rest"), TABLET),
    st.tuples(st.just("give_back")),
)


@pytest.mark.urs("PLT-13")
@settings(max_examples=300, deadline=None)
@example([("rest", "T-1"), ("take", "T-2", 3)], {"T-1": 4, "T-2": -4})
@example([("take", "T-2", 3), ("rest", "T-1")], {"T-1": -4, "T-2": 4})
@example([("give_back",), ("take", "T-1", 1)], {"T-1": -60})
@given(st.lists(WRONG, max_size=10), st.fixed_dictionaries(dict.fromkeys(TABLETS, SKEW)))
def test_no_clock_makes_or_loses_stock_where_the_log_says_what_was_before(
    deeds: list[Any], clocks: dict[str, int]
) -> None:
    world = told(deeds, clocks=clocks, near=True)
    assert world.held() == world.there + world.gone - world.told


def test_a_device_does_one_thing_after_the_other_however_its_clock_is_set() -> None:
    """Without a network, and set back by an hour after the rest was weighed."""
    came, rest = movement("25"), replace(movement("14", model.REST, at=_hour(10)), index=5, device="T-1")
    after = replace(movement("-4", "weighed", "B/1", at=_hour(9)), index=6, device="T-1")
    assert rules.held([came, rest, after]) == "10"
    # Of another device nobody knows better than its clock.
    assert rules.held([came, rest, replace(after, device="T-2")]) == "14"


def movement(
    amount: str, what: str = "received", place: str | None = None, superseded: bool = False, at: str = AT
) -> Movement:
    return Movement("E", what, amount, place, superseded, at)


def told_in_order(*movements: Movement) -> list[Movement]:
    """As the log has them one after the other; a desk knows all that it has."""
    numbered = [replace(one, index=n) for n, one in enumerate(movements, 1)]
    return [replace(one, seen=one.index, device="server") if one.what == "returned" else one for one in numbered]


def test_digits_that_were_measured_stay() -> None:
    assert rules.held([movement("25.00"), movement("-12.340", "weighed", "B/1")]) == "12.660"
    assert rules.held([movement("999999999999999.999999999999"), movement("0.000000000001", "split_in")]) == (
        "1000000000000000.000000000000"
    )


def test_what_is_no_decimal_is_kept_as_a_fraction_and_rounded_only_to_be_shown() -> None:
    third = rules.amount({"value": "1", "unit": "kg"}, "L", OWN)
    assert third == "1000/789"
    assert rules.shown(third) == "1.267427122940"
    assert rules.total([third] * 789) == "1000"


@pytest.mark.parametrize(
    ("moved", "gone"),
    [
        ([movement("5")], None),
        ([movement("0")], "empty"),
        ([movement("5"), movement("-5", "weighed", "B/1")], "empty"),
        ([movement("5"), movement("-5", "weighed", "B/1", superseded=True)], None),
        ([movement("5"), movement("-5", "merged_out")], "merged"),
        ([movement("5"), movement("-5", "scrapped")], "scrapped"),
    ],
)
def test_what_has_become_of_a_container(moved: list[Movement], gone: str | None) -> None:
    assert rules.gone(moved) == gone


@pytest.mark.urs("MAT-07")
def test_the_first_of_expiry_and_retest_is_the_last_day() -> None:
    assert rules.use_until("2027-01-01", "2026-12-01") == "2026-12-01"
    assert rules.use_until("2027-01-01", None) == "2027-01-01"
    assert rules.use_until(None, None) is None


@pytest.mark.urs("MAT-09")
def test_what_was_measured_says_what_is_left_and_batches_may_take_that_and_no_more() -> None:
    moved = told_in_order(
        movement("25.00"),
        movement("-5.00", "weighed", "B/1"),
        movement("19.90", "returned"),
        movement("-1.00", "weighed", "C/1"),
    )
    assert (rules.held(moved[:3]), rules.base(moved[:3])) == ("19.90", "24.90")
    assert (rules.held(moved), rules.base(moved)) == ("18.90", "24.90")
    assert rules.base([movement("25.00"), movement("-5.00", "weighed", "B/1")]) == "25.00"


def test_what_was_done_before_a_measurement_is_in_it_whenever_the_log_has_it() -> None:
    """A tablet weighs without a network, the rest comes back on the scale, then the tablet is heard."""
    came, back, late, after = told_in_order(
        movement("25"),
        movement("15", "returned", at="2026-11-26T10:00:00.000Z"),
        movement("-10", "weighed", "B/1", at="2026-11-26T09:00:00.000Z"),
        movement("-10", "weighed", "B/2", at="2026-11-26T11:00:00.000Z"),
    )
    assert rules.held([came, back, late]) == "15"
    assert rules.held([came, back, late, after]) == "5"
    assert rules.held_at([came, back, late, after], "2026-11-26T09:30:00.000Z") == "15"
    # A clock that is behind empties nothing.
    assert rules.held_at([came], "2026-11-26T07:59:59.000Z") == "25"


@pytest.mark.urs("PLT-13")
@given(
    st.lists(st.tuples(st.integers(1, 9), AMOUNTS), max_size=6),
    st.lists(st.tuples(st.integers(1, 9), AMOUNTS), min_size=1, max_size=3, unique_by=lambda one: one[0]),
    st.randoms(use_true_random=False),
)
def test_what_tablets_weigh_of_a_rest_counts_for_its_moment_in_whatever_order_it_comes(
    takes: list[tuple[int, str]], rests: list[tuple[int, str]], chance: Any
) -> None:
    moved = [movement(f"-{value}", "weighed", f"B/{n}", at=_hour(hour)) for n, (hour, value) in enumerate(takes)]
    moved += [movement(value, model.REST, at=_hour(hour, 30)) for hour, value in rests]
    chance.shuffle(moved)
    last, left = max(rests)
    after = sum((Fraction(value) for hour, value in takes if hour > last), Fraction(0))
    assert Fraction(rules.held([movement("90"), *moved])) == Fraction(left) - after


@pytest.mark.urs("PLT-07")
def test_what_corrects_a_weighing_before_a_rest_was_weighed_changes_nothing_after_it() -> None:
    came, rest = movement("25"), movement("14.9", model.REST, at=_hour(10))
    wrong = movement("-10", "weighed", "B/1", at=_hour(9))
    mended = movement("-11", "weighed", "B/1", at=_hour(12))
    gone = replace(wrong, superseded=True)
    assert rules.held([came, wrong, rest]) == "14.9"
    for order in ([came, gone, rest, mended], [came, gone, mended, rest], [came, rest, gone, mended]):
        assert rules.held(order) == "14.9"
    # Both are later than what was measured: the newer one counts.
    later = movement("-1", "weighed", "B/2", at=_hour(11))
    mended = movement("-2", "weighed", "B/2", at=_hour(13))
    assert rules.held([came, replace(later, superseded=True), mended, rest]) == "12.9"


@pytest.mark.urs("MAT-09")
def test_who_takes_a_container_back_has_it_before_them_with_all_that_the_log_knows() -> None:
    every = told_in_order(
        movement("25"),
        movement("-10", "weighed", "B/1", at=_hour(11)),
        movement("15", "returned", at=_hour(10)),
        movement("14", model.REST, at=_hour(9)),
    )
    assert [rules.held(every[:3]), rules.held(every)] == ["15", "15"]


def _hour(hour: int, minute: int = 0) -> str:
    return f"2026-11-26T{hour:02}:{minute:02}:00.000Z"
