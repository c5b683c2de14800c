"""Reads of alerts: a person's inbox, how many wait there, how they want to be told, and what could not be delivered."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, func, select

from server.alerts import rules
from server.alerts.model import BY_CODE, CHANNELS, FAILED, INFO, WAITING, ZONE
from server.alerts.projection import acknowledgement, alert, channel, choice, note, recipient, subscription
from server.alerts.rules import Quiet
from server.identity import queries as identity

SHOWN = 200
_LANGUAGES = {"en": 0, "zh": 1}


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    person: str
    at: str
    comment: str | None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert as it was told to one person; times are UTC text."""

    id: str
    code: str
    link: str
    details: Mapping[str, Any]
    raised_at: str
    level: int
    over_at: str | None
    acknowledged: Acknowledgement | None

    @property
    def severity(self) -> str:
        """A kind that a later version has no more stands in old inboxes all the same."""
        return BY_CODE[self.code].severity if self.code in BY_CODE else INFO

    def words(self, what: str, language: str) -> str:
        """Its title or its text."""
        if self.code not in BY_CODE:
            return self.code
        pair: tuple[str, str] = getattr(BY_CODE[self.code], what)
        return pair[_LANGUAGES[language]].format(**{key: _in(value, language) for key, value in self.details.items()})

    def payload(self, names: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """{id, code, severity, title, text, link, raised_at, escalated, over_at, acknowledged {by, at, comment}}."""
        done = self.acknowledged
        return {
            "id": self.id,
            "code": self.code,
            "severity": self.severity,
            **{what: {lang: self.words(what, lang) for lang in ("zh", "en")} for what in ("title", "text")},
            "link": self.link,
            "raised_at": self.raised_at,
            "escalated": self.level,
            "over_at": self.over_at,
            "acknowledged": done and {"by": names[done.person], "at": done.at, "comment": done.comment},
        }


def _in(value: Any, language: str) -> str:
    """Details are plain text, or {zh, en}."""
    return str(value.get(language) or value["zh"]) if isinstance(value, Mapping) else str(value)


_told = select(
    alert, acknowledgement.c.person.label("done_by"), acknowledgement.c.at, acknowledgement.c.comment
).select_from(
    alert.join(recipient, recipient.c.alert == alert.c.id).outerjoin(
        acknowledgement, acknowledgement.c.alert == alert.c.id
    )
)
_open = and_(acknowledgement.c.alert.is_(None), alert.c.over_at.is_(None))


def inbox(connection: Connection, person: str, only_open: bool) -> list[dict[str, Any]]:
    """What somebody was told, the newest first, at most SHOWN; what is acknowledged or over with the others, or not."""
    query = _told.where(recipient.c.person == person).order_by(recipient.c.told_at.desc(), alert.c.id)
    found = [_alert(row) for row in connection.execute((query.where(_open) if only_open else query).limit(SHOWN))]
    return shown(connection, found)


def shown(connection: Connection, alerts: Sequence[Alert]) -> list[dict[str, Any]]:
    """As pages want them, with the names of who acknowledged; see `Alert.payload`."""
    names = identity.people(connection, [one.acknowledged.person for one in alerts if one.acknowledged])
    return [one.payload(names) for one in alerts]


def count(connection: Connection, person: str) -> int:
    """How many alerts of this person nobody has acknowledged."""
    query = select(func.count()).select_from(
        recipient.join(alert, alert.c.id == recipient.c.alert).outerjoin(
            acknowledgement, acknowledgement.c.alert == alert.c.id
        )
    )
    return int(connection.execute(query.where(recipient.c.person == person, _open)).scalar_one())


def find(connection: Connection, alert_id: str, person: str) -> Alert | None:
    """One alert, if this person was told of it."""
    here = (alert.c.id == alert_id) & (recipient.c.person == person)
    row = connection.execute(_told.where(here)).first()
    return None if row is None else _alert(row)


def of_note(connection: Connection, note_id: str, person: str) -> Alert | None:
    """What a push was about, for the person that it was for and nobody else."""
    here = (note.c.id == note_id) & (note.c.person == person)
    found = connection.execute(select(note.c.alert).where(here)).scalar()
    return None if found is None else find(connection, found, person)


def changes(connection: Connection) -> tuple[int, ...]:
    """Other numbers than before: some inbox has changed, perhaps in another process."""
    told = connection.execute(select(func.count()).select_from(recipient)).scalar_one()
    done = connection.execute(select(func.count()).select_from(acknowledgement)).scalar_one()
    over = connection.execute(select(func.count(alert.c.over_at))).scalar_one()
    return told, done, over


def choices(connection: Connection, person: str) -> dict[str, dict[str, bool]]:
    """Per code that somebody has chosen for: {push, mail}."""
    rows = connection.execute(select(choice).where(choice.c.person == person))
    return {row.code: {name: bool(getattr(row, name)) for name in CHANNELS} for row in rows}


@dataclass(frozen=True, slots=True)
class Reach:
    """Where and when somebody can be reached: an e-mail address, their browsers' subscriptions, quiet hours."""

    mail: str | None
    quiet: Quiet | None
    zone: str
    subscriptions: tuple[str, ...]


def reach(connection: Connection, person: str) -> Reach:
    row = connection.execute(select(channel).where(channel.c.person == person)).first()
    mine = (subscription.c.person == person) & subscription.c.session.is_not(None)
    ids = tuple(connection.execute(select(subscription.c.id).where(mine)).scalars())
    if row is None:
        return Reach(None, None, ZONE, ids)
    zone = row.zone if rules.zone_problem(row.zone) is None else ZONE
    quiet = Quiet(row.quiet_from, row.quiet_to, zone) if row.quiet_from and row.quiet_to else None
    return Reach(row.mail, quiet, zone, ids)


def trials_since(connection: Connection, person: str, since: str) -> list[str]:
    """When the person asked for trials after that (UTC text), the first one first."""
    here = (alert.c.code == "trial") & (recipient.c.person == person) & (alert.c.raised_at > since)
    told = select(alert.c.raised_at).select_from(alert.join(recipient, recipient.c.alert == alert.c.id))
    return list(connection.execute(told.where(here).order_by(alert.c.raised_at)).scalars())


def subscriptions(connection: Connection, person: str, browser: str | None) -> list[dict[str, Any]]:
    """{id, label, made_at, told_at, here, paused} of each browser; never the address. `here`: it is the one that asks;
    `paused`: its person has signed out there."""
    query = select(subscription).where(subscription.c.person == person).order_by(subscription.c.made_at)
    names = ("id", "label", "made_at", "told_at")
    return [
        {name: getattr(row, name) for name in names}
        | {"here": browser is not None and row.browser == browser, "paused": row.session is None}
        for row in connection.execute(query)
    ]


def deliveries(connection: Connection) -> dict[str, Any]:
    """For administrators: per channel how many notes are in which state, and the last that were given up or wait for
    another try, with the reason and without any content."""
    rows = connection.execute(select(note.c.channel, note.c.state, func.count()).group_by(note.c.channel, note.c.state))
    counts: dict[str, dict[str, int]] = {name: {} for name in CHANNELS}
    for name, state, number in rows:
        counts[name][state] = number
    troubled = note.c.problem.is_not(None) & note.c.state.in_((WAITING, FAILED))
    query = select(note, alert.c.code).select_from(note.join(alert, alert.c.id == note.c.alert)).where(troubled)
    last = connection.execute(query.order_by(note.c.made_at.desc()).limit(20)).all()
    names = identity.people(connection, [row.person for row in last])
    fields = ("channel", "state", "made_at", "tries", "problem", "code")
    troubles = [{**{name: getattr(row, name) for name in fields}, "person": names[row.person]} for row in last]
    return {"counts": counts, "troubles": troubles}


def _alert(row: Row[Any]) -> Alert:
    done = None if row.done_by is None else Acknowledgement(row.done_by, row.at, row.comment)
    details = json.loads(row.details)
    return Alert(row.id, row.code, row.link, details, row.raised_at, row.level, row.over_at, done)
