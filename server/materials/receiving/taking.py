"""Takes a delivery in at a desk: once, however often it is asked for, since an answer may be lost on its way."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import Connection

from server.core import days
from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant
from server.materials.receiving import giving, model, numbering, queries, repeating, rules
from server.materials.stock import judging
from server.materials.stock import queries as stock
from server.materials.stock.model import OTHER_AREA

Body = Mapping[str, Any]
Answer = dict[str, Any]
# What a request says, but for what it is called and what was told and is received all the same.
_NOT_SAID = ("request", "containers", "despite")


def take(here: Plant, body: Body, person: str) -> Answer:
    """{material, lot, containers: their labels, retest}: of what this request took in before, where it is asked again.

    All or nothing, and the entry of the receipt bears the id of the request: a crash before the commit has taken in
    nothing, after it the same request is answered from the log and takes in nothing more. PestleError as
    `views.receive`.
    """
    given = _given(body)
    with here.engine.connect() as connection:
        day = days.today(connection)
        done = repeating.answered(connection, body, person)
        if done is not None:
            return done
        amounts = [one["quantity"] for one in body["containers"]]
        given["quantity"] = queries.together(connection, body["material"], amounts)
        found = _check_places(connection, body, person)
        _check(given, [*rules.findings(given, queries.known(connection, given, day)), *found], body["despite"])
        given["retest"] = queries.retest_of(connection, body["material"], day, body["expiry"])
    try:
        return _taken(here, body, given, person)
    except PestleError as error:
        # The same request at the same moment was the first.
        if error.code != "id_taken":
            raise
    with here.engine.connect() as connection:
        done = repeating.answered(connection, body, person)
    assert done is not None, "an id that is taken is in the log"
    return done


def _taken(here: Plant, body: Body, given: Answer, person: str) -> Answer:
    answer: Answer = {"material": body["material"], "retest": given["retest"]}

    def facts(lot: str) -> list[Fact]:
        labels = [numbering.label(lot, n) for n in range(1, len(body["containers"]) + 1)]
        answer.update(lot=lot, containers=labels)
        return _facts({**given, "lot": lot}, body["containers"], person, body["request"])

    giving.next_lot(here, body["material"], facts)
    return answer


def _given(body: Body) -> Answer:
    """As the entry says it, but for the number, the sum and the day of retest."""
    said = {name: value for name, value in body.items() if name not in _NOT_SAID}
    return said | {"containers": len(body["containers"]), "lot": "", "retest": None}


def _check(given: Body, found: Sequence[str], despite: Sequence[str]) -> None:
    barred = [one for one in found if one in model.BARS]
    if barred:
        raise PestleError("receipt_barred", {"material": given["material"], "found": barred})
    untold = [one for one in found if one not in despite]
    if untold:
        raise PestleError("receipt_stopped", {"material": given["material"], "found": untold})
    if found and given["comment"] is None:
        raise PestleError("receipt_unexplained", {"found": [*found]})


def _check_places(connection: Connection, body: Body, person: str) -> list[str]:
    """What is wrong with where it is put. Where nobody has registered a place, nobody finds what is put there; in
    another's area nobody puts anything. PestleError `place_unknown`, `area_not_permitted`."""
    places = list(dict.fromkeys(one["location"] for one in body["containers"] if one["location"] is not None))
    known = {one["location"] for one in stock.locations(connection) if one["active"]}
    for place in places:
        if place not in known:
            raise PestleError("place_unknown", {"location": place})
    if judging.of_area(connection, person, model.RECEIVES, places):
        raise PestleError(OTHER_AREA, {"places": places})
    wrong = (judging.of_place(connection, place, "quarantine", body["material"]) for place in places)
    return list(dict.fromkeys(chain.from_iterable(wrong)))


def _facts(given: Body, lines: Sequence[Body], person: str, request: str) -> list[Fact]:
    stream = f"lot/{given['material']}/{given['lot']}"
    labelled = [{"container": numbering.label(given["lot"], n), **one} for n, one in enumerate(lines, 1)]
    parts = [labelled[at : at + model.TOGETHER] for at in range(0, len(labelled), model.TOGETHER)]
    key = {"material": given["material"], "lot": given["lot"]}
    return [
        Fact(model.LOT_RECEIVED, stream, given, subject=stream, actor=person, id=request),
        *(
            Fact(model.CONTAINERS_RECEIVED, stream, {**key, "containers": part}, subject=stream, actor=person)
            for part in parts
        ),
    ]
