"""Counts wrong passwords by where they come from, so that guessing ends and nobody is kept out by a stranger (IDN-02).

A browser in which the person has signed in before has a count of its own. All others share one for each address and
one for the login as a whole: whoever guesses locks strangers out, and never the person at their own desk or tablet
(OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update

from server.core import clock, db
from server.core.kinds import Fact
from server.core.plant import Plant
from server.identity import rules
from server.identity.model import LOGIN_LOCKED, Person, person_stream
from server.identity.projection import browser, failure

_FORGET = timedelta(days=2)
_EVERYWHERE = "everywhere"


class Origin(str):
    """Where a request came from: the address, and besides what its browser is known by, calls itself, and has open."""

    known: str | None = None
    browser: str = ""
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """Attempts of one source in a row, this one included, and how many there may be."""

    source: str
    attempts: int
    most: int


def count(plant: Plant, login: str, person: Person | None, address: str) -> list[Count] | None:
    """Count an attempt before it is judged, so that many at once count as many; None when it must not be judged."""
    with plant.engine.connect() as connection:
        sources = _sources(connection, person, address)
    now, counted = clock.now(), []
    with db.write(plant.engine) as connection:
        # In one order, since each row is locked.
        for source in sources:
            # There must be a row to lock, or two first attempts at once would each count as the first.
            none_yet = {"login": _hash(login), "source": source, "attempts": 0, "last_at": clock.text(now)}
            db.put_missing(connection, failure, none_yet)
            row = connection.execute(select(failure).where(_here(login, source)).with_for_update()).one()
            last, most = datetime.fromisoformat(row.last_at), _most(source)
            attempts = row.attempts if now - last < rules.LOCKED else 0
            until = rules.locked_until(attempts, last, most)
            if until is not None and now < until:
                return None
            counted.append(Count(source, attempts + 1, most))
        for one in counted:
            values = {"attempts": one.attempts, "last_at": clock.text(now)}
            connection.execute(update(failure).where(_here(login, one.source)).values(values))
    return counted


def failed(plant: Plant, person: Person | None, address: str, counted: list[Count]) -> None:
    """The attempt was wrong: an entry says so once for each lock that it closes. Names of nobody are not written."""
    for one in counted:
        if one.attempts != one.most:
            continue
        payload = {
            "person": person.id if person else None,
            "address": str(address),
            "everywhere": one.source == _EVERYWHERE,
            "attempts": one.attempts,
            "until": clock.text(clock.now() + rules.LOCKED),
        }
        plant.recorder.state(Fact(LOGIN_LOCKED, person_stream(person.id) if person else "site", payload))


def succeeded(plant: Plant, login: str, counted: list[Count]) -> None:
    with db.write(plant.engine) as connection:
        for one in counted:
            connection.execute(update(failure).where(_here(login, one.source)).values(attempts=0))


def unlock(connection: Connection, login: str) -> None:
    connection.execute(delete(failure).where(failure.c.login == _hash(login)))


def locked(connection: Connection) -> dict[str, str]:
    """Logins that are locked now for wrong passwords, by the hash of their name, and until when (UTC text)."""
    found: dict[str, str] = {}
    for row in connection.execute(select(failure)):
        end = rules.locked_until(row.attempts, datetime.fromisoformat(row.last_at), _most(row.source))
        if end is not None and end > clock.now():
            found[row.login] = max(found.get(row.login, ""), clock.text(end))
    return found


def browser_of(token: str | None) -> str | None:
    """What a browser is known by, as it may stand beside other things; it opens nothing."""
    return None if token is None else _hash(token)


def key_of(login: str) -> str:
    """As `locked` names a login."""
    return _hash(login)


def locked_until(plant: Plant, login: str) -> str | None:
    """Until when a login is locked for wrong passwords, wherever they came from (UTC text); None while it is not."""
    with plant.engine.connect() as connection:
        return locked(connection).get(_hash(login))


def forget(connection: Connection) -> None:
    """What nobody has tried for days, and browsers that nobody has signed in with for months."""
    now = clock.now()
    connection.execute(delete(failure).where(failure.c.last_at < clock.text(now - _FORGET)))
    connection.execute(delete(browser).where(browser.c.seen_at < clock.text(now - rules.BROWSER_KNOWN)))


def know(connection: Connection, person: str, token: str, at: str) -> None:
    """The person has signed in in the browser that holds this token."""
    db.put(connection, browser, {"token": _hash(token), "person": person, "seen_at": at})


def is_known(connection: Connection, token: str | None, person: str | None = None) -> bool:
    """Whether somebody, or this person, has signed in with the browser that holds the token."""
    if token is None:
        return False
    query = select(browser.c.person).where(browser.c.token == _hash(token))
    found = connection.execute(query if person is None else query.where(browser.c.person == person))
    return found.first() is not None


def _sources(connection: Connection, person: Person | None, address: str) -> list[str]:
    known = address.known if isinstance(address, Origin) else None
    if known is not None and person is not None and is_known(connection, known, person.id):
        return [f"browser:{_hash(known)}"]
    return [f"address:{_hash(address)}", _EVERYWHERE]


def _most(source: str) -> int:
    return rules.ATTEMPTS_EVERYWHERE if source == _EVERYWHERE else rules.ATTEMPTS


def _here(login: str, source: str) -> ColumnElement[bool]:
    return (failure.c.login == _hash(login)) & (failure.c.source == source)


def _hash(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode()
