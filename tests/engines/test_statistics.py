"""Statistics of a process: exact, as NIST certifies them, and the rules as they were published."""

import json
import re
from decimal import Context, Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import statistics_cases as cases
from hypothesis import given, settings
from hypothesis import strategies as st
from support import ROOT

from server.engines.statistics import charts, nelson, numbers

NIST = ROOT.parent / "shared/data/nist"
NAMES = ("Lew", "Lottery", "Mavro", "Michelso", "NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4", "PiDigits")
decimals = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6).map(lambda one: f"{one:f}")
series = st.lists(st.integers(-45, 45).map(lambda one: f"{Decimal(one).scaleb(-1):f}"), max_size=40)
pytestmark = pytest.mark.urs("PRD-09")


def nist(file: Path) -> tuple[list[str], str, str]:
    """Data, mean and standard deviation of a file of NIST's, which comes in two layouts."""
    text = file.read_text()
    certified = dict(re.findall(r"^(mean|standardDeviation)\s*=\s*(\S+)", text, re.M))
    if not certified:
        certified["mean"] = re.search(r"Sample Mean\s+ybar:\s+(\S+)", text)[1]
        certified["standardDeviation"] = re.search(r"Standard Deviation.*?s:\s+(\S+)", text)[1]
    lines = text.splitlines()
    begin = max(at for at, line in enumerate(lines) if re.match(r"(#\s*Data\s*$|Data:?\s+y|-{5,}|#{5,})", line)) + 1
    data = [line.strip() for line in lines[begin:] if re.fullmatch(r"\s*-?\d+(\.\d*)?\s*", line)]
    return [one.rstrip(".") for one in data], certified["mean"], certified["standardDeviation"]


def agrees(value: str, certified: str) -> bool:
    """To the 15 digits that are certified; where the certificate says it is exact, to all."""
    exact = Decimal(certified.rstrip("."))
    places = max(0, 14 - Decimal(value).adjusted())
    half = Decimal(1).scaleb(-places) / 2
    return abs(Decimal(value) - exact) <= half


@pytest.mark.skipif(not NIST.is_dir(), reason="NIST's reference values are not at ../shared/data/nist")
@pytest.mark.parametrize(
    "name", ["Lew", "Lottery", "Mavro", "Michelso", "NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4", "PiDigits"]
)
def test_mean_and_standard_deviation_are_those_that_nist_certifies(name: str) -> None:
    data, mean, deviation = nist(NIST / f"{name}.txt")
    assert agrees(numbers.mean(data), mean)
    assert agrees(numbers.deviation(data), deviation)


def test_vectors_are_what_the_functions_say_now() -> None:
    kept = json.loads(cases.FILE.read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(cases.made()))


@settings(deadline=None)
@given(st.lists(decimals, min_size=2, max_size=30))
def test_every_digit_of_mean_and_deviation_is_right(values: list[str]) -> None:
    wide = Context(prec=120)
    exact = [Decimal(one) for one in values]
    mean = sum(map(Fraction, exact), Fraction(0)) / len(exact)
    variance = sum((Fraction(one) - mean) ** 2 for one in exact) / (len(exact) - 1)
    root = wide.sqrt(wide.divide(Decimal(variance.numerator), Decimal(variance.denominator)))
    narrow = Context(prec=34)
    assert Decimal(numbers.mean(values)) == narrow.divide(Decimal(mean.numerator), Decimal(mean.denominator))
    assert Decimal(numbers.deviation(values)) == narrow.plus(root)


@settings(deadline=None)
@given(st.lists(decimals, min_size=2, max_size=30), st.randoms())
def test_the_order_of_adding_changes_no_digit(values: list[str], chance) -> None:
    other = [*values]
    chance.shuffle(other)
    assert (numbers.mean(values), numbers.deviation(values)) == (numbers.mean(other), numbers.deviation(other))


def test_individuals_have_the_limits_of_the_nist_handbook() -> None:
    chart = next(one for one in cases.made()["charts"] if one["name"].startswith("NIST"))
    limits = {name: round(float(value), 4) for name, value in chart["limits"].items()}
    assert (limits["centre"], limits["lower"], limits["upper"]) == (50.81, 45.8159, 55.8041)
    assert chart["told"] == []


def test_means_are_judged_as_the_sas_manual_judges_them() -> None:
    points = cases.parts()
    limits = charts.limits(points, None)
    found = nelson.check([one.mean for one in points], limits.centre, limits.sigma)
    assert [(one.rule, one.last + 1) for one in found if one.rule <= 5] == [(5, 14)]


@pytest.mark.parametrize("rule", nelson.RULES)
def test_each_rule_fires_on_its_shortest_pattern_and_not_on_one_less(rule: int) -> None:
    points = cases._PATTERNS[rule]
    found = nelson.check(points, "0", "1")
    assert [one for one in found if one.rule == rule] == [nelson.Found(len(points) - 1, rule, _first(rule, points))]
    assert rule not in {one.rule for one in nelson.check(cases._SHORT[rule], "0", "1")}


def _first(rule: int, points: list[str]) -> int:
    return len(points) - 1 if rule == 1 else 0


@settings(deadline=None)
@given(series)
def test_the_rules_see_a_mirrored_series_alike(points: list[str]) -> None:
    mirrored = [f"{-Decimal(one):f}" for one in points]
    assert nelson.check(points, "0", "1") == nelson.check(mirrored, "0", "1")


@settings(deadline=None)
@given(decimals, st.integers(1, 40), st.sampled_from(["0.001", "1", "1000"]))
def test_nothing_is_found_in_a_constant_series(value: str, count: int, sigma: str) -> None:
    assert nelson.check([value] * count, value, sigma) == []
    same = [charts.Round(value, [value] * 5)] * count
    assert charts.limits(same, None) is None
    assert charts.told(same, "0") == []


@settings(deadline=None)
@given(series)
def test_rule_1_fires_exactly_beyond_three_sigma(points: list[str]) -> None:
    found = {one.last for one in nelson.check(points, "0", "1") if one.rule == 1}
    assert found == {at for at, one in enumerate(points) if abs(Decimal(one)) > 3}


@settings(deadline=None)
@given(series, st.integers(-100, 100), st.integers(1, 50))
def test_neither_zero_nor_unit_of_a_scale_matters(points: list[str], shift: int, factor: int) -> None:
    moved = [f"{Decimal(one) * factor + shift:f}" for one in points]
    assert nelson.check(points, "0", "1") == nelson.check(moved, str(shift), str(factor))


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(90, 110).map(str), min_size=3, max_size=3), max_size=25), st.integers(0, 25))
def test_what_was_told_of_a_point_never_depends_on_those_after_it(values: list[list[str]], count: int) -> None:
    points = [charts.Round(numbers.mean(one), one) for one in values]
    whole = charts.told(points, "100")
    assert [one for one in whole if one.last < count] == charts.told(points[:count], "100")
    assert [one for one in whole if one.last >= count] == charts.told(points, "100", count)


def test_a_point_that_comes_late_costs_no_more_for_each_of_those_after_it_however_many_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A tablet that was out of reach brings the first round of a thousand: every limit after it is told anew."""
    read = 0

    def counted(*given: Any) -> Fraction:
        nonlocal read
        read += 1
        return Fraction(*given)

    values = [[str(100 + turn * 7 % 13), str(100 + turn * 5 % 11)] for turn in range(300)]
    points = [charts.Round(numbers.mean(one), one) for one in values]
    monkeypatch.setattr(charts, "Fraction", counted)
    found = charts.told(points, "105", 0)
    assert found == charts.told(points, "105")
    assert read < 20 * 2 * len(points)


@settings(deadline=None)
@given(st.lists(st.lists(decimals, min_size=1, max_size=3), min_size=5, max_size=12), st.booleans())
def test_limits_are_those_of_all_points_at_once(values: list[list[str]], alike: bool) -> None:
    size = min(len(one) for one in values)
    points = [charts.Round(numbers.mean(one), one[:size] if alike else one) for one in values]
    sizes = {len(one.values) for one in points}
    found = charts.limits(points, None)
    means = [Fraction(one.mean) for one in points]
    if size == 1:
        ranges = [abs(later - before) for before, later in pairwise(means)]
    else:
        ranges = [Fraction(numbers.spread(one.values)) for one in points]
    if len(sizes) > 1 or not any(ranges):
        assert found is None
        return
    spread = sum(ranges) / len(ranges) / Fraction(charts.D2[max(size, 2) - 2])
    assert found is not None
    assert found.sigma == numbers.root(spread * spread / size)
    assert found.centre == numbers.text(sum(means) / len(means))
