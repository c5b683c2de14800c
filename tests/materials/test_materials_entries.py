"""Lots through the door: quarantine at receipt, decisions about status, what a second delivery adds."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site

from server.core.errors import PestleError
from server.materials import queries
from server.materials.model import Lot


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    yield site
    site.plant.close()


def lot(site: Site, number: str, day: str | None = None) -> Lot:
    with site.plant.engine.connect() as connection:
        found = queries.find_lot(connection, "api-1", number, day)
    assert found is not None
    return found


def decide(site: Site, number: str, status: str) -> None:
    payload = {"material": "api-1", "lot": number, "status": status, "reason": "inspected"}
    site.state("materials.lot_status_changed.v1", f"lot/api-1/{number}", payload)


def deliver(site: Site, number: str, **changes: Any) -> tuple[str, ...]:
    payload = {"material": "api-1", "lot": number, "quantity": None, "supplier": None, "supplier_lot": None}
    rest = {"expiry": None, "containers": None, "status": "quarantine"}
    return site.state("materials.lot_received.v1", f"lot/api-1/{number}", payload | rest | changes).flags


@pytest.mark.urs("MAT-04", "MAT-06")
def test_a_received_lot_starts_in_quarantine_with_its_exact_quantity(site: Site) -> None:
    site.receive("N-1", None)
    found = lot(site, "N-1")
    assert (found.status, found.quantity) == ("quarantine", {"value": "240.000", "unit": "kg"})
    assert found.name == {"zh": "API", "en": "API"}


@pytest.mark.urs("MAT-05", "PLT-16")
def test_a_rejected_lot_is_never_released_again(site: Site) -> None:
    site.receive("N-1", "rejected")
    with pytest.raises(PestleError) as refused:
        decide(site, "N-1", "released")
    assert (refused.value.code, refused.value.details) == (
        "lot_status_refused",
        {"from": "rejected", "to": "released"},
    )
    assert lot(site, "N-1").status == "rejected"


@pytest.mark.urs("MAT-05", "PLT-16")
def test_nothing_is_decided_about_a_lot_that_was_never_received(site: Site) -> None:
    with pytest.raises(PestleError) as refused:
        decide(site, "N-404", "released")
    assert refused.value.code == "lot_unknown"


@pytest.mark.urs("MAT-07")
def test_a_released_lot_past_its_expiry_counts_as_expired_that_day(site: Site) -> None:
    site.receive("N-1", "released", "2026-11-22")
    assert [lot(site, "N-1", day).status for day in ("2026-11-22", "2026-11-23")] == ["released", "expired"]


@pytest.mark.urs("MAT-10")
def test_a_second_delivery_without_an_expiry_does_not_erase_the_known_one(site: Site) -> None:
    site.receive("N-1", "released", "2028-01-31")
    assert deliver(site, "N-1", supplier="another") == ()
    found = lot(site, "N-1")
    assert (found.expiry, found.supplier, found.status) == ("2028-01-31", "another", "released")


@pytest.mark.urs("MAT-07", "IDN-01")
def test_who_may_not_receive_moves_no_expiry_and_registers_no_container_not_even_in_the_name_of_the_server(
    site: Site,
) -> None:
    site.receive("N-1", "released", "2026-11-22")
    payload = {"material": "api-1", "lot": "N-1", "quantity": None, "supplier": None, "supplier_lot": None}
    later = payload | {"expiry": "2035-01-01", "containers": None, "status": "quarantine"}
    rows = [{"container": "C-1", "quantity": {"value": "25.000", "unit": "kg"}}]
    labelled = {"material": "api-1", "lot": "N-1", "containers": rows}
    for actor in ("P-1", "server"):
        for kind, said in (("lot", later), ("containers", labelled)):
            name = f"materials.{kind}_received.v1"
            written = site.writers["tablet-a"].write(name, "lot/api-1/N-1", said, actor=actor)
            assert site.submit(written).flags == ("person_not_permitted", "lease_unknown")
    assert lot(site, "N-1", "2026-11-23").status == "expired"
    with site.plant.engine.connect() as connection:
        assert queries.find_container(connection, "C-1") is None


@pytest.mark.urs("MAT-02", "PLT-16")
def test_a_delivery_in_another_unit_or_of_no_known_material_is_kept_and_flagged(site: Site) -> None:
    assert deliver(site, "N-1", quantity={"value": "240", "unit": "L"}) == ("unit_mismatch",)
    assert deliver(site, "N-2", quantity={"value": "240", "unit": "g"}) == ()
    assert deliver(site, "N-1", material="x") == ("material_unknown",)


@pytest.mark.urs("MAT-06", "HMI-04")
def test_lots_are_found_by_number_material_and_name(site: Site) -> None:
    for number in ("N-1", "N-2", "100%"):
        site.receive(number)
    with site.plant.engine.connect() as connection:

        def found(words: str) -> list[str]:
            return [one.lot for one in queries.search_lots(connection, words, 0, 10, "2026-11-22")[0]]

        assert found("n-") == ["N-1", "N-2"] or found("n-") == ["N-2", "N-1"]
        assert found("%") == ["100%"]
        assert len(found("API")) == 4
        assert queries.lots_of(connection, []) == []
