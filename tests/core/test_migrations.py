"""The steps of the migrations together make exactly the tables that the rooms declare, on both databases."""

import ast

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

import server.plant  # noqa: F401 - declares every table
from server.core import db
from server.core.errors import PestleError
from server.migrations import FOLDER, migrate

HINT = 'the tables have changed: .venv/bin/python scripts/new_migration.py "What changes"'


@pytest.mark.urs("PLT-05")
def test_an_empty_database_is_migrated_to_the_declared_tables(empty_database_url: str) -> None:
    engine = db.open_engine(empty_database_url)
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        ours = [step for step in compare_metadata(context, [db.records, db.workspace]) if "alembic" not in str(step)]
        tables = set(inspect(connection).get_table_names())
    engine.dispose()
    assert ours == [], HINT
    assert tables == {*db.records.tables, *db.workspace.tables, "alembic_version"}


@pytest.mark.urs("PLT-05")
def test_primary_keys_and_nullability_are_those_declared(empty_database_url: str) -> None:
    engine = db.open_engine(empty_database_url)
    migrate(engine)
    with engine.connect() as connection:
        seen = inspect(connection)
        for table in (*db.records.sorted_tables, *db.workspace.sorted_tables):
            key = [column.name for column in table.primary_key]
            assert seen.get_pk_constraint(table.name)["constrained_columns"] == key, (table.name, HINT)
            found = {column["name"]: column["nullable"] for column in seen.get_columns(table.name)}
            assert found == {column.name: column.nullable for column in table.columns}, (table.name, HINT)
    engine.dispose()


@pytest.mark.urs("OPS-04")
def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    engine = db.open_engine(empty_database_url)
    migrate(engine)
    migrate(engine)
    engine.dispose()


@pytest.mark.urs("OPS-04")
def test_a_database_of_a_newer_version_is_left_alone(empty_database_url: str) -> None:
    engine = db.open_engine(empty_database_url)
    migrate(engine)
    with db.write(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PestleError) as caught:
        migrate(engine)
    engine.dispose()
    assert caught.value.code == "database_newer"


@pytest.mark.urs("OPS-04")
def test_the_steps_import_nothing_of_the_application() -> None:
    for step in (FOLDER / "versions").glob("*.py"):
        for node in ast.walk(ast.parse(step.read_text("utf-8"))):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {module.split(".")[0] for module in modules} <= {"sqlalchemy", "alembic", "json"}, step
