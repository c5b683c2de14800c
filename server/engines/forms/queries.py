"""Reads of forms: versions and their states, what may be filled in today, what designers are working on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Connection, Row, select

from server.engines.forms.deciding import APPROVED, SUBMITTED
from server.engines.forms.definitions import definition as definition
from server.engines.forms.definitions import folder_of as folder_of
from server.engines.forms.projection import draft, version


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a form; `state` as it was decided: submitted, approved, rejected, withdrawn. Days are YYYY-MM-DD,
    times UTC text."""

    form: str
    version: int
    entry: str
    sha256: str
    title: Mapping[str, str]
    comment: str | None
    state: str
    submitted_by: str
    submitted_at: str
    effective_from: str | None
    decided_by: str | None
    decided_at: str | None
    reason: str | None

    def effective(self, day: str) -> bool:
        """Whether it is approved and its day has come; a later version may have taken its place."""
        return self.state == APPROVED and self.effective_from is not None and self.effective_from <= day


@dataclass(frozen=True, slots=True)
class Draft:
    form: str
    revision: int
    definition: Mapping[str, Any]
    saved_by: str
    saved_at: str


def versions_of(connection: Connection, form: str) -> list[Version]:
    """The first version first; none of a form that is not known."""
    query = select(version).where(version.c.form == form).order_by(version.c.version)
    return [_version(row) for row in connection.execute(query)]


def all_versions(connection: Connection) -> dict[str, list[Version]]:
    """By form, each with its versions."""
    found: dict[str, list[Version]] = {}
    for row in connection.execute(select(version).order_by(version.c.form, version.c.version)):
        found.setdefault(row.form, []).append(_version(row))
    return found


def in_force(versions: list[Version], day: str) -> Version | None:
    """Of one form's versions the one to be filled on that day."""
    return next((one for one in reversed(versions) if one.effective(day)), None)


def waiting(versions: list[Version]) -> Version | None:
    """The one that somebody is to approve."""
    return next((one for one in versions if one.state == SUBMITTED), None)


def effective(connection: Connection, form: str, day: str) -> Version | None:
    """The version that is to be filled on a day (YYYY-MM-DD)."""
    return in_force(versions_of(connection, form), day)


def fillable(connection: Connection, day: str) -> list[Version]:
    """Of every form the version that may be filled on a day, by code."""
    found = (in_force(versions, day) for versions in all_versions(connection).values())
    return [one for one in found if one is not None]


def title(connection: Connection, sha256: str) -> dict[str, str] | None:
    """What the form with these bytes is called."""
    query = select(version.c.title_zh, version.c.title_en).where(version.c.sha256 == sha256)
    row = connection.execute(query.order_by(version.c.idx).limit(1)).first()
    return None if row is None else {"zh": row.title_zh, "en": row.title_en}


def draft_of(connection: Connection, form: str) -> Draft | None:
    row = connection.execute(select(draft).where(draft.c.form == form)).first()
    return None if row is None else _draft(row)


def drafts(connection: Connection) -> dict[str, Draft]:
    return {row.form: _draft(row) for row in connection.execute(select(draft).order_by(draft.c.form))}


def _draft(row: Row[Any]) -> Draft:
    return Draft(row.form, row.revision, orjson.loads(row.definition), row.saved_by, row.saved_at)


def _version(row: Row[Any]) -> Version:
    same = {name: getattr(row, name) for name in Version.__slots__ if name != "title"}
    return Version(title={"zh": row.title_zh, "en": row.title_en}, **same)
