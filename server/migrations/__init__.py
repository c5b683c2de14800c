"""Brings a database to the tables of this version, step by step; the sum of the steps is what the rooms declare.

The steps make the tables of records and the workspace. The tables of the log are no part of it: `Log.create` makes
them with their guards, since their shape is that of the log's format and does not move.

A new step, after a table was changed: `.venv/bin/python scripts/new_migration.py "What changes"`, then read what it
wrote. To begin anew (before the first release only): delete `versions/*.py` and run the same.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, MetaData, inspect, text

from server.core import db
from server.core.errors import PestleError

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent


# The last step after which tables of records say what older entries have said as well: what is in containers, where
# these were put, what a batch had of one before it was issued, who knew
# what of the log when something moved. Whoever adds such a column or table names its step here,
# or the rows that there are stay without it; `tests/core/test_refilled.py` looks.
REFILLED = "0079"


def migrate(engine: Engine) -> bool:
    """Take all steps that the database has not taken yet, in one transaction; PestleError `database_newer`. Whether
    there is something in its log that its tables do not say yet, so that they must be made anew."""
    taken, last = _taken(engine), newest()
    if taken is not None and taken > last:
        raise PestleError("database_newer", {"database": taken, "program": last})
    if taken == last:
        return False
    # Only now: Alembic takes a quarter of a second to import, and most starts have no step to take.
    from alembic import command

    with db.writing_records(), db.write(engine) as connection:
        # A crash here: nothing is committed, the next start begins with the same step.
        command.upgrade(configured(connection), "head")
    return taken is not None and taken < REFILLED


def configured(connection: Connection, metadata: list[MetaData] | None = None) -> "Config":
    """Alembic's settings for a connection that is already open; `metadata` only to find what a new step must do."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, metadata=metadata)
    return config


def _taken(engine: Engine) -> str | None:
    """The number of the last step that the database has taken."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        number: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return number


def newest() -> str:
    """The last step that there is; they are numbered 0001, 0002, ... at the beginning of their file's name."""
    return max(file.name.partition("_")[0] for file in (FOLDER / "versions").glob("[0-9]*_*.py"))
