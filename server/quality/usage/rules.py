"""What stands against the release of a lot, and who may decide: pure, asked by the door and by every witness."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from server.quality.inspection.switching import Standing
from server.quality.usage.model import Facts, Gate, Line


def gates(facts: Facts, person: str | None) -> list[Gate]:
    """All conditions of a release, in the order in which work meets them; those of `person` where one is to sign."""
    found = [
        Gate("specification", facts.specification is not None),
        *([] if facts.discontinued is None else [Gate("sampling_goes_on", not facts.discontinued)]),
        *([] if facts.sampled is None else [Gate("sampling", facts.sampled)]),
        _of("results_complete", missing(facts)),
        _of("results_pass", failing(facts)),
        _of("results_checked", unchecked(facts)),
    ]
    return found if person is None else [*found, Gate("independent", person not in hands(facts))]


def refused(given: Mapping[str, Any], facts: Facts, person: str) -> tuple[str, dict[str, Any]] | None:
    """Why this decision cannot be taken, with its details: on something else than stands there, or a release that
    something stands against. A lot can always be stopped."""
    shown = (given["digest"], given["specification"], given["version"], given["inspection"])
    if shown != (facts.digest, facts.specification, facts.version, facts.inspection):
        return "digest_stale", {"digest": facts.digest}
    if given["status"] != "released":
        return None
    if facts.discontinued:
        return "sampling_discontinued", {"material": facts.material}
    if given["retest"] is not None and facts.since >= 0:
        # Its retest day is moved by new results alone, whatever the lot has become since it was released.
        facts = replace(facts, status="released")
    unmet = [gate.payload() for gate in gates(facts, person) if not gate.met]
    return ("usage_blocked", {"open": unmet}) if unmet else None


def missing(facts: Facts) -> list[str]:
    """The tests of the specification in force of which no result counts."""
    there = {one.test for one in _counting(facts)}
    return [test for test in facts.tests if test not in there]


def failing(facts: Facts) -> list[str]:
    """The tests of which some result is not within its limits, whoever recorded it: a retest does not outdo it."""
    return [*dict.fromkeys(one.test for one in facts.lines if one.verdict == "fail" and not one.set_aside)]


def unchecked(facts: Facts) -> list[str]:
    """The entries whose results count, and which no second person has checked."""
    return [*dict.fromkeys(one.entry for one in _counting(facts) if one.checked_by is None)]


def waiting(lines: Iterable[Line]) -> list[str]:
    """The entries with results of a batch that no second person has checked: whoever recorded them, for a batch is
    released over all of its results."""
    return [*dict.fromkeys(one.entry for one in lines if one.checked_by is None)]


def hands(facts: Facts) -> set[str]:
    """Everybody who took a sample of the lot, recorded a result of it, corrected ones among them, or checked one: none
    of them decides."""
    worked = {who for one in facts.lines for who in (one.by, one.analyst)} | {
        one.checked_by for one in facts.lines if one.checked_by is not None
    }
    return worked | {*facts.samplers, *facts.authors}


def of_samples(lines: Iterable[Line], unfit: Collection[str], proving: Collection[str] | None) -> list[Line]:
    """Results found in a sample that was taken back, lost, or is of another lot count for nothing; of a lot that is
    sampled only those count that were found in one of `proving`, and None stands for any. One that fails stays against
    the lot."""
    return [
        replace(one, counts=one.counts and one.sample not in unfit and (proving is None or one.sample in proving))
        for one in lines
    ]


def aside_refused(given: Mapping[str, Any], facts: Facts, person: str) -> str | None:
    """Why a result cannot be set aside: only one that fails, after a later one of the same test, and by nobody who had
    a hand in any."""
    of = [one for one in facts.lines if one.test == given["test"]]
    failed = (one for one in of if one.entry == given["entry"] and one.verdict == "fail" and not one.set_aside)
    original, later = next(failed, None), next((one for one in of if one.entry == given["instead"]), None)
    if original is None or later is None or later.index <= original.index:
        return "result_not_replaceable"
    return "usage_own_work" if person in hands(facts) else None


def resuming_refused(found: Standing) -> str | None:
    """Why sampling cannot be let go on: it has not stopped."""
    return None if found.discontinued else "sampling_not_discontinued"


def check_refused(lines: list[Line], person: str) -> str | None:
    """Why an entry's results cannot be checked by this person: none stand, they were, or they are the person's own."""
    if not lines or any(one.checked_by is not None for one in lines):
        return "results_not_unchecked"
    return "usage_own_work" if any(person in (one.by, one.analyst) for one in lines) else None


def _counting(facts: Facts) -> list[Line]:
    """The results that stand for the lot: by the specification in force, of the present inspection, not set aside."""
    named = f"{facts.specification}/{facts.version}"
    since = facts.since if facts.status == "released" else -1
    fit = (one for one in facts.lines if one.counts and not one.set_aside)
    return [one for one in fit if one.specification == named and one.index > since]


def _of(code: str, against: list[str]) -> Gate:
    return Gate(code, not against, tuple(against))
