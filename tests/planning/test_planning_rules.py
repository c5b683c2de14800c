"""The plan of materials: worked examples by hand, and what holds whatever is planned."""

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.planning import model, rules
from server.planning.days import Days
from server.planning.explaining import Explained
from server.planning.model import Item, Plan, Supply, Use
from server.planning.rules import Needs

pytestmark = pytest.mark.urs("PRD-01")
TODAY = 739_950  # Monday 2026-11-30
EVERY = Days()


def need(item: str, quantity: str, day: int, about: str = "D1") -> Needs:
    return Needs(item, F(quantity), TODAY + day, model.FOR_DEMAND, about)


def run(items: list[Item], needs: list[Needs], supplies: list[Supply] | None = None, days: Days = EVERY) -> Plan:
    return rules.plan({one.code: one for one in items}, needs, supplies or [], TODAY, days)


def test_two_levels_are_netted_and_offset() -> None:
    """100 tablets on day 20, 30 there; made in 5 days with a yield of 95 %; 0.2 kg for each, and 3 kg are there."""
    tablet = Item("T", lead=5, yields=F("0.95"), step=F(1), uses=(Use("A", F("0.2")),))
    supplies = [Supply("S1", model.STOCK, "T", F(30), TODAY), Supply("S2", model.STOCK, "A", F(3), TODAY)]
    made = run([tablet, Item("A", lead=10)], [need("T", "100", 20)], supplies)
    first, second = made.proposals
    assert (first.ordered, first.quantity, first.net, first.extra) == (74, F("70.3"), 70, F("0.3"))
    assert (first.release - TODAY, first.available - TODAY) == (15, 20)
    below = made.requirements[1]
    assert (below.item, below.quantity, below.day - TODAY, below.about) == ("A", F("14.8"), 15, first.id)
    assert (second.ordered, second.release - TODAY) == (F("11.8"), 5)
    assert Explained(made).origins(below) == ["D1"]
    assert not made.shortages


def test_stock_that_ends_before_it_is_needed_does_not_count_and_the_first_to_end_goes_first() -> None:
    lots = [
        Supply("old", model.STOCK, "A", F(5), TODAY, TODAY + 9),
        Supply("keeps", model.STOCK, "A", F(5), TODAY),
        Supply("ends", model.STOCK, "A", F(5), TODAY, TODAY + 10),
    ]
    made = run([Item("A")], [need("A", "7", 10)], lots)
    assert [(one.supply, one.quantity) for one in made.pegs] == [("ends", 5), ("keeps", 2)]


def test_what_cannot_come_in_time_is_a_shortage_and_what_comes_sooner_than_a_new_order_covers_it() -> None:
    comes = [Supply("PO-1", model.PURCHASE, "A", F(4), TODAY + 6)]
    made = run([Item("A", lead=10)], [need("A", "10", 3)], comes)
    late = [(one.quantity, one.supply, one.earliest - TODAY) for one in made.shortages]
    assert late == [
        (4, "PO-1", 6),
        (6, "P1", 10),
    ]
    assert (made.proposals[0].release, made.proposals[0].available - TODAY) == (TODAY, 10)


@pytest.mark.parametrize(
    ("item", "ordered"),
    [
        (Item("A"), F("7.001")),
        (Item("A", policy="fixed", size=F(5)), F(10)),
        (Item("A", policy="minimum", minimum=F(20), multiple=F(5)), F(20)),
        (Item("A", policy="minimum", minimum=F(3), multiple=F(5)), F(8)),
        (Item("A", yields=F("0.5")), F("14.001")),
    ],
)
def test_lot_sizes(item: Item, ordered: F) -> None:
    assert rules.lot_size(item, F("7.0005")) == ordered


def test_a_period_is_ordered_at_once() -> None:
    item = Item("A", policy="period", period=7)
    made = run([item], [need("A", "4", 10), need("A", "5", 12, "D2"), need("A", "6", 17, "D3")])
    assert [(one.ordered, one.needed - TODAY) for one in made.proposals] == [(9, 10), (6, 17)]


def test_safety_stock_is_filled_up_when_it_is_touched() -> None:
    stock = [Supply("S", model.STOCK, "A", F(10), TODAY)]
    made = run([Item("A", safety=F(8))], [need("A", "5", 10)], stock)
    [one] = made.proposals
    assert (one.net, one.safety, one.extra, one.needed - TODAY) == (0, 3, 0, 10)
    assert not run([Item("A", safety=F(8))], [], stock).proposals
    assert run([Item("A", safety=F(12), lead=4)], [], stock).proposals[0].available == TODAY + 4


def test_lead_times_pass_over_closed_days() -> None:
    weeks = Days(frozenset(range(5)), frozenset({TODAY + 3}))
    made = run([Item("A", lead=4)], [need("A", "1", 7)], days=weeks)
    assert made.proposals[0].release == TODAY
    assert weeks.after(TODAY, 4) == TODAY + 7


def test_a_bill_that_leads_back_is_named() -> None:
    items = [Item("A", uses=(Use("B", F(1)),)), Item("B", uses=(Use("A", F(1)),)), Item("C", uses=(Use("A", F(1)),))]
    with pytest.raises(rules.BillCircular) as error:
        run(items, [])
    assert error.value.items == ("A", "B")


def test_a_level_is_the_longest_way_down() -> None:
    items = [Item("A", uses=(Use("B", F(1)), Use("C", F(1)))), Item("B", uses=(Use("C", F(1)),))]
    assert rules.levels({one.code: one for one in items}) == {"A": 0, "B": 1, "C": 2}


amounts = st.integers(1, 400).map(lambda n: F(n, 8))


@st.composite
def sites(draw: st.DrawFn) -> tuple[list[Item], list[Needs], list[Supply]]:
    codes = [f"I{n}" for n in range(draw(st.integers(1, 6)))]
    items = []
    for at, code in enumerate(codes):
        below = draw(st.lists(st.sampled_from(codes[at + 1 :]), unique=True, max_size=3)) if codes[at + 1 :] else []
        item = Item(
            code,
            lead=draw(st.integers(0, 12)),
            policy=draw(st.sampled_from(model.POLICIES)),
            size=draw(amounts),
            minimum=draw(amounts),
            multiple=draw(st.sampled_from([F(0), F(5)])),
            period=draw(st.integers(1, 20)),
            safety=draw(st.sampled_from([F(0), F(7)])),
            yields=draw(st.sampled_from([F(1), F("0.97"), F("0.5")])),
            life=draw(st.sampled_from([None, 3, 30])),
            uses=tuple(Use(one, draw(amounts)) for one in below),
        )
        items.append(item)
    ask = st.builds(need, st.sampled_from(codes), amounts.map(str), st.integers(-3, 60), st.sampled_from("DEF"))
    lasts = st.none() | st.integers(TODAY, TODAY + 60)
    came = st.tuples(st.sampled_from(codes), amounts, st.integers(TODAY - 1, TODAY + 40), lasts)
    supplies = [Supply(f"S{n}", model.STOCK, *one) for n, one in enumerate(draw(st.lists(came, max_size=8)))]
    return items, draw(st.lists(ask, max_size=10)), supplies


@given(sites())
@settings(max_examples=200, deadline=None)
def test_every_number_is_the_sum_of_what_explains_it(site: tuple[list[Item], list[Needs], list[Supply]]) -> None:
    items, needs, supplies = site
    made = run(items, needs, supplies, Days(frozenset(range(5))))
    explained, by_code = Explained(made), {one.code: one for one in items}
    came = {one.id: one for one in supplies} | {
        one.id: Supply(one.id, "proposal", one.item, one.quantity, one.available, one.last) for one in made.proposals
    }
    given_away: dict[str, F] = defaultdict(F)
    for one in made.requirements:
        pegs = explained.covered(one)
        assert sum(peg.quantity for peg in pegs) == one.quantity
        late = sum(peg.quantity for peg in pegs if came[peg.supply].day > one.day)
        assert late == explained.short(one)
        assert explained.origins(one) or one.cause == model.FOR_PROPOSAL
        for peg in pegs:
            supply = came[peg.supply]
            assert peg.quantity > 0
            assert supply.item == one.item
            assert supply.last is None or one.day <= supply.last
            given_away[peg.supply] += peg.quantity
    assert all(given_away[name] <= one.quantity for name, one in came.items())
    for proposal in made.proposals:
        item = by_code[proposal.item]
        assert proposal.quantity == proposal.ordered * item.yields == proposal.net + proposal.safety + proposal.extra
        assert min(proposal.net, proposal.safety, proposal.extra) >= 0
        assert proposal.ordered % item.step == 0 or item.policy in (model.FIXED, model.MINIMUM)
        below = [one for one in made.requirements if (one.cause, one.about) == (model.FOR_PROPOSAL, proposal.id)]
        assert {one.item: one.quantity for one in below} == {
            use.item: rules.up(proposal.ordered * use.per, by_code[use.item].step) for use in item.uses
        }
        assert TODAY <= proposal.release <= proposal.available or proposal.needed < TODAY


@given(sites())
@settings(max_examples=100, deadline=None)
def test_stock_is_never_less_than_nothing_but_by_what_is_short(
    site: tuple[list[Item], list[Needs], list[Supply]],
) -> None:
    """Whatever keeps for ever: on each day, what came less what went and was not late."""
    items, needs, supplies = site
    items, supplies = [replace(one, life=None) for one in items], [replace(one, last=None) for one in supplies]
    made = run(items, needs, supplies)
    late = Explained(made).short
    moves = [(one.item, one.day, one.quantity) for one in supplies]
    moves += [(one.item, one.available, one.quantity) for one in made.proposals]
    moves += [(one.item, one.day, late(one) - one.quantity) for one in made.requirements]
    moves += [(made.requirements[one.requirement].item, one.earliest, -one.quantity) for one in made.shortages]
    held: dict[str, F] = defaultdict(F)
    for code, _, amount in sorted(moves, key=lambda one: (one[1], -one[2])):
        held[code] += amount
        assert held[code] >= 0
