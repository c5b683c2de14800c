"""Makes the dossier: the printed record as PDF/A-3 with records, proofs, checkpoint and keys attached, and sealed."""

import tempfile
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import orjson
import typst
from sqlalchemy import Connection

from server.core.blobs import load
from server.core.typesetting import FONTS
from server.engines.forms.records import paper
from server.production.model import batch_stream
from server.production.queries import batch_line
from server.release import recorded
from server.release.dossier.content import gather
from server.release.dossier.rows import moment
from server.release.dossier.words import Lang, word
from sync.dossier import CHECKPOINT, POLICY, TIMESTAMP
from sync.log.dossier import bundle
from sync.log.log import Log
from sync.pdf_seal import sign_pdf
from sync.signing import Ed25519Signer
from sync.trust import Opened, Policy
from sync.verify.timestamp import check_timestamp

_MIME = {
    "records.json": "application/json",
    "proof.json": "application/json",
    TIMESTAMP: "application/timestamp-reply",
}
_IMAGES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_TEMPLATE = resources.files("server.release.dossier") / "template.typ"


Stamp = Callable[[bytes], bytes | None]
"""Has some bytes stamped with the time (RFC 3161); the token, None where there is no authority or it did not answer."""


def dossier(
    connection: Connection,
    log: Log,
    signer: Ed25519Signer,
    number: str,
    lang: Lang,
    blobs: Path,
    now: datetime,
    withhold: Collection[str] = (),
    stamp: Stamp = lambda data: None,
) -> bytes | None:
    """The PDF of a batch; None for a batch that does not exist. `blobs` is the folder of photos.

    `connection` is a `db.snapshot`, so that what is printed and what is attached say the same. `withhold` are kinds
    (of `WITHHOLDABLE`) of which is not told what the entries say. SyncError `quorum_missing` when the published
    checkpoint does not reach to the disposition.
    """
    if batch_line(connection, number) is None:
        return None
    files = bundle(connection, log, batch_stream(number), withhold=lambda entry: entry.head.kind in withhold)
    policy = Policy.parse(files[POLICY])
    opened = policy.open(files[CHECKPOINT])
    content = gather(connection, log, number, lang, opened.checkpoint.size, withhold)
    if content is None:
        return None
    token = stamp(files[CHECKPOINT])
    if token is not None:
        files[TIMESTAMP] = token
    content["site"] = log.origin
    content["date"] = {part: getattr(now, part) for part in ("year", "month", "day", "hour", "minute", "second")}
    content["generated"] = moment(now.astimezone(UTC).isoformat(), 0)
    content["withheld"] = [word(kind, lang) for kind in sorted(withhold)]
    content["proof"] = _proof(opened, policy, None if token is None else check_timestamp(token, files[CHECKPOINT], ()))
    forms = _forms(connection, number, lang, log.origin, now)
    return sign_pdf(_compile(content, {**files, **forms}, blobs), signer, log.origin)


def _forms(connection: Connection, number: str, lang: Lang, site: str, now: datetime) -> dict[str, bytes]:
    """The pages of each filled form about the batch, by the name of the file."""
    pages = {
        f"{one.record}.pdf": paper.pdf(connection, one, "zh" if lang == "zh" else "en", site, now)
        for one in recorded.of_batch(connection, number)
    }
    return {name: data for name, data in pages.items() if data is not None}


def _proof(opened: Opened, policy: Policy, stamped: datetime | None) -> dict[str, Any]:
    checkpoint = opened.checkpoint
    seen = ((name, datetime.fromtimestamp(at, UTC)) for name, at in opened.witnessed.items())
    return {
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "key": policy.logs[0].encode(),
        "witnesses": [f"{name} · {moment(at.isoformat(), 0)}" for name, at in seen],
        "stamped": "" if stamped is None else moment(stamped.isoformat(), 0),
    }


def _compile(content: dict[str, Any], files: Mapping[str, bytes], blobs: Path) -> bytes:
    with tempfile.TemporaryDirectory(prefix="pestle-dossier-") as name:
        folder = Path(name)
        for file, data in files.items():
            (folder / file).write_bytes(data)
        photos = [_photo(note_, folder, blobs) for note_ in [*content["specimens"], *content["notes"]] if note_["blob"]]
        content["attachments"] = [
            *({"name": file, "mime": _mime(file), **_ROLE} for file in sorted(files)),
            *(photo for photo in photos if photo is not None),
        ]
        (folder / "content.json").write_bytes(orjson.dumps(content))
        (folder / "main.typ").write_text(_TEMPLATE.read_text("utf-8"), "utf-8")
        pdf: bytes = typst.compile(
            str(folder / "main.typ"),
            root=str(folder),
            font_paths=[FONTS],
            ignore_system_fonts=True,
            pdf_standards="a-3b",
        )
        return pdf


_ROLE = {"relationship": "data", "description": "Evidence for the printed record"}


def _mime(file: str) -> str:
    return "application/pdf" if file.endswith(".pdf") else _MIME.get(file, "text/plain")


def _photo(item: dict[str, Any], folder: Path, blobs: Path) -> dict[str, str] | None:
    """Copy a photo beside the template, to be attached; the page says so when it has not arrived or is damaged."""
    kept = load(blobs, item["blob"])
    if kept is None or kept[1] not in _IMAGES:
        item["lacks"] = "photo_missing"
        return None
    data, type_ = kept
    name = f"{item['blob']}.{_IMAGES[type_]}"
    (folder / name).write_bytes(data)
    item["file"], item["lacks"] = (name, "") if _can_be_drawn(folder, name) else ("", "photo_damaged")
    return {"name": name, "mime": type_, "relationship": "supplement", "description": item["text"]}


def _can_be_drawn(folder: Path, name: str) -> bool:
    """A device can deliver bytes that only begin like an image; they must not keep the record from being printed."""
    page = folder / "photo.typ"
    page.write_text(f'#image("{name}")', "utf-8")
    try:
        typst.compile(str(page), root=str(folder), ignore_system_fonts=True)
    except typst.TypstError:
        return False
    return True
