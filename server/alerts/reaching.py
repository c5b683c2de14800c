"""How a person wants to be told: kinds by channel, e-mail address, quiet hours, and the browsers that are pushed to.

None of it is a record; it is nobody else's either.
"""

import base64
import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from server.alerts import queries, rules
from server.alerts.model import CHANNELS, DROPPED, KINDS_OF_ALERT, WAITING
from server.alerts.projection import channel, choice, note, subscription
from server.alerts.push import public_key
from server.core import clock, sealing
from server.core.config import Config
from server.core.errors import PestleError
from server.identity.model import Person

# A person's browsers; the one that was told longest ago gives way.
MOST_BROWSERS = 10


def show(connection: Connection, config: Config, person: Person, browser: str | None) -> dict[str, Any]:
    """{mail, mail_possible, quiet {from, to} or null, zone, kinds, browsers, key}: as the page of settings wants it.

    `kinds` are those that the person can be told of: {code, severity, title, fixed, push, mail}; `key` the site's VAPID
    key, base64url; of `browsers` the one that asks is `here`.
    """
    reach, chosen = queries.reach(connection, person.id), queries.choices(connection, person.id)
    return {
        "mail": reach.mail,
        "mail_possible": config.mail is not None,
        "quiet": reach.quiet and {"from": reach.quiet.start, "to": reach.quiet.end},
        "zone": reach.zone,
        "kinds": [_kind(kind, chosen) for kind in KINDS_OF_ALERT if _concerns(kind, person)],
        "browsers": queries.subscriptions(connection, person.id, browser),
        "key": base64.urlsafe_b64encode(public_key(config)).rstrip(b"=").decode(),
    }


def _kind(kind: Any, chosen: Mapping[str, Mapping[str, bool]]) -> dict[str, Any]:
    wanted = rules.wanted(kind, chosen.get(kind.code))
    title = {"zh": kind.title[1], "en": kind.title[0]}
    shown = {"code": kind.code, "severity": kind.severity, "title": title, "fixed": kind.fixed}
    return shown | {name: name in wanted for name in CHANNELS}


def _concerns(kind: Any, person: Person) -> bool:
    asked = {*kind.to, *(one for step in kind.then for one in step.to)}
    return kind.person or not asked.isdisjoint(person.permissions)


def choose(connection: Connection, person: str, given: Mapping[str, Any]) -> None:
    """All that somebody chooses, as it stands from now on. What is fixed stays on whatever is given."""
    quiet = given["quiet"]
    values = {
        "mail": given["mail"],
        "quiet_from": quiet and quiet["start"],
        "quiet_to": quiet and quiet["end"],
        "zone": given["zone"],
    }
    done = connection.execute(update(channel).where(channel.c.person == person).values(**values))
    if done.rowcount == 0:
        connection.execute(insert(channel).values(person=person, **values))
    connection.execute(delete(choice).where(choice.c.person == person))
    for code, one in {line["code"]: line for line in given["kinds"]}.items():
        by = {name: int(one[name]) for name in CHANNELS}
        connection.execute(insert(choice).values(person=person, code=code, **by))


def subscribe(
    connection: Connection, config: Config, person: str, given: Mapping[str, Any], browser: str | None, session: str
) -> None:
    """Keep a browser's subscription for this person, whoever it was for before, as long as they stay signed in there.

    PestleError `endpoint_refused` for an address that is no push service's.
    """
    problem = rules.endpoint_problem(given["endpoint"], config.push_hosts)
    if problem is not None:
        raise PestleError("endpoint_refused", {"detail": problem})
    connection.execute(delete(subscription).where(subscription.c.endpoint == given["endpoint"]))
    _make_room(connection, person)
    values = {
        "id": secrets.token_urlsafe(12),
        "person": person,
        "endpoint": given["endpoint"],
        "p256dh": given["keys"]["p256dh"],
        "auth": sealing.seal(given["keys"]["auth"], person, "push"),
        "label": given["label"],
        "made_at": clock.now_text(),
        "browser": browser,
        "session": session,
    }
    connection.execute(insert(subscription).values(**values))


def unsubscribe(connection: Connection, person: str, name: str) -> None:
    """PestleError `not_found` unless it is this person's."""
    mine = (subscription.c.person == person) & (subscription.c.id == name)
    if connection.execute(delete(subscription).where(mine)).rowcount == 0:
        raise PestleError("not_found")
    late = (note.c.target == name) & (note.c.state == WAITING)
    connection.execute(update(note).where(late).values(state=DROPPED, ended_at=clock.now_text()))


def pause(connection: Connection, sessions: Sequence[str]) -> None:
    """These sessions were ended: what was pushed for them is not pushed any more, until their person is back."""
    connection.execute(update(subscription).where(subscription.c.session.in_(sessions)).values(session=None))


def resume(connection: Connection, person: str, browser: str, session: str) -> None:
    """The person is signed in there now: their own subscription of that browser is for this session, and no other's is
    for any."""
    here = subscription.c.browser == browser
    connection.execute(update(subscription).where(here, subscription.c.person != person).values(session=None))
    connection.execute(update(subscription).where(here, subscription.c.person == person).values(session=session))


def _make_room(connection: Connection, person: str) -> None:
    mine = subscription.c.person == person
    count = connection.execute(select(func.count()).select_from(subscription).where(mine)).scalar_one()
    if count >= MOST_BROWSERS:
        oldest = (
            select(subscription.c.id)
            .where(mine)
            .order_by(func.coalesce(subscription.c.told_at, subscription.c.made_at))
        )
        for name in connection.execute(oldest.limit(count - MOST_BROWSERS + 1)).scalars().all():
            connection.execute(delete(subscription).where(subscription.c.id == name))
