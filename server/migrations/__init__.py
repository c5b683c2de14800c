"""Brings a database to the tables of this version, step by step; the sum of the steps is what the rooms declare.

The steps make the tables of records and the workspace. The tables of the log are no part of it: `Log.create` makes
them with their guards, since their shape is that of the log's format and does not move.

A new step, after a table was changed: `.venv/bin/python scripts/new_migration.py "What changes"`, then read what it
wrote. To begin anew (before the first release only): delete `versions/*.py` and run the same.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, MetaData

from server.core import db

FOLDER = Path(__file__).parent


def migrate(engine: Engine) -> None:
    """Take all steps that the database has not taken yet, in one transaction."""
    with db.writing_records(), db.write(engine) as connection:
        # A crash here: nothing is committed, the next start begins with the same step.
        command.upgrade(configured(connection), "head")


def configured(connection: Connection, metadata: list[MetaData] | None = None) -> Config:
    """Alembic's settings for a connection that is already open; `metadata` only to find what a new step must do."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(connection=connection, metadata=metadata)
    return config
