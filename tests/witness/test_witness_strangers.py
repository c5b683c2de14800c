"""What strangers and a hostile server send to a witness changes nothing that it keeps, and stops nobody."""

import base64
import socket
import struct
import threading
from typing import Any

import pytest
from batch_support import Site
from witness_support import Rig, Story

from server.core.witnessing import Asked
from server.witness.http import Server
from sync import cosignature, note
from sync.signing import MLDSA44Signer
from sync.trust import Policy, Witness
from sync.verify import verify_log
from sync.witness import Refusal, Request, judge

pytestmark = pytest.mark.urs("PLT-18")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    folder = tmp_path_factory.mktemp("plant")
    site = Site(f"sqlite:///{folder}/pestle.db", folder)
    site.order("B1")
    site.work("B1")
    story = Story.of(site.plant)
    site.plant.close()
    return story


def lines_of_others(count: int, length: int = 100) -> list[bytes]:
    junk = base64.b64encode(bytes(length)).decode()
    return [f"— stranger{number} {junk}\n".encode() for number in range(count)]


def test_lines_that_a_stranger_adds_do_not_reach_what_is_kept(rig: Rig, story: Story) -> None:
    files = story.files()
    assert rig.show(story, files=files) == 200
    text, lines = note.split(files["checkpoint"])
    ours = f"{lines[0]}\n".encode()
    for junk in (lines_of_others(99), lines_of_others(1, 45_000)):
        signed = text + b"\n" + b"".join([*junk, ours])
        rig.watch.add_checkpoint(Request(len(story.entries), (), signed).encode())
        kept = rig.watch.checkpoint()
        assert kept is not None
        assert b"stranger" not in kept
        result = verify_log(rig.path / "mirror")
        assert result.ok, result.reason


def test_a_long_line_before_the_logs_own_does_not_stop_the_state(rig: Rig, story: Story) -> None:
    files = story.files()
    text, lines = note.split(files["checkpoint"])
    signed = text + b"\n" + b"".join([*lines_of_others(1, 6000), f"{lines[0]}\n".encode()])
    assert rig.show(story, files={**files, "checkpoint": signed}) == 200, rig.why
    rig.restart()
    assert rig.size == len(story.entries)


def test_a_stranger_cannot_make_the_witness_ask_the_site(rig: Rig, story: Story) -> None:
    asked: list[str] = []
    rig.watch._read = lambda path: asked.append(path)
    text = note.split(story.files()["checkpoint"])[0]
    signed = text + b"\n" + lines_of_others(1)[0]
    for _ in range(5):
        with pytest.raises(Exception, match="none of the trusted keys"):
            rig.watch.add_checkpoint(Request(0, (), signed).encode())
    assert asked == []


@pytest.mark.parametrize(
    "named",
    [
        lambda story: {"id": story.entries[3].head.id, "index": 10**6},
        lambda story: {"id": story.entries[3].head.id, "index": 4},
        lambda story: {"id": "01900000-0000-7000-8000-000000000000", "index": len(story.entries)},
    ],
    ids=["beyond the end", "another id", "the erasure itself"],
)
def test_an_erasure_of_what_is_not_there_is_found_before_anything_is_signed(rig: Rig, story: Story, named: Any) -> None:
    assert rig.show(story) == 200
    payload = {"entries": [named(story)], "reason": "asked for", "basis": "PIPL 47"}
    forged = story.server_says("site.payloads_erased.v1", "site", payload)
    assert rig.show(forged) == 422
    assert rig.found == ("erasure_wrong", len(story.entries))
    assert rig.size == len(story.entries)
    rig.restart()
    assert rig.size == len(story.entries)
    assert verify_log(rig.path / "mirror").ok


def test_an_erasure_of_an_erasure_is_found(rig: Rig, story: Story) -> None:
    index = next(one.index for one in story.entries if one.head.kind.startswith("production."))
    first = {"entries": [{"id": story.entries[index].head.id, "index": index}], "reason": "why", "basis": "PIPL 47"}
    erased = story.without_payload(index).server_says("site.payloads_erased.v1", "site", first)
    by = len(story.entries)
    again = [*first["entries"], {"id": erased.entries[by].head.id, "index": by}]
    hidden = erased.server_says("site.payloads_erased.v1", "site", {**first, "entries": again}).without_payload(by)
    assert rig.show(hidden) == 422
    assert rig.found == ("erasure_wrong", by + 1)


def test_whoever_has_only_one_of_the_logs_keys_gets_no_cosignature(story: Story) -> None:
    """A checkpoint that lacks the other signature nobody would take, but the witness would have gone on with it."""
    second = MLDSA44Signer.generate()
    keys = (
        note.Key(story.origin, story.signer.public_key),
        note.Key(story.origin, second.public_key, cosignature.MLDSA44_TYPE),
    )
    policy = Policy(keys, (story.signer.public_key,))
    signed = story.files()["checkpoint"]
    with pytest.raises(Refusal) as caught:
        judge(Request(0, (), signed), [policy], None)
    assert caught.value.status == 403
    both = note.add(signed, [note.cosign(note.split(signed)[0], story.origin, second, 1)])
    assert judge(Request(0, (), both), [policy], None) == story.checkpoint


@pytest.mark.parametrize("length", ["²", "9" * 5000, "-1", ""])
def test_a_length_that_is_no_number_is_answered(rig: Rig, capfd: pytest.CaptureFixture[str], length: str) -> None:
    server = Server(rig.watch, "127.0.0.1", 0)
    try:
        with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as wire:
            wire.sendall(f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {length}\r\n\r\n".encode("latin-1"))
            server.handle_request()
            # To the end: the thread that answers is done with the wire before the test is.
            assert b"".join(iter(lambda: wire.recv(1 << 16), b"")).startswith(b"HTTP/1.1 400")
    finally:
        server.server_close()
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET ",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nContent-Length: 9\r\n\r\nold 0\n\n\n\n",
    ],
)
def test_whoever_hangs_up_before_the_answer_is_no_fault_of_the_witness(
    rig: Rig, capfd: pytest.CaptureFixture[str], said: bytes
) -> None:
    server = Server(rig.watch, "127.0.0.1", 0)
    server.daemon_threads = False
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=5) as wire:
        # Closing is a reset, which the next read or write of the other side meets.
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        wire.sendall(said)
    server.handle_request()
    # Joins the thread that answers.
    server.server_close()
    assert capfd.readouterr().err == ""


def test_an_answer_that_breaks_off_says_that_the_witness_cannot_be_reached(story: Story) -> None:
    answer = b"HTTP/1.1 500 no\r\nTransfer-Encoding: chunked\r\n\r\nnot a chunk\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def respond() -> None:
            with listening.accept()[0] as wire:
                wire.recv(1 << 16)
                wire.sendall(answer)

        thread = threading.Thread(target=respond)
        thread.start()
        key = note.Key("qa.example/w", story.signer.public_key, cosignature.ED25519_TYPE)
        asked = Asked(Witness("qa", key, f"http://127.0.0.1:{listening.getsockname()[1]}"))
        assert asked.cosign(story.files()["checkpoint"], len(story.entries), lambda old, size: []) == []
        thread.join()
    assert asked.state.code == "witness_unreachable"
