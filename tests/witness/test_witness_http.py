"""The witness answers as C2SP tlog-witness asks, with each of its statuses, and survives a crash at every step."""

import hashlib
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batch_support import Site
from witness_support import Rig, Story

from server.core.errors import PestleError
from server.witness import folder as folders
from server.witness import heads, watch
from server.witness.folder import Folder
from server.witness.http import Server
from sync import note
from sync.checkpoint import Checkpoint
from sync.entry import FIRST_PREV
from sync.signing import Ed25519Signer
from sync.verify import verify_log
from sync.witness import SIZE_TYPE, Request, cosignatures

pytestmark = pytest.mark.urs("PLT-18")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Some three hundred entries, so that there are whole bundles and a second level of the tree."""
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    for number in range(14):
        site.order(f"B{number}")
        site.work(f"B{number}")
    story = Story.of(site.plant)
    site.plant.close()
    assert len(story.entries) > 257
    return story


class Wire:
    """The witness behind its real HTTP."""

    def __init__(self, rig: Rig) -> None:
        self.server = Server(rig.watch, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def ask(self, path: str, body: bytes | None = None) -> tuple[int, str, bytes]:
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, body), timeout=30) as response:
                return response.status, response.headers["Content-Type"], response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def wire(rig: Rig) -> Iterator[Wire]:
    made = Wire(rig)
    yield made
    made.close()


def request(story: Story, old: int = 0, proof: tuple[bytes, ...] | None = None, signed: bytes | None = None) -> bytes:
    proof = story.proof(old) if proof is None else proof
    return Request(old, proof, signed or story.files()["checkpoint"]).encode()


def test_each_status_of_the_protocol(rig: Rig, wire: Wire, story: Story) -> None:
    part, whole = story.first(200), story
    rig._files = part.files()
    origin = hashlib.sha256(story.origin.encode()).hexdigest()
    assert wire.ask(f"/{origin}/checkpoint")[0] == 404
    status, _, body = wire.ask("/add-checkpoint", request(part))
    assert status == 200
    keys = rig.folder.keys
    assert set(cosignatures(body, part.files()["checkpoint"], keys)) == set(keys)
    shown = wire.ask(f"/{origin}/checkpoint")[2]
    policy = rig.folder.policy
    text, signed = note.verified(shown, [*keys, *policy.logs])
    assert (Checkpoint.parse(text).size, len(signed)) == (200, 3)
    rig._files = whole.files()
    wrong = tuple(bytes(32) for _ in whole.proof(200))
    stranger = Checkpoint("other.example/log", 1, bytes(32)).encode()
    forged = note.sign(whole.checkpoint.encode(), story.origin, Ed25519Signer.generate())
    broken = bytearray(whole.files()["checkpoint"])
    broken[-8] ^= 1
    for expected, given in {
        400: [b"", b"old 1\n", b"old -1\n\nx", request(whole, 200).replace(b"old 200", b"old 0200")],
        403: [request(whole, 200, signed=forged), request(whole, 200, signed=bytes(broken))],
        404: [request(whole, 200, signed=note.sign(stranger, "other.example/log", story.signer))],
        409: [request(whole, 0), request(whole, 199), request(part, 0)],
        422: [request(whole, 200, wrong), request(whole, 200, ())],
    }.items():
        for one in given:
            status, kind, body = wire.ask("/add-checkpoint", one)
            assert status == expected, (expected, one[:80], body)
            assert (kind == SIZE_TYPE) == (status == 409)
            if status == 409:
                assert body == b"200\n"
    old_above = Request(300_000, (), whole.files()["checkpoint"]).encode()
    assert wire.ask("/add-checkpoint", old_above)[0] == 400
    assert rig.found is None
    assert wire.ask("/add-checkpoint", request(whole, 200))[0] == 200
    assert wire.ask("/")[2].count(str(len(story.entries)).encode()) == 1
    assert wire.ask("/elsewhere")[0] == 404
    assert wire.ask("/elsewhere", b"x")[0] == 404


def test_two_logs_of_one_size_are_proof_and_are_kept(rig: Rig, story: Story) -> None:
    other = story.first(200).server_says("site.witness_removed.v1", "site", {"name": "x", "reason": "y"})
    assert rig.show(story.first(201)) == 200
    # Split view: the same key has signed another entry 200 for somebody else.
    assert rig.show(other) == 422
    assert rig.found == ("log_forked", None)
    assert rig.show(story.first(202)) == 200
    assert rig.found == ("log_forked", None)


def test_a_shorter_log_is_told_how_long_it_was(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200
    assert rig.show(story.first(200), old=0) == 409
    assert rig.answer == f"{len(story.entries)}\n".encode()


@pytest.mark.parametrize("path", ["tile/entries/000", "payloads/000", "tile/entries/001.p/"])
def test_a_file_that_is_withheld_gets_no_cosignature_and_is_asked_for_again(rig: Rig, story: Story, path: str) -> None:
    files = story.files()
    kept = {name: data for name, data in files.items() if not name.startswith(path)}
    assert len(kept) < len(files)
    assert rig.show(story, files=kept) == 503
    assert (rig.found, rig.size) == (None, 0)
    assert rig.show(story) == 200
    assert verify_log(rig.path / "mirror", full=True).ok


def test_a_past_that_was_rewritten_is_found_in_whole_bundles_too(rig: Rig, story: Story) -> None:
    assert rig.show(story.first(260)) == 200
    rewritten = story.restamp(5, lambda stamp: type(stamp)(**{**_fields(stamp), "flags": ("conflict",)}))
    assert rig.show(rewritten) == 422
    assert rig.found is not None
    assert rig.found[0] == "root_wrong"
    assert rig.size == 260


def _fields(stamp: Any) -> dict[str, Any]:
    return {name: getattr(stamp, name) for name in stamp.__slots__}


def test_entries_that_were_mirrored_and_are_changed_are_named(rig: Rig, story: Story) -> None:
    assert rig.show(story.first(100)) == 200
    rewritten = story.restamp(50, lambda stamp: type(stamp)(**{**_fields(stamp), "flags": ("conflict",)}))
    assert rig.show(rewritten) == 422
    assert rig.found == ("leaf_changed", 50)


@pytest.mark.parametrize("step", ["mirror", "state", "sign", "checkpoint", "status", "partials"])
def test_a_crash_at_any_step_loses_no_more_than_the_answer(
    rig: Rig, story: Story, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        pass

    def crash(*_: Any, **__: Any) -> None:
        raise Crash

    assert rig.show(story.first(250)) == 200
    with monkeypatch.context() as patch:
        if step == "mirror":
            patch.setattr("server.witness.mirror.Mirror._flush", crash)
        elif step == "state":
            patch.setattr(rig.folder.anchor, "flush", crash)
        elif step == "sign":
            patch.setattr(watch.note, "cosign", crash)
        elif step == "checkpoint":
            patch.setattr(watch, "write_durably", crash)
        elif step == "status":
            patch.setattr(folders.Folder, "write_status", crash)
        else:
            patch.setattr("server.witness.mirror.Mirror.drop_partials", crash)
        with pytest.raises(Crash):
            rig.show(story)
    rig.restart()
    assert rig.size == (250 if step == "mirror" else len(story.entries))
    assert verify_log(rig.path / "mirror", full=True).ok
    assert rig.show(story) == 200, rig.why
    result = verify_log(rig.path / "mirror", full=True)
    assert (result.ok, result.size) == (True, len(story.entries)), result


def test_a_mirror_that_somebody_has_changed_cosigns_nothing(rig: Rig, story: Story) -> None:
    assert rig.show(story.first(100)) == 200
    path = rig.path / "mirror" / "tile" / "entries" / "000.p" / "100"
    data = bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"[a-z_]+"):
        rig.restart()


def test_one_folder_is_no_place_for_two(rig: Rig) -> None:
    rig.folder.take()
    second = Folder(rig.path)
    with pytest.raises(PestleError, match="witness_runs"):
        second.take()
    second.close()


def test_a_password_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("secret\n")
    file.chmod(0o640)
    with pytest.raises(PestleError, match="password_file_open"):
        folders.read_password(file)
    file.chmod(0o600)
    assert folders.read_password(file) == "secret"


def test_what_devices_hold_is_compared_with_the_mirror(rig: Rig, story: Story) -> None:
    assert rig.show(story) == 200
    own = [entry for entry in story.entries if entry.head.device == "tablet-a"]
    seq, digest = own[-1].head.seq, own[-1].envelope.digest.hex()
    head_of = rig.watch.head_of
    said = [{"device": "tablet-a", "seq": seq, "hash": digest}, {"device": "tablet-b", "seq": 0, "hash": FIRST_PREV}]
    assert heads.compare(said, head_of) == []
    earlier = {"device": "tablet-a", "seq": seq - 1, "hash": own[-2].envelope.digest.hex()}
    assert heads.compare([earlier], head_of) == []
    withheld = {"device": "tablet-a", "seq": seq + 3, "hash": "ab" * 32}
    forked = {"device": "tablet-a", "seq": seq, "hash": "ab" * 32}
    assert [one["code"] for one in heads.compare([withheld, forked], head_of)] == ["withheld", "forked"]
