"""What is wrong with a portion, or with a phase of dispensing that is said to be complete: pure, nothing is refused.

The door and a witness, who has nothing but the log, ask the same.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.core import units
from server.core.units import Link
from server.engines.expressions import ExpressionError, written
from server.production.dispensing import sums
from server.production.dispensing.sums import Line, Portion
from server.production.model import MAJOR, MINOR, Judgement
from server.recipes.model import ACTIVE, COMPENSATOR, RESULTS

Payload = Mapping[str, Any]
# A test's newest standing result of a lot, {value, entry}, by the test's code.
Results = Mapping[str, Mapping[str, str]]

INCONSISTENT, UNKNOWN, DIFFERS = "weights_inconsistent", "quantity_unknown", "quantity_differs"
POTENCY, EARLY, OUTDATED = "potency_differs", "compensator_early", "compensator_outdated"
UNCHECKED, UNSCANNED, INCOMPLETE = "second_check_missing", "not_scanned", "line_incomplete"
LABEL_REUSED, OVERDUE = "label_reused", "calibration_overdue"
# What follows from the order and from what was dispensed and tested before.
FLAGS = (INCONSISTENT, UNKNOWN, DIFFERS, POTENCY, EARLY, OUTDATED, UNCHECKED, UNSCANNED, INCOMPLETE, LABEL_REUSED)


def judge(
    given: Payload,
    slot: str,
    phase: Payload,
    line: Line,
    others: Sequence[Portion],
    results: Results,
    ended: bool = False,
    links: Sequence[Link] = (),
) -> list[Judgement]:
    """`others` are the portions of the phase that stand in other places, `results` those of the lot; `ended`: the phase
    is said to be complete already; `links`: what the material says of its own units."""
    mine = Portion("", slot, line["id"], given["net"], asked(given, phase, line, others), links)
    return [
        *judge_weights(given),
        *_judge_potency(given, line, results),
        *_judge_quantity(given, phase, line, others),
        *_judge_sum(given, line, others, mine),
        *_judge_turn(phase, line, others),
        *_judge_second(given, phase, line, others, mine),
        *_judge_scanned(given, phase),
        *(
            _open([line], [*others, mine])
            if ended and sums.total(line, [*others, mine]) < Fraction(line["low"])
            else ()
        ),
    ]


def asked(given: Payload, phase: Payload, line: Line, others: Sequence[Portion]) -> str:
    """How much of its lot the frozen recipe asks for, by the results that a portion was weighed by: that is what it is
    worth, whatever else it says. The line's target where nothing tells."""
    values = {name: _value(given, name) for name in RESULTS}
    try:
        return sums.quantity(line, sums.basis(line, phase, others) if line["role"] == COMPENSATOR else values)
    except ExpressionError:
        return str(line["target"])


def judge_weights(given: Payload) -> list[Judgement]:
    """Net is gross less tare to the last digit, all in the unit that the balance shows; and one balance has shown both:
    how two differ nobody knows."""
    return judge_tare(given, Decimal(given["net"]["value"]) <= 0)


def judge_tare(given: Payload, wrong: bool) -> list[Judgement]:
    """The same where `wrong` says whether so little can be at all."""
    tare, net, gross = given["tare"], given["net"], given["gross"]
    shown = {name: given[name] for name in ("tare", "gross", "net")} | {"severity": MAJOR}
    wrong = wrong or (tare is None) != (gross is None)
    if tare is not None and gross is not None and not wrong:
        alike = tare["unit"] == net["unit"] == gross["unit"]
        wrong = not alike or Decimal(gross["value"]) - Decimal(tare["value"]) != Decimal(net["value"])
    on = {one["balance"] for one in (given["reading"], given["tare_reading"]) if one is not None}
    if len(on) > 1:
        wrong, shown = True, shown | {"balances": sorted(on)}
    return [Judgement(INCONSISTENT, shown)] if wrong else []


def _judge_potency(given: Payload, line: Line, results: Results) -> list[Judgement]:
    """What was used are the results of the lot that stand now; a tablet without network may have used earlier ones."""
    tests = line["potency"] or {}
    right = {name: results.get(tests[name]) if tests.get(name) else None for name in RESULTS}
    stated = {name: (given["potency"] or {}).get(name) for name in RESULTS}
    if line["role"] != ACTIVE or stated == right:
        return []
    return [Judgement(POTENCY, {"line": line["id"], "stated": stated, "standing": right, "severity": MAJOR})]


def _judge_quantity(given: Payload, phase: Payload, line: Line, others: Sequence[Portion]) -> list[Judgement]:
    values: dict[str, str | None] = {name: _value(given, name) for name in RESULTS}
    basis = sums.basis(line, phase, others) if line["role"] == COMPENSATOR else None
    try:
        right = sums.limits(line, sums.quantity(line, values if basis is None else basis))
    except ExpressionError as error:
        return [Judgement(UNKNOWN, {"line": line["id"], "error": error.code, "severity": MAJOR})]
    stated = given["limits"]
    details: dict[str, Any] = {"line": line["id"], "stated": dict(stated), "calculated": right, "severity": MAJOR}
    alike = stated["unit"] == right["unit"] and all(
        Decimal(stated[name]) == Decimal(right[name]) for name in ("low", "high", "target")
    )
    if basis is not None and not _same(given["basis"], basis):
        alike, details = False, details | {"basis": {"stated": given["basis"], "calculated": basis}}
    return [] if alike else [Judgement(DIFFERS, details)]


def _value(given: Payload, name: str) -> str | None:
    found = (given["potency"] or {}).get(name)
    return None if found is None else str(found["value"])


def _same(stated: Payload | None, right: Mapping[str, str | None]) -> bool:
    return stated is not None and all(
        text is not None and Decimal(stated[name]) == Decimal(text) for name, text in right.items()
    )


def _judge_sum(given: Payload, line: Line, others: Sequence[Portion], mine: Portion) -> list[Judgement]:
    if units.ratio(given["net"]["unit"], line["unit"], mine.links) is None:
        return [Judgement("unit_mismatch", {"unit": given["net"]["unit"], "expected": line["unit"]})]
    whole = sums.total(line, [*others, mine])
    if whole <= Fraction(line["high"]):
        return []
    bounds = {"low": line["low"], "high": line["high"], "unit": line["unit"]}
    told = {"line": line["id"], "values": [shown(whole, line)], **bounds, "comment_missing": not given["comment"]}
    return [Judgement("out_of_limits", told)]


def shown(value: Fraction, line: Line) -> str:
    """A sum with the decimals of the line, or as many as it has; with three more where it is no decimal."""
    exact = units.written(value)
    if exact is not None:
        return written(Decimal(exact), max(line["decimals"], len(exact.partition(".")[2])))
    places = line["decimals"] + 3
    return f"{Decimal(sums.rounded(value * 10**places, 'half_up')).scaleb(-places):f}"


def _judge_turn(phase: Payload, line: Line, others: Sequence[Portion]) -> list[Judgement]:
    """A compensator comes after all that it makes up for, and nothing of that after it."""
    number = line["id"]
    if line["role"] == COMPENSATOR:
        named = [one for one in phase["lines"] if one["id"] in line["compensates"]]
        still = [one["id"] for one in named if not sums.complete(one, others)]
        return [Judgement(EARLY, {"line": number, "open": still, "severity": MAJOR})] if still else []
    begun = {one.line for one in others}
    late = [one["id"] for one in phase["lines"] if number in one["compensates"] and one["id"] in begun]
    return [Judgement(OUTDATED, {"line": number, "compensators": late, "severity": MAJOR})] if late else []


def _judge_second(
    given: Payload, phase: Payload, line: Line, others: Sequence[Portion], mine: Portion
) -> list[Judgement]:
    """A weight that was typed asks for a second person by itself."""
    if phase["second"] is None or given["verified_by"] is not None or given["source"] == "manual":
        return []
    low = Fraction(line["low"])
    closes = sums.total(line, others) < low <= sums.total(line, [*others, mine])
    if phase["second"] == "line" and not closes:
        return []
    return [Judgement(UNCHECKED, {"line": line["id"], "second": phase["second"], "severity": MAJOR})]


def _judge_scanned(given: Payload, phase: Payload) -> list[Judgement]:
    """Room, balance and container were scanned, and are those that the entry names."""
    scanned, reading = given["scanned"], given["reading"]
    asked = {"room": phase["room"], "balance": reading and reading["balance"], "container": given["container"]}
    of = [name for name, code in asked.items() if code is not None and scanned[name] != code]
    if not of:
        return []
    other = [name for name in of if scanned[name] is not None]
    details = {"of": of, "scanned": dict(scanned), "severity": MAJOR if other else MINOR}
    return [Judgement(UNSCANNED, details)]


def judge_complete(phase: Payload, portions: Sequence[Portion]) -> list[Judgement]:
    """A phase is complete when each of its lines is, by all that was dispensed."""
    still = [line for line in phase["lines"] if not sums.complete(line, portions)]
    return _open(still, portions) if still else []


def _open(still: Sequence[Line], portions: Sequence[Portion]) -> list[Judgement]:
    lines = [
        {"line": line["id"], "sum": shown(sums.total(line, portions), line)}
        | {name: line[name] for name in ("low", "high", "unit")}
        for line in still
    ]
    return [Judgement(INCOMPLETE, {"lines": lines, "severity": MAJOR})]
