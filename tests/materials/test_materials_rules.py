"""Which status a lot may take, situation by situation."""

import pytest

from server.materials import rules


@pytest.mark.urs("MAT-05", "MAT-06")
@pytest.mark.parametrize(
    ("status", "wanted", "may"),
    [
        ("quarantine", "released", True),
        ("quarantine", "rejected", True),
        ("released", "restricted", True),
        ("released", "released", False),
        ("restricted", "released", True),
        ("rejected", "released", False),
        ("rejected", "restricted", False),
        ("expired", "released", False),
        ("expired", "rejected", True),
        ("historical", "released", False),
    ],
)
def test_what_a_lot_may_become(status: str, wanted: str, may: bool) -> None:
    assert rules.may_become(status, wanted) is may


@pytest.mark.urs("MAT-07")
def test_stock_past_its_expiry_blocks_itself() -> None:
    assert rules.status_on("released", "2026-11-22", "2026-11-22") == "released"
    assert rules.status_on("released", "2026-11-22", "2026-11-23") == "expired"
    assert rules.status_on("restricted", "2026-11-22", "2026-11-23") == "expired"
    assert rules.status_on("rejected", "2026-11-22", "2026-11-23") == "rejected"
    assert rules.status_on("released", None, "2026-11-23") == "released"
