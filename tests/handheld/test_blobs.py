"""Photos and the quarantine over HTTP: only real images under their own hash, and raw bytes only as a download."""

import hashlib

import pytest
from handheld_support import Site

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
WEBP = b"RIFF\x00\x00\x00\x00WEBP" + bytes(100)


def _put(site: Site, data: bytes, kind: str, name: str | None = None) -> tuple[int, str | None]:
    path = f"/api/blobs/{name or hashlib.sha256(data).hexdigest()}"
    status, answer, _ = site.request("PUT", path, data, Content_Type=kind)
    return status, answer["code"] if isinstance(answer, dict) else None


@pytest.mark.urs("PLT-08")
@pytest.mark.parametrize(("data", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg"), (WEBP, "image/webp")])
def test_a_photo_is_kept_once_under_its_hash(site: Site, data: bytes, kind: str) -> None:
    assert _put(site, data, kind)[0] == 201
    assert _put(site, data, kind)[0] == 200
    status, body, headers = site.request("GET", f"/api/blobs/{hashlib.sha256(data).hexdigest()}")
    assert (status, body, headers["Content-Type"]) == (200, data, kind)
    assert headers["X-Content-Type-Options"] == "nosniff"
    kept = [path for path in site.config.blobs.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in kept] == [data]


@pytest.mark.urs("PLT-14")
def test_what_is_no_photo_is_not_kept(site: Site) -> None:
    page = b"<html><script>alert(1)</script></html>"
    assert _put(site, page, "image/png") == (415, "blob_type")
    assert _put(site, PNG, "image/jpeg") == (415, "blob_type")
    assert _put(site, page, "text/html") == (415, "blob_type")
    assert _put(site, PNG, "image/png", "0" * 64) == (422, "blob_mismatch")
    assert _put(site, PNG, "image/png", "A" * 64) == (422, "blob_mismatch")
    assert _put(site, PNG + bytes(2 * 1024 * 1024), "image/png") == (413, "blob_too_large")
    assert site.request("GET", f"/api/blobs/{'0' * 64}")[0] == 404
    assert not site.config.blobs.exists() or not [path for path in site.config.blobs.rglob("*") if path.is_file()]


@pytest.mark.urs("PLT-14")
def test_quarantine_and_photos_are_not_for_everybody(site: Site) -> None:
    assert site.request("GET", "/api/quarantine")[1]["code"] == "not_permitted"
    assert site.request("GET", "/api/quarantine/x/raw", cookie="")[1]["code"] == "session_missing"
    assert site.request("GET", "/api/quarantine/x/raw", cookie=site.sign_in("admin"))[1]["code"] == "not_found"
    assert site.request("GET", f"/api/blobs/{'0' * 64}", cookie="")[1]["code"] == "session_missing"
    assert (
        site.request("PUT", f"/api/blobs/{'0' * 64}", PNG, Origin="https://evil.example")[1]["code"] == "origin_foreign"
    )
