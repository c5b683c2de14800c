"""The dossier of a batch: what is printed, what is attached, and that neither can be changed unseen."""

import base64
import hashlib
import io
import json
import re
import socket
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography.x509 import Certificate, load_pem_x509_certificates
from pypdf import PdfReader

from server.core import clock
from server.core.blobs import keep
from server.core.config import Config
from server.core.kinds import Fact
from server.core.plant import Plant
from server.demo.content import RECIPE
from server.demo.make import make
from server.demo.production import Line, Plan
from server.demo.story import Story
from server.identity import queries as identity
from server.plant import open_plant
from server.quality import queries as quality
from server.release.dossier.build import dossier
from server.release.stamping import stamper
from sync.entry import leaf_data
from sync.log import publication
from sync.proof import LogProof
from sync.trust import Policy
from sync.verify import Result, verify_bundle, verify_pdf

pytestmark = pytest.mark.urs("PRD-12", "PLT-04")
NUMBER = "B-DOSSIER-1"


@pytest.fixture
def plant(database_url: str, tmp_path: Path) -> Iterator[Plant]:
    """A released batch with an out-of-limits value, a corrected one and a remark."""
    opened = open_plant(Config(tmp_path / "data", database_url))
    try:
        make(opened, True, lambda _: None)
        story = Story(opened, datetime.now(UTC))
        line = Line(story)
        plan = Plan(NUMBER, out_of_limits=True, correction=True)
        line.make(plan)
        line.review(plan)
        yield opened
    finally:
        opened.close()


def printed(plant: Plant, lang: str, **more: Any) -> bytes:
    plant.publisher.now()
    blobs, now = plant.config.blobs, datetime.now(UTC)
    with plant.engine.connect() as connection:
        pdf = dossier(connection, plant.log, plant.signer, NUMBER, lang, blobs, now, **more)
    assert pdf is not None
    return pdf


def checked(pdf: bytes, folder: Path, trusted: Policy, **more: Any) -> Result:
    (folder / "dossier.pdf").write_bytes(pdf)
    return verify_pdf(folder / "dossier.pdf", trusted=trusted, **more)


def policy(plant: Plant) -> Policy:
    with plant.engine.connect() as connection:
        return publication.policy(connection, plant.log)


def attachments(pdf: bytes) -> dict[str, bytes]:
    return {name: parts[0] for name, parts in PdfReader(io.BytesIO(pdf)).attachments.items()}


def text(pdf: bytes) -> list[str]:
    """The letters of each page; where a line was broken is nobody's business."""
    return ["".join(page.extract_text().replace("\u200b", "").split()) for page in PdfReader(io.BytesIO(pdf)).pages]


@pytest.mark.parametrize(("lang", "name"), [("zh", "阿莫替尼片5mg"), ("en", "AmotinibTablets5mg")])
def test_name_strength_and_batch_number_stand_on_every_page(plant: Plant, lang: str, name: str) -> None:
    pages = text(printed(plant, lang))
    assert len(pages) > 1
    assert all(name in page and NUMBER in page for page in pages)


@pytest.mark.urs("PLT-07", "PRD-06", "IDN-04")
def test_values_are_printed_with_limits_source_person_changes_and_signature(plant: Plant) -> None:
    whole = "".join(text(printed(plant, "en")))
    assert "12.577–12.703kg" in whole
    assert "balanceBAL-07(ICS685,1234567)" in whole
    assert "ZhangMin" in whole
    assert "was51min" in whole
    assert "▲outoflimits" in whole
    assert "Batchrecordreviewed,batchreleased" in whole
    assert "ZhaoLin" in whole
    for phase in RECIPE["phases"]:
        assert "".join(phase["name"]["en"].split()) in whole


def test_it_is_pdf_a_3_and_verifies_without_server_or_database(plant: Plant, tmp_path: Path) -> None:
    pdf = printed(plant, "zh")
    assert b"pdfaid:part>3" in pdf or b'pdfaid:part="3"' in pdf
    path = tmp_path / "dossier.pdf"
    path.write_bytes(pdf)
    result = verify_pdf(path, trusted=plant.log.policy)
    assert result.ok, result
    assert result.as_dict()["stream"] == f"batch/{NUMBER}"


def test_a_changed_byte_of_any_record_is_found_and_its_entry_named(plant: Plant) -> None:
    files = attachments(printed(plant, "zh"))
    records = json.loads(files["records.json"])
    for place, record in enumerate(records):
        for part in ("header", "signatures", "receipt", "payload"):
            changed = json.loads(files["records.json"])
            middle = len(record[part]) // 2
            letter = record[part][middle]
            changed[place][part] = record[part][:middle] + ("x" if letter != "x" else "y") + record[part][middle + 1 :]
            altered = {**files, "records.json": json.dumps(changed).encode()}
            result = verify_bundle(altered, plant.log.policy)
            assert not result.ok
            assert result.first_wrong == record["index"], (part, result)


@pytest.mark.urs("PLT-08")
def test_a_photo_is_printed_and_attached_and_one_that_is_damaged_stops_nothing(plant: Plant) -> None:
    story = Story(plant, datetime.now(UTC))
    tablet = story.device("Tablet T-08", "tablet")
    pixel = base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    damaged, absent = b"\xff\xd8\xff" + b"x" * 100, b"never delivered"
    for data, type_, arrived in (
        (pixel, "image/png", True),
        (damaged, "image/jpeg", True),
        (absent, "image/png", False),
    ):
        name = hashlib.sha256(data).hexdigest()
        if arrived:
            keep(plant.config.blobs, name, type_, data)
        payload = {"batch": NUMBER, "phase": None, "blob": name, "type": type_, "bytes": len(data), "caption": "Room"}
        actor = story.person("zhangmin")
        tablet.record("production.photo_attached.v1", f"batch/{NUMBER}", payload, actor=actor, subject="photo")
    pdf = printed(plant, "en")
    assert {pixel, damaged} < set(attachments(pdf).values())
    whole = "".join(text(pdf))
    assert whole.count("Thephotohasnotarrived") == 1
    assert whole.count("Thephotocannotbeshown") == 1
    assert sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages) == 1


def test_a_changed_page_is_found(plant: Plant, tmp_path: Path) -> None:
    pdf = bytearray(printed(plant, "en"))
    pdf[len(pdf) // 3] ^= 1
    path = tmp_path / "dossier.pdf"
    path.write_bytes(bytes(pdf))
    assert not verify_pdf(path, trusted=plant.log.policy).ok


def test_a_batch_that_does_not_exist_has_no_dossier(plant: Plant) -> None:
    with plant.engine.connect() as connection:
        folder = plant.config.blobs
        assert dossier(connection, plant.log, plant.signer, "none", "zh", folder, datetime.now(UTC)) is None


def test_the_disposition_has_a_proof_file_of_its_own(plant: Plant) -> None:
    files = attachments(printed(plant, "zh"))
    proof = LogProof.parse(files["seal.tlog-proof"])
    records = {record["index"]: record for record in json.loads(files["records.json"])}
    record = records[proof.index]
    assert json.loads(record["header"])["kind"] == "release.batch_released.v3"
    leaf = leaf_data(*(record[part].encode() for part in ("header", "signatures", "receipt")))
    assert proof.verify(leaf, policy(plant)).checkpoint.size > proof.index
    assert verify_bundle(files, policy(plant)).ok
    other = LogProof(proof.index - 1, proof.nodes, proof.checkpoint)
    assert verify_bundle({**files, "seal.tlog-proof": other.encode()}, policy(plant)).code == "proof_wrong"
    shorter = LogProof(proof.index, proof.nodes[1:], proof.checkpoint)
    assert verify_bundle({**files, "seal.tlog-proof": shorter.encode()}, policy(plant)).code == "proof_wrong"


def test_what_is_withheld_is_neither_printed_nor_attached_and_the_rest_verifies(plant: Plant, tmp_path: Path) -> None:
    whole = printed(plant, "en")
    kinds = ("production.material_weighed.v1", "production.remark_added.v1")
    lean = printed(plant, "en", withhold=kinds)
    assert "12.577–12.703kg" in "".join(text(whole))
    pages = "".join(text(lean))
    assert "12.577–12.703kg" not in pages
    assert "balanceBAL-07" not in pages
    assert "Withheld" in pages
    records = json.loads(attachments(lean)["records.json"])
    for record in records:
        assert (record["payload"] is None) == (json.loads(record["header"])["kind"] in kinds)
    result = checked(lean, tmp_path, policy(plant))
    assert (result.ok, result.withheld) == (True, sum(record["payload"] is None for record in records))
    assert result.withheld >= 2
    assert result.sealed_at == verify_bundle(attachments(whole), policy(plant)).sealed_at


@pytest.mark.urs("PRD-12", "IDN-04")
def test_a_dossier_is_withheld_over_http_only_where_that_can_be(plant: Plant) -> None:
    from server.app import create_app
    from server.identity import accounts

    person = accounts.add_person(plant, "qa-http", "李四", None, ["qa"])
    accounts.set_password(plant, person.id, "correct horse battery")
    client = create_app(plant).test_client()
    client.environ_base["HTTP_ORIGIN"] = "http://localhost"
    client.post("/api/session", json={"login": "qa-http", "password": "correct horse battery"})
    address = f"/api/batches/{NUMBER}/dossier?lang=en"
    answer = client.get(f"{address}&withhold=production.material_weighed.v1&withhold=production.remark_added.v1")
    assert answer.status_code == 200
    assert "12.577–12.703kg" not in "".join(text(answer.data))
    assert client.get(f"{address}&withhold=release.batch_released.v3").get_json()["code"] == "request_malformed"


class Authority:
    """A time stamping authority of its own: openssl behind HTTP."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.refuses = folder, False
        # What it takes for another request than it was asked.
        self.takes = b"", b""
        config = folder / "tsa.cnf"
        (folder / "serial").write_text("01")
        config.write_text(
            "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4\n"
            "digests = sha256, sha384, sha512\nsigner_cert = tsa.pem\nsigner_key = tsa.key\n"
            "[ext]\nextendedKeyUsage = critical,timeStamping\nkeyUsage = critical,digitalSignature\n"
            "basicConstraints = critical,CA:FALSE\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid\n"
            "[ca]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign,cRLSign\n"
            "subjectKeyIdentifier = hash\n"
            "[req]\ndistinguished_name = dn\n[dn]\n"
        )
        ca = "-x509 -newkey rsa:2048 -nodes -days 30 -config tsa.cnf -extensions"
        self.run(f"req {ca} ca -keyout root.key -out root.pem -subj /CN=Root")
        self.run("req -new -newkey rsa:2048 -nodes -config tsa.cnf -keyout tsa.key -out tsa.csr -subj /CN=TSA")
        self.run(
            "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -extfile tsa.cnf "
            "-extensions ext -out tsa.pem"
        )

    def run(self, words: str) -> bytes:
        return subprocess.run(
            ["openssl", *words.split()], cwd=self.folder, check=True, capture_output=True, timeout=60
        ).stdout

    def answer(self, query: bytes) -> bytes:
        (self.folder / "query.tsq").write_bytes(query.replace(*self.takes))
        self.run("ts -reply -config tsa.cnf -queryfile query.tsq -out reply.tsr")
        return (self.folder / "reply.tsr").read_bytes()

    @property
    def roots(self) -> list[Certificate]:
        return load_pem_x509_certificates((self.folder / "root.pem").read_bytes())


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[tuple[Authority, str]]:
    (tmp_path / "tsa").mkdir()
    made = Authority(tmp_path / "tsa")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"] == "application/timestamp-query"
            data = b"no" if made.refuses else made.answer(query)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield made, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


def test_an_authority_outside_stamps_the_checkpoint(
    plant: Plant, authority: tuple[Authority, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tsa, url = authority
    pdf = printed(plant, "en", stamp=stamper(url))
    trusted, files = policy(plant), attachments(pdf)
    claimed = checked(pdf, tmp_path, trusted)
    assert (claimed.ok, claimed.stamp_checked) == (True, False)
    result = checked(pdf, tmp_path, trusted, tsa=tsa.roots)
    assert (result.ok, result.stamp_checked) == (True, True)
    assert result.stamped_at is not None
    assert abs(datetime.fromisoformat(result.stamped_at) - datetime.now(UTC)) < timedelta(minutes=5)
    (tmp_path / "other").mkdir()
    strangers = Authority(tmp_path / "other").roots
    assert verify_bundle(files, trusted, strangers).code == "timestamp_wrong"
    other = stamper(url)(b"another checkpoint")
    assert other is not None
    for token in (other, b"nothing", files["timestamp.tsr"][:-1] + b"x"):
        assert verify_bundle({**files, "timestamp.tsr": token}, trusted, tsa.roots).code == "timestamp_wrong"
    tsa.takes = hashlib.sha512(b"this").digest(), hashlib.sha512(b"that").digest()
    assert stamper(url)(b"this") is None
    assert "for other bytes" in capsys.readouterr().err
    tsa.refuses = True
    assert "timestamp.tsr" not in attachments(printed(plant, "en", stamp=stamper(url)))
    assert "timestamp_failed" in capsys.readouterr().err


def test_an_authority_that_speaks_no_http_keeps_no_dossier_from_being_made(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as wire:
                wire.recv(4096)
                wire.sendall(b"nothing of the kind\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        assert stamper(f"http://127.0.0.1:{listening.getsockname()[1]}/")(b"this") is None
        thread.join()
    assert "timestamp_failed" in capsys.readouterr().err


@pytest.mark.urs("IDN-10")
def test_reviews_of_the_audit_trail_are_printed_and_what_came_after_is_told(plant: Plant) -> None:
    whole = "".join(text(printed(plant, "en")))
    assert "proof_password" not in whole
    for said in ("ZhaoLin", "Audittrailasshownreviewed,nothingfoundtoactupon", "Thereviewcoversallentriesofthebatch"):
        assert said in whole
    with plant.engine.connect() as connection:
        qa = next(one.id for one in identity.all_people(connection) if one.login == "zhaolin")
        number = quality.next_number(connection, clock.now_text())
    about = {"deviation": number, "batch": NUMBER, "code": "reported", "device": None, "summary": "x", "entry": None}
    plant.recorder.state(Fact("quality.deviation_opened.v1", f"batch/{NUMBER}", about, subject=number, actor=qa))
    assert "审核之后又有新记录，条数：1" in "".join(text(printed(plant, "zh")))


def page_of(pages: list[str], clause: str, asks: str) -> list[int]:
    """The pages that the table of clauses names for one."""
    # What comes next in the text may begin with a digit itself: the next clause, or what stands at the foot of a page.
    after = r"((?:\d+,)*\d+?|notrecorded)(?=21CFR|[A-Z]|pestle)"
    [found] = re.findall(re.escape("".join((clause + asks).split())) + after, "".join(pages))
    return [] if found == "notrecorded" else [int(page) for page in found.split(",")]


# A clause, what it asks for, and a heading on the page that answers it.
ANSWERED = (
    ("21 CFR 211.188(b)(1)", "Dates of each significant step", "Stages"),
    ("21 CFR 211.188(b)(2)", "Major equipment and lines", "Equipmentused"),
    ("21 CFR 211.188(b)(11)", "Performers, supervisors and checkers", "People"),
    ("21 CFR 211.188(b)(12)", "Investigations under 211.192", "Exceptions,conflictsanddecisions"),
    ("China GMP 175(5)", "Batch and weighed quantity of each material", "Materialsused"),
    ("China GMP 175(7)", "In-process results and who took them", "Compression"),
    ("China GMP 174", "Entered in time, signed and dated by who did it", "Allentries"),
    ("China GMP 201", "Clearance record", "Lineclearance"),
)
NOT_RECORDED = (
    ("China GMP 180(10)", "Balance of printed materials"),
    ("21 CFR 211.188(b)(9)", "Containers and closures"),
)


@pytest.mark.urs("PRD-12", "CMP-01", "MAT-09")
def test_each_clause_names_the_page_that_answers_it_or_that_none_does(plant: Plant) -> None:
    pages = text(printed(plant, "en"))
    for clause, asks, heading in ANSWERED:
        assert heading in pages[page_of(pages, clause, asks)[0] - 1], clause
    assert [page_of(pages, *one) for one in NOT_RECORDED] == [[], []]
    whole = "".join(pages)
    assert "A-5/212.655kg" in whole, "what was weighed out of the lot"
    assert "BAL-07FloorscaleBAL-071234567" in whole
    assert "CamefromsupplierAPI-0107A-5/2" in whole
    assert "ZhangMin1610,20,30,40,50" in whole, "entries of work, and the phases they are of"
