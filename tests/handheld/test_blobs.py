"""Photos, files and the quarantine over HTTP: only what is kept under its own hash, and what is no image only as a
download."""

import hashlib
from io import BytesIO
from zipfile import ZipFile

import pytest
from handheld_support import Site

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
WEBP = b"RIFF\x00\x00\x00\x00WEBP" + bytes(100)
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _workbook(*more: str) -> bytes:
    data = BytesIO()
    with ZipFile(data, "w") as file:
        for name in ("[Content_Types].xml", "xl/workbook.xml", *more):
            file.writestr(name, "<x/>")
    return data.getvalue()


FILES = [
    (b"%PDF-1.7\n" + bytes(50), "application/pdf"),
    ("时间,值\r\n08:00,12.6\n".encode(), "text/csv"),
    ("时间,值\r\n".encode("gb18030"), "text/csv"),
    (_workbook(), XLSX_TYPE),
]


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


@pytest.mark.urs("ENG-01", "PLT-14")
@pytest.mark.parametrize(("data", "kind"), FILES)
def test_a_file_is_kept_and_only_ever_downloaded(site: Site, data: bytes, kind: str) -> None:
    assert _put(site, data, kind)[0] == 201
    assert _put(site, data, kind)[0] == 200
    status, body, headers = site.request("GET", f"/api/blobs/{hashlib.sha256(data).hexdigest()}")
    assert (status, body, headers["Content-Type"].split(";")[0]) == (200, data, kind)
    assert headers["Content-Disposition"] == "attachment"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"


@pytest.mark.urs("ENG-01", "PLT-14")
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (_workbook("xl/vbaProject.bin"), XLSX_TYPE),
        (b"PK\x03\x04" + bytes(50), XLSX_TYPE),
        (b"a,b\x00", "text/csv"),
        (b"", "text/csv"),
        (b"%PDF-1.7\n", "text/csv"),
        (b"a,b\n", "application/pdf"),
        (b"a,b\n", "text/html"),
        (b"MZ" + bytes(50), "application/pdf"),
    ],
)
def test_attack_a_file_that_is_not_what_it_says_is_not_kept(site: Site, data: bytes, kind: str) -> None:
    assert _put(site, data, kind) == (415, "blob_type")
    assert site.request("GET", f"/api/blobs/{hashlib.sha256(data).hexdigest()}")[0] == 404


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
