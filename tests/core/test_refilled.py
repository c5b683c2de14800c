"""A plant that goes on with a newer program: what its tables have only since, its log has said before."""

from pathlib import Path

import pytest
from alembic import command
from stock_support import LABELS, Store

from server.core import db
from server.core.config import Config
from server.migrations import configured
from server.plant import open_plant

FIRST, SECOND, _ = LABELS


@pytest.mark.parametrize(
    ("before", "unfilled"), [("0045", None), ("0052", None), ("0055", None), ("0052", "0057"), ("0068", None)]
)
@pytest.mark.urs("PLT-05", "OPS-04")
def test_an_older_database_is_opened_with_all_that_its_log_says(
    before: str, unfilled: str | None, database_url: str, tmp_path: Path
) -> None:
    """`unfilled`: up to this step a program in between has gone, and filled nothing."""
    site = Store(database_url, tmp_path)
    site.place("R-01")
    site.do("container_moved", container=FIRST, to="R-01")
    site.order("B1")
    site.hand_back("B1")
    site.allocate("B1", FIRST, SECOND)
    given = {"batch": "B1", "container": FIRST, "material": "api-1", "lot": "A-5/2", "held": site.stands(FIRST).held}
    site.state("production.container_issued.v1", "batch/B1", given | {"to": None}, "P-8")
    site.plant.close()
    # As the program of then has left it: these steps not taken, and what they add not there.
    engine = db.open_engine(database_url)
    with db.writing_records(), db.write(engine) as connection:
        command.downgrade(configured(connection), before)
        if unfilled is not None:
            command.upgrade(configured(connection), unfilled)
    engine.dispose()

    site.plant = open_plant(Config(tmp_path / "data", database_url))
    assert site.rebuilds()
    assert site.stands(FIRST).location == "R-01"
    site.plant.close()
