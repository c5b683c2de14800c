"""The verifier as an inspector has it, from a disk and without a network: it must say of every dossier and log what
the Python verifier says, and in particular of those that somebody has changed."""

import hashlib
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from journeys.desk import Desk
from journeys.inspector import Inspector, inspector, python, same
from journeys.processes import Server, stopping
from log_support import ORIGIN, Entered, Plant, entered, forge
from playwright.sync_api import Playwright, expect
from support import ROOT

from server.core.config import Config
from server.demo.production import Line, Plan
from server.demo.story import Story
from server.plant import open_plant
from sync import dossier, merkle, note, tiles
from sync.entry import Envelope, split_leaf
from sync.proof import LogProof
from sync.signing import Ed25519Signer, MLDSA44Signer
from sync.trust import Policy, Witness
from sync.verify.archive import LISTED
from sync.verify.pdf_signature import attachments

pytestmark = [pytest.mark.slow, pytest.mark.urs("PLT-04")]

Bytes = Callable[[bytes], bytes]
BATCH = "B-SEEN-1"
KEPT = ROOT / "tests" / "vectors" / "logs"


class Evidence:
    """What a real plant gave out: the dossier of a released batch and its log as files."""

    def __init__(self, server: Server, desk: Desk, folder: Path) -> None:
        self.pdf = folder / "dossier.pdf"
        self.pdf.write_bytes(desk.bytes(f"/api/batches/{BATCH}/dossier?lang=zh"))
        self.log = folder / "log"
        server.pestle("log", "export", str(self.log))
        self.archive = folder / "archive"
        server.pestle("archive", "--to", str(self.archive))
        self.files = folder / "files"
        self.files.mkdir()
        for name, data in attachments(self.pdf.read_bytes(), dossier.FILES, dossier.MORE_FILES).items():
            (self.files / name).write_bytes(data)
        self.policy = (self.files / "policy").read_bytes()


@pytest.fixture(scope="module")
def evidence() -> Iterator[Evidence]:
    # Not where the other tests have their files, which may be /dev/shm: Chromium hands out no folder below /dev.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="pestle-evidence-") as name:
        yield from gathered(Path(name))


def gathered(folder: Path) -> Iterator[Evidence]:
    url = f"sqlite:///{folder}/data/pestle.db"
    server = Server(folder, url)
    people = {one["login"]: one["password"] for one in server.pestle("demo", "--quick")["people"]}
    produce(folder / "data", url)
    with stopping(server):
        server.start()
        yield Evidence(server, Desk(server.url, "zhaolin", people["zhaolin"]), folder)


def produce(data: Path, url: str) -> None:
    """A batch with an out-of-limits value and a correction, reviewed and released."""
    plant = open_plant(Config(data, url))
    try:
        line = Line(Story(plant, datetime.now(UTC)))
        plan = Plan(BATCH, out_of_limits=True, correction=True)
        line.make(plan)
        line.review(plan)
    finally:
        plant.close()


@pytest.fixture(scope="module")
def page(playwright: Playwright) -> Iterator[Inspector]:
    with inspector(playwright) as opened:
        yield opened


def test_it_accepts_a_dossier_its_files_and_a_log_with_keys_got_another_way(
    evidence: Evidence, page: Inspector
) -> None:
    for what in (evidence.pdf, evidence.files, evidence.log):
        answer = page.check(what, evidence.policy)
        assert (answer["ok"], answer["policy"], answer["code"]) == (True, "given", None), answer
        assert same(answer) == same(python(what, evidence.policy))
    assert page.check(evidence.pdf)["stream"] == f"batch/{BATCH}"


def test_what_is_dropped_on_the_page_is_checked_folders_too(evidence: Evidence, page: Inspector) -> None:
    for what in (evidence.pdf, evidence.log, evidence.archive):
        page.page.evaluate("scrollTo(0, 0)")
        assert page.drop(what)["ok"] is True, what


def test_it_accepts_the_logs_of_earlier_versions(page: Inspector) -> None:
    kept = [one for one in KEPT.iterdir() if one.is_dir()]
    assert kept
    for one in kept:
        for what in (one / "dossier.pdf", one / "log"):
            assert page.check(what)["ok"] is True, what


def test_it_says_in_both_languages_with_which_keys_and_shows_the_records(evidence: Evidence, page: Inspector) -> None:
    page.check(evidence.pdf)
    trust, verdict = page.page.get_by_test_id("trust"), page.page.get_by_test_id("verdict")
    expect(verdict).to_contain_text("无误")
    expect(trust).to_contain_text("取自记录旁")
    page.page.get_by_test_id("lang").click()
    expect(verdict).to_contain_text("In order")
    expect(trust).to_contain_text("found beside the records")
    record = page.page.get_by_test_id("record").first
    expect(record).to_be_visible()
    record.get_by_role("button").click()
    expect(page.page.get_by_test_id("records").locator("dl").first).to_be_visible()
    page.page.get_by_test_id("lang").click()
    page.check(evidence.pdf, evidence.policy)
    expect(trust).to_contain_text("由您提供")


def flip(offset: int, bit: int = 1) -> Bytes:
    return lambda data: data[:offset] + bytes([data[offset] ^ bit]) + data[offset + 1 :]


def swap(text: bytes, behind: int) -> Bytes:
    """Another letter behind the first place of a text, which keeps hex, base64 and names what they are."""

    def change(data: bytes) -> bytes:
        at = data.index(text) + behind
        return data[:at] + (b"1" if data[at : at + 1] == b"0" else b"0") + data[at + 1 :]

    return change


def some_flips(name: str, count: int, seed: int) -> Iterator[tuple[str, str, Bytes]]:
    """Single bits of a file, anywhere."""
    chance = random.Random(seed)
    for number in range(count):
        where, bit = chance.random(), 1 << chance.randrange(8)
        yield f"{name} bit {number}", name, some_bit(where, bit)


def some_bit(where: float, bit: int) -> Bytes:
    return lambda data: flip(int(where * len(data)), bit)(data)


def leaves(change: Callable[[list[bytes]], list[bytes]]) -> Bytes:
    return lambda data: tiles.encode_entries(change(tiles.decode_entries(data)))


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Bytes:
    return lambda data: b"\n".join(change(data.split(b"\n")))


def withhold(line: bytes) -> bytes:
    index = line.split(b",")[0]
    return index + b',"payload":null,"salt":null}'


def other_receipt(leaf: bytes) -> bytes:
    header, signatures, receipt = split_leaf(leaf)
    return b"\n".join((header, signatures, receipt.replace(b'"recorded_at":"2', b'"recorded_at":"1'), b""))


LOG_CHANGES: list[tuple[str, str, Bytes]] = [
    *some_flips("entries", 6, 1),
    *some_flips("payloads", 5, 2),
    *some_flips("hashes", 3, 3),
    *some_flips("checkpoint", 4, 4),
    *some_flips("policy", 4, 5),
    ("an entry left out", "entries", leaves(lambda all_: all_[:20] + all_[21:])),
    ("two entries in each other's place", "entries", leaves(lambda all_: [*all_[:20], all_[21], all_[20], *all_[22:]])),
    ("an entry twice", "entries", leaves(lambda all_: [*all_[:20], all_[20], *all_[20:]])),
    ("another time of receipt", "entries", leaves(lambda all_: [*all_[:30], other_receipt(all_[30]), *all_[31:]])),
    ("another signature", "entries", swap(b'"sig":"', 20)),
    ("the last entries cut off", "entries", lambda data: data[:-700]),
    ("something behind the entries", "entries", lambda data: data + b"\x00\x01x"),
    ("a content withheld", "payloads", lines(lambda all_: [*all_[:40], withhold(all_[40]), *all_[41:]])),
    ("a content of another entry", "payloads", lines(lambda all_: [*all_[:40], all_[41], all_[40], *all_[42:]])),
    ("no contents", "payloads", lambda _: b""),
    ("another hash of the tiles", "hashes", flip(32 * 17)),
    ("a tile cut off", "hashes", lambda data: data[:-32]),
    ("another size", "checkpoint", lambda data: data.replace(b"\n", b"\n1", 1)),
    ("another key of the server", "policy", swap(b"server-key ed25519:", 30)),
]


def places(log: Path) -> dict[str, Path]:
    """The first bundle, its hashes and contents, whether they are full or not."""

    def first(folder: str) -> Path:
        full = log / folder / "000"
        return full if full.is_file() else next((log / folder / "000.p").iterdir())

    return {
        "entries": first("tile/entries"),
        "payloads": first("payloads"),
        "hashes": first("tile/0"),
        "checkpoint": log / "checkpoint",
        "policy": log / "policy",
    }


@pytest.mark.parametrize("given", [True, False], ids=["given", "beside"])
@pytest.mark.parametrize(("place", "change"), [case[1:] for case in LOG_CHANGES], ids=[case[0] for case in LOG_CHANGES])
def test_it_says_of_a_changed_log_what_python_says(
    evidence: Evidence, page: Inspector, tmp_path: Path, place: str, change: Bytes, given: bool
) -> None:
    log = tmp_path / "log"
    shutil.copytree(evidence.log, log)
    file = places(log)[place]
    before = file.read_bytes()
    file.write_bytes(change(before))
    assert file.read_bytes() != before
    policy = evidence.policy if given else None
    answer = page.check(log, policy)
    assert same(answer) == same(python(log, policy))
    # The policy beside a log is not asked where another was given.
    assert answer["ok"] is (given and place == "policy")


RECORD_CHANGES: list[tuple[str, str, Bytes]] = [
    *some_flips("records.json", 6, 6),
    *some_flips("proof.json", 4, 7),
    ("a record left out", "records.json", lines(lambda all_: [*all_[:5], *all_[6:]])),
    ("two records in each other's place", "records.json", lines(lambda all_: [*all_[:5], all_[6], all_[5], *all_[7:]])),
    ("a record withheld", "records.json", lambda data: _withheld(data, 12)),
    ("a content changed", "records.json", swap(b"12.6", 3)),
    ("another index", "records.json", swap(b'"index":', 8)),
    ("written anew", "records.json", lambda data: data.replace(b",\n", b", ")),
    ("a node changed", "proof.json", swap(b'"nodes":["', 12)),
    ("another stream", "proof.json", lambda data: data.replace(b'"stream":"batch/', b'"stream":"batc/')),
    ("another place of the disposition", "seal.tlog-proof", swap(b"index ", 6)),
    ("another node beside the disposition", "seal.tlog-proof", swap(b"index ", 20)),
    ("no proof of the disposition", "seal.tlog-proof", lambda _: b""),
    ("no policy", "policy", lambda _: b""),
    ("no checkpoint", "checkpoint", lambda _: b""),
]


def _withheld(data: bytes, place: int) -> bytes:
    records = [dossier.Record.parse(line) for line in dossier.record_lines(data)]
    one = records[place]
    records[place] = dossier.Record(one.index, one.header, one.signatures, one.receipt, None, None)
    return dossier.encode_records(records)


@pytest.mark.parametrize(
    ("place", "change"), [case[1:] for case in RECORD_CHANGES], ids=[case[0] for case in RECORD_CHANGES]
)
def test_it_says_of_changed_records_what_python_says(
    evidence: Evidence, page: Inspector, tmp_path: Path, place: str, change: Bytes
) -> None:
    files = tmp_path / "files"
    shutil.copytree(evidence.files, files)
    before = (files / place).read_bytes()
    (files / place).write_bytes(change(before))
    assert (files / place).read_bytes() != before
    answer = page.check(files)
    assert same(answer) == same(python(files))


ARCHIVE_CHANGES: dict[str, Callable[[Path], object]] = {
    "nothing": lambda _: None,
    "a file more": lambda folder: (folder / "more.txt").write_bytes(b"more"),
    "a file less": lambda folder: (folder / "FORMAT.md").unlink(),
    "a file changed": lambda folder: rewrite(folder / "FORMAT.md", flip(100)),
    "a dossier changed": lambda folder: rewrite(next((folder / "dossiers").iterdir()), flip(3000)),
    "a dossier changed with its line": lambda folder: relist(folder, next((folder / "dossiers").iterdir()), flip(3000)),
    "the log changed": lambda folder: rewrite(places(folder / "log")["entries"], swap(b'"sig":"', 20)),
    "the log changed with its line": lambda folder: relist(folder, places(folder / "log")["hashes"], flip(64)),
    "no list": lambda folder: (folder / LISTED).write_bytes(b"none"),
}


def rewrite(file: Path, change: Bytes) -> None:
    file.write_bytes(change(file.read_bytes()))


def relist(folder: Path, file: Path, change: Bytes) -> None:
    """Change a file, and what the list says of it, as somebody would who knows the list."""
    before, after = file.read_bytes(), change(file.read_bytes())
    old, new = (hashlib.sha256(data).hexdigest().encode() for data in (before, after))
    file.write_bytes(after)
    rewrite(folder / LISTED, lambda data: data.replace(old, new))


@pytest.mark.parametrize("change", list(ARCHIVE_CHANGES.values()), ids=list(ARCHIVE_CHANGES))
def test_it_says_of_an_archive_what_python_says(
    evidence: Evidence, page: Inspector, tmp_path: Path, change: Callable[[Path], object]
) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(evidence.archive, folder)
    change(folder)
    answer = page.check(folder, evidence.policy)
    assert same(answer) == same(python(folder, evidence.policy))
    assert (answer["ok"] is True) is (change is ARCHIVE_CHANGES["nothing"])


def in_gap(behind: int) -> Bytes:
    """A bit of the signature's own container."""
    return lambda data: flip(data.rindex(b"/Contents <") + 11 + behind)(data)


PDF_CHANGES: list[tuple[str, Bytes]] = [
    *((f"bit {number} of the pages", flip(2000 + 1777 * number)) for number in range(8)),
    *((f"digit {behind} of the signature", in_gap(behind)) for behind in (0, 200, 700, 1100, 3000)),
    ("a version behind it", lambda data: data + b"\n%%EOF\n"),
    ("a byte behind it", lambda data: data + b" "),
    ("a byte less", lambda data: data[:-1]),
    ("cut in two", lambda data: data[: len(data) // 2]),
    ("no PDF", lambda _: b"no PDF at all"),
    ("another range", swap(b"/ByteRange [0 ", 14)),
    ("another page", lambda data: data.replace(b"/MediaBox", b"/MediaBux", 1)),
    ("another attachment's name", lambda data: data.replace(b"(proof", b"(prouf")),
]


@pytest.mark.parametrize("change", [case[1] for case in PDF_CHANGES], ids=[case[0] for case in PDF_CHANGES])
def test_it_says_of_a_changed_pdf_what_python_says(
    evidence: Evidence, page: Inspector, tmp_path: Path, change: Bytes
) -> None:
    file = tmp_path / "dossier.pdf"
    before = evidence.pdf.read_bytes()
    file.write_bytes(change(before))
    assert file.read_bytes() != before
    answer = page.check(file, evidence.policy)
    assert answer["ok"] is False
    assert same(answer) == same(python(file, evidence.policy))


def test_it_says_of_damage_in_a_packed_attachment_what_python_says(
    evidence: Evidence, page: Inspector, tmp_path: Path
) -> None:
    data = evidence.pdf.read_bytes()
    start = data.index(b"stream\n", data.rindex(b"/EmbeddedFile/Filter/FlateDecode"))
    for number in range(12):
        file = tmp_path / f"{number}.pdf"
        file.write_bytes(flip(start + 900 * number + 60)(data))
        answer = page.check(file)
        assert same(answer) == same(python(file))
        assert answer["ok"] is False


def test_it_shows_the_first_wrong_entry_and_those_before_it(
    evidence: Evidence, page: Inspector, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    shutil.copytree(evidence.log, log)
    file = places(log)["entries"]
    file.write_bytes(leaves(lambda all_: [*all_[:30], other_receipt(all_[30]), *all_[31:]])(file.read_bytes()))
    assert page.check(log)["first_wrong"] == 30
    expect(page.page.get_by_test_id("first-wrong")).to_contain_text("30")
    expect(page.page.get_by_test_id("record")).to_have_count(30)
    expect(page.page.get_by_test_id("wrong-row")).to_contain_text("接收时间倒退")


def test_contents_may_be_withheld_where_that_is_expected(evidence: Evidence, page: Inspector, tmp_path: Path) -> None:
    log = tmp_path / "log"
    shutil.copytree(evidence.log, log)
    file = places(log)["payloads"]
    file.write_bytes(lines(lambda all_: [*all_[:40], withhold(all_[40]), *all_[41:]])(file.read_bytes()))
    assert page.check(log, withheld=False)["code"] == "payload_missing"
    answer = page.check(log, withheld=True)
    assert (answer["ok"], answer["withheld"]) == (True, 1)


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_a_log_that_the_holder_of_the_key_has_forged_is_named_alike(page: Inspector, tmp_path: Path) -> None:
    """Tree, receipts and checkpoint fit; only the rules between entries tell."""
    plant = Plant.fresh()
    history = plant.history(300)
    foreign = Plant.fresh()
    stories = {
        "good": entered(history),
        "left out": entered([*history[:100], *history[101:]]),
        "in another order": entered([*history[:100], history[102], history[101], history[100], *history[103:]]),
        "by a device nobody enrolled": entered([*history[:50], foreign.weigh(foreign.tablet)]),
        "after a revocation": entered([*history, plant.revoke(plant.tablet, 3), plant.weigh(plant.tablet)]),
        "an erasure erased": _erasure_erased(plant, history),
    }
    for name, story in stories.items():
        log = write(tmp_path / name, forge(plant.signer, story))
        answer = page.check(log)
        assert same(answer) == same(python(log)), name
        assert answer["ok"] is (name == "good"), name


def _erasure_erased(plant: Plant, history: list[Envelope]) -> list[Entered]:
    """A later one names the same payload and the first one's too, so that nobody learns why it went."""
    said = [*history]
    for gone in ([50], [50, len(history)]):
        named = [{"id": said[index].head.id, "index": index} for index in gone]
        payload = {"entries": named, "reason": "past retention", "basis": "SOP-9"}
        said.append(plant.server.write("site.payloads_erased.v1", "site", payload, actor="server"))
    return [replace(one, withheld=index in (50, len(history))) for index, one in enumerate(entered(said))]


def test_it_says_which_witnesses_have_cosigned_and_asks_for_the_quorum(page: Inspector, tmp_path: Path) -> None:
    plant = Plant.fresh()
    files = forge(plant.signer, entered(plant.history(5)))
    own, qa, late = MLDSA44Signer.generate(), MLDSA44Signer.generate(), Ed25519Signer.generate()
    keys = (note.Key(ORIGIN, plant.signer.public_key), note.Key(ORIGIN, own.public_key, 6))
    witnesses = (
        Witness("qa", note.Key("qa.example", qa.public_key, 6)),
        Witness("late", note.Key("late.example", late.public_key, 4)),
    )
    policy = Policy(keys, (plant.signer.public_key,), None, witnesses, (("both", 2, ("qa", "late")),), "both")
    text = note.split(files["checkpoint"])[0]
    lines_ = [note.cosign(text, ORIGIN, own, 1_795_600_000), note.cosign(text, "qa.example", qa, 1_795_600_001)]
    files |= {"policy": policy.encode(), "checkpoint": note.add(files["checkpoint"], lines_)}
    log = write(tmp_path / "log", files)
    answer = page.check(log)
    assert (answer["ok"], answer["code"]) == (False, "quorum_missing")
    assert same(answer) == same(python(log))
    whole = note.add(files["checkpoint"], [note.cosign(text, "late.example", late, 1_795_600_002)])
    (log / "checkpoint").write_bytes(whole)
    answer = page.check(log, policy.encode())
    assert answer["witnessed"] == {"qa": 1_795_600_001, "late": 1_795_600_002}
    assert same(answer) == same(python(log, policy.encode()))
    expect(page.page.get_by_test_id("witness").first).to_contain_text("✓")
    for number, line in enumerate(note.split(whole)[1]):
        (log / "checkpoint").write_bytes(swap(line.encode(), len(line.encode()) - 10)(whole))
        answer = page.check(log, policy.encode())
        assert answer["code"] == "signature_wrong", number
        assert same(answer) == same(python(log, policy.encode()))


def test_a_proof_file_is_checked_with_the_leaf_it_is_for(page: Inspector, tmp_path: Path) -> None:
    plant = Plant.fresh()
    files = forge(plant.signer, entered(plant.history(5)))
    bundle = tiles.decode_entries(files["tile/entries/000.p/5"])
    hashes = [merkle.leaf_hash(leaf) for leaf in bundle]

    def read(level: int, index: int) -> bytes:
        part = hashes[index << level : (index + 1) << level]
        return merkle.full_root(part)

    proof = LogProof(3, tuple(merkle.inclusion_proof(3, 5, read)), files["checkpoint"])
    (tmp_path / "seal.tlog-proof").write_bytes(proof.encode())
    for index, leaf in enumerate(bundle):
        (tmp_path / f"{index}.leaf").write_bytes(leaf)
    both = [tmp_path / "seal.tlog-proof", tmp_path / "3.leaf"]
    assert page.check(both)["code"] == "policy_needed"
    assert page.check(both, files["policy"])["ok"] is True
    other = page.check([both[0], tmp_path / "2.leaf"], files["policy"])
    assert (other["ok"], other["code"]) == (False, "proof_wrong")
    assert page.check(both[:1], files["policy"])["code"] == "proof_alone"


def test_it_has_asked_for_nothing_but_itself_and_nothing_went_wrong_in_it(page: Inspector) -> None:
    assert len(page.asked) == 1
    assert page.asked[0].startswith("file://")
    assert page.faults == []
