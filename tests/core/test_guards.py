"""Tables of records and the log refuse whoever comes past the door; what is done past that, the verifier finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from core_support import reader
from plant import PlantUnderTest
from sqlalchemy import Executable, create_engine, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from server.core import db
from server.core.errors import PestleError
from server.identity.projection import person
from sync.log.tables import log_entry, log_payload
from sync.verify import verify_log


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


RAW = (
    "UPDATE identity_person SET name = 'x'",
    "update \"identity_person\" set name = 'x'",
    "DELETE FROM IDENTITY_PERSON",
    "/* SELECT */ DELETE FROM identity_person",
    "-- SELECT\nDELETE FROM identity_person",
    "WITH gone AS (SELECT 1) DELETE FROM identity_person",
    "INSERT INTO identity_person (id) SELECT 'P-9'",
    "DROP TABLE identity_person",
    "ALTER TABLE identity_person RENAME TO other",
    "DO $$ BEGIN EXECUTE 'DELETE FROM identity_person'; END $$",
    "EXPLAIN ANALYZE DELETE FROM identity_person",
    "SELECT 1; DELETE FROM identity_person",
    "COPY identity_person FROM STDIN",
    "UPDATE log_entry SET header = 'x'",
    "DROP TABLE log_entry",
)
CHANGES_TO_THE_LOG = (
    "UPDATE log_entry SET header = header",
    "DELETE FROM log_entry",
    "UPDATE log_payload SET payload = payload",
    "DELETE FROM log_payload",
    "DELETE FROM log_checkpoint",
    "DELETE FROM log_head",
)


def refused(site: PlantUnderTest, statement: Executable) -> bool:
    """Whether the engine refuses; any other error, or none, is the test's."""
    try:
        with db.write(site.plant.engine) as connection:
            connection.execute(statement)
    except PestleError as error:
        return error.code == "record_write_refused"
    return False


@pytest.mark.urs("PLT-01")
def test_core_statements_on_records_are_refused(site: PlantUnderTest) -> None:
    for statement in (insert(person).values(id="P-9"), update(person).values(name="x"), delete(person)):
        assert refused(site, statement), str(statement)
    assert refused(site, delete(log_payload))


@pytest.mark.urs("PLT-01")
def test_raw_sql_on_records_is_refused(site: PlantUnderTest) -> None:
    for statement in RAW:
        assert refused(site, text(statement)), statement
        with pytest.raises(PestleError), db.write(site.plant.engine) as connection:
            connection.exec_driver_sql(statement)


@pytest.mark.urs("PLT-01")
def test_the_workspace_is_no_record_and_reads_are_free(site: PlantUnderTest) -> None:
    assert not refused(site, text("DELETE FROM identity_session"))
    assert not refused(site, text("SELECT count(*) FROM identity_person"))


@pytest.mark.urs("PLT-06")
def test_the_database_itself_refuses_to_change_the_log(site: PlantUnderTest) -> None:
    bare = create_engine(site.config.database_url)
    for statement in CHANGES_TO_THE_LOG:
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"), bare.begin() as connection:
            connection.exec_driver_sql(statement)
    bare.dispose()
    assert verify_log(reader(site.plant.engine, site.plant.log), full=True).ok


@pytest.mark.urs("PLT-06")
def test_a_change_past_the_guards_is_found_and_named(site: PlantUnderTest) -> None:
    bare = create_engine(site.config.database_url)
    with bare.begin() as connection:
        if bare.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER log_payload_no_update")
        else:
            connection.exec_driver_sql("DROP TRIGGER log_payload_refuse ON log_payload")
            connection.exec_driver_sql("GRANT UPDATE ON log_payload TO CURRENT_USER")
        changed = connection.execute(update(log_payload).where(log_payload.c.idx == 3).values(payload=b'{"n":1}'))
        assert changed.rowcount == 1
    bare.dispose()
    result = verify_log(reader(site.plant.engine, site.plant.log))
    assert (result.ok, result.first_wrong, result.code) == (False, 3, "payload_hash_wrong")


@pytest.mark.urs("PLT-06")
def test_the_log_cannot_be_replaced_entry_by_entry(site: PlantUnderTest) -> None:
    bare = create_engine(site.config.database_url)
    with bare.connect() as connection:
        row = connection.execute(log_entry.select().where(log_entry.c.idx == 2)).one()._mapping
    for again in (dict(row), {**row, "idx": 900}):
        with pytest.raises(DBAPIError), bare.begin() as connection:
            connection.execute(insert(log_entry).values(again))
    bare.dispose()


@pytest.mark.urs("PLT-05", "IDN-04")
def test_a_snapshot_is_of_one_moment_while_others_write(site: PlantUnderTest) -> None:
    with db.snapshot(site.plant.engine) as connection:
        before = site.plant.log.head(connection)
        site.state("materials.material_defined.v1", "material/m-1", MATERIAL)
        assert site.plant.log.head(connection) == before
    with db.snapshot(site.plant.engine) as connection:
        assert site.plant.log.head(connection).size == before.size + 1


MATERIAL = {"material": "m-1", "name": {"zh": "原料", "en": "Material"}, "type": "raw", "unit": "kg"}
