"""A version says in the log that it goes on with it, once, and only with a log that it can prove (CMP-05)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from core_support import unguarded
from plant import PlantUnderTest
from site_support import fill, verified
from sqlalchemy import update

from server.core.errors import PestleError
from server.site import upgrade, version
from server.site.model import RULES, UPGRADED_V1, Version
from sync.log.tables import log_entry, log_payload

pytestmark = pytest.mark.urs("CMP-05")


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[PlantUnderTest]:
    made = PlantUnderTest(database_url, tmp_path)
    fill(made)
    yield made
    made.close()


def another(monkeypatch: pytest.MonkeyPatch, software: str, migration: str) -> Version:
    now = Version(software, migration, RULES)
    monkeypatch.setattr(version, "current", lambda: now)
    return now


def test_it_is_said_once_for_each_version_and_each_migration(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = upgrade.state(site.plant)
    assert first is not None
    assert first["before"] is None
    assert first["now"] == version.current().payload()
    assert upgrade.state(site.plant) is None
    another(monkeypatch, "9.9.9", first["now"]["migration"])
    second = upgrade.state(site.plant)
    assert second is not None
    assert second["before"] == first["now"]
    another(monkeypatch, "9.9.9", "9999")
    third = upgrade.state(site.plant)
    assert third is not None
    assert (third["before"]["migration"], third["now"]["migration"]) == (first["now"]["migration"], "9999")
    assert upgrade.state(site.plant) is None
    assert site.payloads("site.upgraded.v2") == [first, second, third]
    assert verified(site.plant).ok


@pytest.mark.urs("CMP-05", "PLT-18")
def test_what_goes_on_with_a_log_of_before_says_by_which_rules(site: PlantUnderTest) -> None:
    """Once: a witness learns from it which rules nobody asked until here."""
    now = version.current().payload()
    earlier = {name: now[name] for name in ("software", "migration")}
    checked = {"how": "all", "entries": 1, "checkpoint": {"size": 1, "root": "00" * 32}}
    site.state(UPGRADED_V1, "site", {"before": None, "now": earlier, "checked": checked})
    said = upgrade.state(site.plant)
    assert said is not None
    assert (said["before"], said["now"]) == (earlier | {"rules": 0}, earlier | {"rules": RULES})
    assert upgrade.state(site.plant) is None


def test_it_says_how_much_was_checked(site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    said = upgrade.state(site.plant)
    assert said is not None
    assert (said["checked"]["how"], said["checked"]["entries"]) == ("all", said["checked"]["checkpoint"]["size"])
    monkeypatch.setattr(upgrade, "ALL", 5)
    monkeypatch.setattr(upgrade, "SAMPLE", 4)
    another(monkeypatch, "9.9.9", "0001")
    said = upgrade.state(site.plant)
    assert said is not None
    assert (said["checked"]["how"], said["checked"]["entries"]) == ("sample", 8)


@pytest.mark.urs("PLT-06")
@pytest.mark.parametrize("most", [20_000, 5])
def test_with_a_log_that_is_wrong_it_does_not_go_on(
    site: PlantUnderTest, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """At the end of the log a sample finds it too."""
    monkeypatch.setattr(upgrade, "ALL", most)
    monkeypatch.setattr(upgrade, "SAMPLE", 4)
    with site.reading() as connection:
        last = site.plant.log.head(connection).size - 1
        entry = site.plant.log.entry(connection, last)
    assert entry is not None
    changes = (
        update(log_payload).where(log_payload.c.idx == last).values(payload=b'{"n":1}'),
        update(log_entry).where(log_entry.c.idx == last).values(receipt=entry.receipt.replace(b"Z", b"z")),
    )
    for change in changes:
        with unguarded(site.plant.engine) as connection:
            connection.execute(change)
        with pytest.raises(PestleError) as caught:
            upgrade.state(site.plant)
        assert caught.value.code == "upgrade_log_wrong"
        with unguarded(site.plant.engine) as connection:
            connection.execute(update(log_payload).where(log_payload.c.idx == last).values(payload=entry.payload))
            connection.execute(update(log_entry).where(log_entry.c.idx == last).values(receipt=entry.receipt))
    assert upgrade.state(site.plant) is not None
