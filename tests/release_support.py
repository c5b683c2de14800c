"""QA at work on the batch B1 of `batch_support.Site`: looks at the review, decides, waives, signs."""

from collections.abc import Mapping
from typing import Any

import pytest
from batch_support import Site

from server.core.errors import PestleError
from server.release import pages, queries
from server.release.model import MEANINGS, PRODUCTION_KIND, PRODUCTION_MEANING, WAIVER_MEANING, Review


def review(site: Site, batch: str = "B1") -> dict[str, Any]:
    with site.plant.engine.connect() as connection:
        page = pages.review_page(connection, batch)
    assert page is not None
    return page


def sign(
    site: Site,
    decision: str,
    *,
    person: str = "P-5",
    digest: str | None = None,
    batch: str = "B1",
    alone: bool = False,
    **changes: Any,
) -> None:
    """Quality's signature; unless it signs `alone`, production signs before it where it still has to."""
    if decision == "released" and digest is None and not alone:
        review_production(site, batch)
    meaning = "reviewed_and_released" if decision == "released" else "reviewed_and_rejected"
    with site.plant.engine.connect() as connection:
        shown = queries.review(connection, batch)
    payload = _sealing(batch, shown, person, {"code": meaning, **MEANINGS[meaning]})
    if digest is not None:
        payload["digest"] = digest
    site.state(f"release.batch_{decision}.v3", f"batch/{batch}", payload | changes, person)


def _sealing(batch: str, shown: Review, person: str, meaning: Mapping[str, str]) -> dict[str, Any]:
    return {
        "batch": batch,
        "meaning": dict(meaning),
        "signer": {"id": person, "name": "赵琳", "name_en": "Zhao Lin"},
        "signed_at": "2026-11-22T09:30:00.000Z",
        "offset": 480,
        "method": "password",
        "components": 2,
        "passkey": None,
        "digest": shown.digest,
        "stream_seq": shown.stream_seq,
        "stream_hash": shown.stream_hash,
        "devices": [head.payload() for head in shown.devices],
        "reason": None,
    }


def production(site: Site, batch: str = "B1", person: str = "P-3", **changes: Any) -> None:
    """The supervisor's review for production."""
    with site.plant.engine.connect() as connection:
        shown = queries.review(connection, batch)
    payload = _sealing(batch, shown, person, PRODUCTION_MEANING) | {
        "signer": {"id": person, "name": "陈", "name_en": None}
    }
    site.state(PRODUCTION_KIND, f"batch/{batch}", payload | changes, person)


def refused(site: Site, decision: str, **options: Any) -> PestleError:
    with pytest.raises(PestleError) as error:
        sign(site, decision, **options)
    return error.value


def assess(site: Site, code: str, person: str = "P-5") -> None:
    item = site.item("B1", code)
    payload = {"batch": "B1", "exception": item.id, "assessment": "no effect on quality"}
    site.state("release.exception_assessed.v1", "batch/B1", payload, person)


def close(site: Site, deviation: str, entries: int) -> None:
    payload = {"deviation": deviation, "batch": "B1", "entries": entries, "conclusion": "no effect", "reason": "seen"}
    site.state("quality.deviation_closed.v1", "batch/B1", payload, "P-5")


def finish(site: Site) -> None:
    """Made, handed back, and reviewed by production where no flow does that."""
    site.work("B1")
    site.hand_back("B1")
    review_production(site)


def review_production(site: Site, batch: str = "B1") -> None:
    with site.plant.engine.connect() as connection:
        waits = queries.awaits_production(connection, batch)
    if waits:
        production(site, batch)


def waive(site: Site, device: str, person: str = "P-5", batch: str = "B1", **changes: Any) -> None:
    """By the figures that the review shows, unless the changes say otherwise."""
    held = {one["device"]["id"]: one for one in review(site, batch)["holdings"]}
    shown = held.get(device, {"known": 0, "delivered": 0})
    payload = {
        "batch": batch,
        "device": device,
        "known": shown["known"],
        "delivered": shown["delivered"],
        "meaning": dict(WAIVER_MEANING),
        "signer": {"id": person, "name": "赵琳", "name_en": "Zhao Lin"},
        "signed_at": "2026-11-22T09:30:00.000Z",
        "offset": 480,
        "method": "password",
        "components": 2,
        "passkey": None,
        "reason": "fell into the reactor",
    }
    site.state("release.device_waived.v2", f"batch/{batch}", payload | changes, person)
