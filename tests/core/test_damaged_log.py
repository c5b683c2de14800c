"""A log whose end was cut off or put back by hand is not served: nothing may be written over what is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from core_support import unguarded
from plant import PlantUnderTest
from sqlalchemy import Connection, delete, func, select, update

from server.core.errors import PestleError
from server.plant import check_end
from sync.log.tables import log_checkpoint, log_entry, log_head


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    yield made
    made.close()


def refusal(site: PlantUnderTest) -> tuple[str, dict[str, object]]:
    with pytest.raises(PestleError) as refused:
        check_end(site.plant)
    return refused.value.code, dict(refused.value.details)


def cut(connection: Connection, size: int) -> None:
    connection.execute(delete(log_entry).where(log_entry.c.idx >= size))


@pytest.mark.urs("PLT-06", "PLT-18")
def test_a_whole_log_is_served(site: PlantUnderTest) -> None:
    check_end(site.plant)


@pytest.mark.urs("PLT-06", "PLT-18")
def test_a_log_that_was_cut_off_is_not(site: PlantUnderTest) -> None:
    with unguarded(site.plant.engine) as connection:
        size = connection.execute(select(func.count()).select_from(log_entry)).scalar_one()
        cut(connection, size - 2)
    assert refusal(site) == ("entry_missing", {"index": size - 2})
    # Nor one whose head was put back to fit.
    with unguarded(site.plant.engine) as connection:
        connection.execute(update(log_head).values(size=size - 2, edge=bytes(32 * (size - 2).bit_count())))
    assert refusal(site) == ("entry_missing", {"index": size - 2})


@pytest.mark.urs("PLT-06", "PLT-18")
def test_a_log_whose_head_is_not_the_signed_one_is_not(site: PlantUnderTest) -> None:
    with unguarded(site.plant.engine) as connection:
        size, edge = connection.execute(select(log_head.c.size, log_head.c.edge)).one()
        connection.execute(update(log_head).values(edge=bytes(len(edge))))
    assert refusal(site) == ("root_wrong", {"size": size})
    with unguarded(site.plant.engine) as connection:
        connection.execute(delete(log_checkpoint).where(log_checkpoint.c.size == size))
    assert refusal(site)[0] == "entry_missing"
