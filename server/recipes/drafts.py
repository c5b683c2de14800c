"""What engineers save while they work: one draft of a recipe, and nobody writes over what somebody else saved."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, insert, update
from sqlalchemy.exc import IntegrityError

from server.core import clock
from server.core.errors import PestleError
from server.recipes import queries
from server.recipes.projection import draft
from sync import canonical


def save(connection: Connection, recipe: str, revision: int | None, content: Mapping[str, Any], person: str) -> int:
    """The new revision. PestleError `recipe_draft_changed` with {revision, by} where it is no longer the one that was
    opened; what the person has made is then still on their screen."""
    values = {"content": canonical.encode(dict(content)).decode(), "saved_by": person, "saved_at": clock.now_text()}
    if revision is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(draft).values(recipe=recipe, revision=1, **values))
        except IntegrityError:
            raise changed(connection, recipe) from None
        return 1
    here = (draft.c.recipe == recipe) & (draft.c.revision == revision)
    if connection.execute(update(draft).where(here).values(revision=revision + 1, **values)).rowcount != 1:
        raise changed(connection, recipe)
    return revision + 1


def discard(connection: Connection, recipe: str, revision: int) -> None:
    here = (draft.c.recipe == recipe) & (draft.c.revision == revision)
    if connection.execute(delete(draft).where(here)).rowcount != 1:
        raise changed(connection, recipe)


def discard_quietly(connection: Connection, recipe: str, revision: int) -> None:
    """After it became a version; what somebody has saved meanwhile stays."""
    connection.execute(delete(draft).where((draft.c.recipe == recipe) & (draft.c.revision == revision)))


def changed(connection: Connection, recipe: str) -> PestleError:
    now = queries.draft_of(connection, recipe)
    details = {"revision": None, "by": None} if now is None else {"revision": now.revision, "by": now.saved_by}
    return PestleError("recipe_draft_changed", {"recipe": recipe, **details})
