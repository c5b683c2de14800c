"""What a transaction keeps in mind to spare the database is never seen: not by reads or rules, not after errors."""

from collections.abc import Iterator
from functools import partial

import pytest
from core_support import TOYS, Number, ToySite, count, one_group
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from server.core import db
from server.core.kinds import Entry, Kind, Ruling
from server.core.record import Recorded
from sync.log import transaction
from sync.log.prepared import Prepared
from sync.log.tables import log_entry

metadata = MetaData()
toy = Table("toy_thing", metadata, Column("id", Integer, primary_key=True), Column("word", Text))
add = Prepared(insert(toy).inline())
word = Prepared(select(toy.c.word).where(toy.c.id == bindparam("id")))
ids = Prepared(select(toy.c.id).where(toy.c.id == bindparam("id")))
reword = Prepared(update(toy).where(toy.c.id == bindparam("id")).values(word=bindparam("new")))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = db.open_engine(database_url)
    with db.writing_records(), db.write(made) as connection:
        metadata.create_all(connection)
    yield made
    made.dispose()


def row(number: int, text: str = "one") -> dict[str, object]:
    return {"id": number, "word": text}


def words(connection: Connection) -> list[str | None]:
    return list(connection.execute(select(toy.c.word).order_by(toy.c.id)).scalars())


@pytest.mark.urs("PLT-09")
def test_rows_that_wait_are_there_for_whoever_looks(engine: Engine) -> None:
    with db.write(engine) as connection:
        with transaction.gathering(connection):
            for number in range(5):
                transaction.insert(connection, add, row(number))
            assert words(connection) == ["one"] * 5
            transaction.insert(connection, add, row(5, "two"))
            # A change reaches the row that was still waiting.
            connection.execute(update(toy).where(toy.c.id == 5).values(word="three"))
            transaction.insert(connection, add, row(6))
        assert words(connection) == ["one"] * 5 + ["three", "one"]


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("many", [1, 3])
def test_texts_bytes_and_nothing_come_back_as_they_were(engine: Engine, many: int) -> None:
    texts = ["批印 'quoted' \\ {\"a\"}", "NULL", ""][:many]
    with db.write(engine) as connection:
        add.many(connection, [row(number, text) for number, text in enumerate(texts)])
        add.many(connection, [{"id": 10 + number, "word": None} for number in range(many)])
        assert words(connection) == [*texts, *[None] * many]


@pytest.mark.urs("PLT-09")
def test_an_answer_is_asked_once_and_again_after_a_change(engine: Engine) -> None:
    asked: list[str] = []
    with db.write(engine) as connection, transaction.gathering(connection):
        ask = partial(transaction.first, connection, word, {"id": 1})
        assert ask() is None
        transaction.insert(connection, add, row(1))
        assert ask() == ("one",)
        before = word.rows
        word.rows = lambda *given: asked.append("again") or before(*given)
        try:
            assert ask() == ("one",)
            assert asked == []
            connection.execute(update(toy).values(word="two"))
            assert ask() == ("two",)
            assert asked == ["again"]
        finally:
            word.rows = before


@pytest.mark.urs("PLT-09")
@pytest.mark.parametrize("many", [1, 2])
def test_what_the_driver_refuses_is_sqlalchemys_error(engine: Engine, many: int) -> None:
    twice = [row(1), row(2)][:many]
    with db.write(engine) as connection:
        add.many(connection, twice)
    with db.write(engine) as connection, pytest.raises(IntegrityError):
        add.many(connection, twice)


@pytest.mark.urs("PLT-09", "PLT-16")
def test_a_rule_sees_the_entries_before_it_in_its_own_group(database_url: str) -> None:
    """As if each had been written at once: the log's rows wait, and are written before a rule counts them."""

    def count_them(connection: Connection, entry: Entry) -> Ruling:
        return Ruling(flags=(f"after_{connection.execute(select(func.count()).select_from(log_entry)).scalar()}",))

    site = ToySite(database_url, (*TOYS, Kind("toy.counting.v1", Number, "observation", count_them)))
    pen = site.device()
    written = [pen.write("toy.counting.v1", "toy", {"n": n}, actor="P-0001") for n in range(4)]
    outcomes = site.recorder.submit_many(written, source="test")
    assert [outcome.flags for outcome in outcomes if isinstance(outcome, Recorded)] == [
        (f"after_{n}",) for n in range(2, 6)
    ]
    assert site.verify().ok
    site.close()


@pytest.mark.urs("PLT-09", "PLT-16")
def test_what_was_tried_together_and_failed_leaves_nothing_behind(database_url: str) -> None:
    """The whole group is rolled back and done again apart: every entry stands once, the listeners hear of it once."""
    site = ToySite(database_url)
    heard: list[int] = []
    site.recorder.subscribe(lambda appended: heard.extend(item.index for item in appended))
    pen = site.device()
    broken = pen.write("toy.broken.v1", "toy", {"n": 0}, actor="P-0001")
    works = [
        partial(site.recorder.state, count(1)),
        partial(site.recorder.submit, broken, source="test"),
        partial(site.recorder.state, count(2)),
    ]
    with one_group(site, *works) as futures:
        for future in futures:
            future.result(30)
    assert sorted(site.numbers()) == [-1, 1, 2]
    site.recorder.close()
    assert heard == sorted(set(heard))
    result = site.verify()
    assert (result.ok, result.size) == (True, len(heard) + 1)
    site.close()


@pytest.mark.urs("PLT-09")
def test_of_several_amendments_only_the_last_is_written_and_an_answer_about_it_is_forgotten(engine: Engine) -> None:
    written: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, k, statement, *rest: written.append(statement))
    with db.write(engine) as connection:
        with transaction.gathering(connection):
            transaction.insert(connection, add, row(1))
            transaction.insert(connection, add, row(2))
            for text in ("first", "second", "last"):
                transaction.amend(connection, reword, "1", {"id": 1, "new": text})
                assert transaction.first(connection, ids, {"id": 2}) == (2,)
            # Asked about the column, it is written first; asked about another, it waits.
            assert sum("UPDATE" in one for one in written) <= 2
            assert transaction.first(connection, word, {"id": 1}) == ("last",)
            transaction.amend(connection, reword, "1", {"id": 1, "new": "again"})
            assert transaction.first(connection, word, {"id": 1}) == ("again",)
            # A row that comes after is not the update's.
            transaction.amend(connection, reword, "3", {"id": 3, "new": "nobody's"})
            transaction.insert(connection, add, row(3, "its own"))
        assert words(connection) == ["again", "one", "its own"]


@pytest.mark.urs("PLT-09")
def test_an_answer_about_other_columns_outlives_an_amendment(engine: Engine) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda c, k, statement, *rest: asked.append(statement))
    with db.write(engine) as connection, transaction.gathering(connection):
        transaction.insert(connection, add, row(1))
        assert transaction.first(connection, ids, {"id": 1}) == (1,)
        asked.clear()
        for number in range(3):
            transaction.amend(connection, reword, "1", {"id": 1, "new": str(number)})
            assert transaction.first(connection, ids, {"id": 1}) == (1,)
        assert asked == []
    assert sum("UPDATE" in one for one in asked) == 1


@pytest.mark.urs("PLT-09")
def test_a_query_names_every_column_that_it_shows() -> None:
    """Else an amendment of one of them would leave its answer as it was."""
    assert Prepared(select(toy).where(toy.c.id == bindparam("id"))).columns == {"toy_thing.id", "toy_thing.word"}
