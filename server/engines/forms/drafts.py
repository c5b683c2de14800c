"""What designers save while they work: one draft of a form, and nobody writes over what somebody else saved."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from server.core import clock
from server.core.errors import PestleError
from server.engines.forms import queries
from server.engines.forms.projection import draft
from sync import canonical


def save(connection: Connection, form: str, revision: int | None, definition: Mapping[str, Any], person: str) -> int:
    """The new revision. PestleError `form_draft_changed` with {revision, by} where it is no longer the one that was
    opened; what the person has typed is then still on their screen."""
    values = {
        "definition": canonical.encode(definition).decode(),
        "saved_by": person,
        "saved_at": clock.now_text(),
    }
    if revision is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(draft).values(form=form, revision=1, **values))
        except IntegrityError:
            raise changed(connection, form) from None
        return 1
    here = (draft.c.form == form) & (draft.c.revision == revision)
    if connection.execute(update(draft).where(here).values(revision=revision + 1, **values)).rowcount != 1:
        raise changed(connection, form)
    return revision + 1


def discard(connection: Connection, form: str, revision: int) -> None:
    here = (draft.c.form == form) & (draft.c.revision == revision)
    if connection.execute(delete(draft).where(here)).rowcount != 1:
        raise changed(connection, form)


def discard_quietly(connection: Connection, form: str, revision: int) -> None:
    """After it became a version; what somebody has saved meanwhile stays."""
    connection.execute(delete(draft).where((draft.c.form == form) & (draft.c.revision == revision)))


def changed(connection: Connection, form: str) -> PestleError:
    now = queries.draft_of(connection, form)
    details = {"revision": None, "by": None} if now is None else {"revision": now.revision, "by": now.saved_by}
    return PestleError("form_draft_changed", {"form": form, **details})
