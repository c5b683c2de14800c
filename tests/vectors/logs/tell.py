"""Tells a story that touches as many kinds as one log of a few hundred entries can, and keeps it for later versions.

PYTHONPATH=.:tests python tests/vectors/logs/tell.py FOLDER, in a checkout of the version whose log is to be kept.
"""

import base64
import json
import shutil
import sys
import tarfile
import tempfile
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from batch_support import RECIPE, Site, checked, cleared, marked, parameter, t, weighed
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask.testing import FlaskClient
from kept_logs import rebuilt

from server.app import create_app
from server.core import rebuild
from server.core.errors import PestleError
from server.core.inbox import Stray
from server.core.kinds import Fact
from server.identity import accounts
from server.production import queries
from server.release.dossier.build import dossier
from sync.log.export import export
from sync.writer import DeviceWriter

PASSWORD = "correct horse battery"
PIN = "246810"
ORIGIN = {"Origin": "http://localhost"}


class P256Signer:
    """A tablet whose browser has no Ed25519."""

    alg = "es256"

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def sign(self, message: bytes) -> bytes:
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


class Telling:
    """A plant of tests, and people at its screens."""

    def __init__(self, folder: Path) -> None:
        self.site = Site(f"sqlite:///{folder}/data/pestle.db", folder)
        self.app = create_app(self.site.plant)

    def client(self, person: str) -> FlaskClient:
        accounts.set_password(self.site.plant, person, PASSWORD)
        client: FlaskClient = self.app.test_client()
        client.environ_base["HTTP_ORIGIN"] = "http://localhost"
        login = {"login": self.site.PEOPLE[person][0], "password": PASSWORD}
        assert client.post("/api/session", json=login).status_code == 200
        return client

    def whole(self) -> None:
        self.people_and_stock()
        for batch in ("B1", "B2", "B3", "B4"):
            self.site.order(batch)
        self.released("B1")
        self.remarkable("B2")
        self.rejected("B3")
        self.site.work("B4")
        self.strange()
        self.history()

    def people_and_stock(self) -> None:
        site = self.site
        changed = {"person": "P-3", "roles": ["supervisor", "planner"], "reason": "plans the shift from now on"}
        site.state("identity.roles_changed.v1", "person/P-3", changed, "P-9")
        accounts.set_pin(site.plant, "P-2", PIN)
        wrong = {"login": "zhao", "password": "not this one"}
        client = self.app.test_client()
        assert client.post("/api/session", json=wrong, headers=ORIGIN).status_code == 401
        site.receive("A-6", None)
        site.receive("A-7", "rejected")
        line: dict[str, Any] = {"test": "assay", "name": t("assay"), "value": {"value": "99.30", "unit": "%"}}
        judged = line | {"low": "98.0", "high": "102.0", "verdict": "pass"}
        results = {"stage": "incoming", "results": [judged], "source": None}
        site.state("quality.results_recorded.v1", "lot/api-1/A-5/2", results, "P-7")
        # Refused, and the refusal is an entry.
        with suppress(PestleError):
            site.state("recipes.recipe_approved.v1", "recipe/MR-TAB", RECIPE, "P-5")
        signer = P256Signer()
        site.writers["tablet-c"] = DeviceWriter("tablet-c", signer, clock=lambda: site.now_ms)
        key = {"public_key": _b64(signer.public_key), "alg": "es256"}
        enrolled = {"device": "tablet-c", "name": "tablet-c", "role": "tablet", **key}
        site.state("identity.device_enrolled.v1", "device/tablet-c", enrolled)

    def released(self, batch: str) -> None:
        """Two refused releases, an assay, a signature; and an entry that came too late."""
        site, qa = self.site, self.client("P-5")
        self.dispose(qa, batch, "release", 409)
        site.work(batch)
        site.put("remark_added", {"batch": batch, "phase": None, "text": "冲头更换"})
        line: dict[str, Any] = {"test": "assay", "name": None, "value": {"value": "99.30", "unit": "%"}}
        results = {"stage": "release", "results": [line | {"low": "95.0", "high": "105.0", "verdict": "pass"}]}
        site.state("quality.results_recorded.v1", f"batch/{batch}", results | {"source": None}, "P-7")
        site.hand_back(batch)
        self.dispose(qa, batch, "release", 200)
        site.put("remark_added", {"batch": batch, "phase": None, "text": "found in a pocket"}, device="tablet-b")

    def remarkable(self, batch: str) -> None:
        """Conflict, correction, out of limits, a second person, a reported exception, a photo that never came."""
        site, qa = self.site, self.client("P-5")
        site.put("phase_started", marked(batch, "10"))
        first = site.put("line_cleared", cleared(batch, items=[{"id": "labels", "ok": False}], comment="one found"))
        second = site.put("line_cleared", cleared(batch), device="tablet-b", actor="P-2")
        conflict = site.item(batch, "conflict").id
        given = {"batch": batch, "conflict": conflict, "chosen": second.id, "reason": "cleared again"}
        site.state("release.conflict_resolved.v1", f"batch/{batch}", given, "P-5")
        assert first.id != second.id
        site.put("phase_completed", marked(batch, "10"))
        site.put("phase_started", marked(batch, "20"))
        site.put("material_weighed", weighed(batch, verified_by="P-2"), cosigner="P-2")
        site.put("phase_started", marked(batch, "30"))
        slip = site.put("parameter_recorded", parameter(batch, "time", "51", "min"))
        right = parameter(batch, "time", "15", "min")
        site.put("parameter_recorded", right, corrects=slip.id, reason="抄写错误：15 误记为 51")
        site.put("parameter_recorded", parameter(batch, "speed", "19", "rpm", comment="sprang up"))
        site.put("check_recorded", checked(batch, 1, ["79.0", "80.0", "82.0"], "80.33"), actor="P-2")
        site.put("check_recorded", checked(batch, 2, ["45.0", "80.0", "82.0"], "70.00", comment="punch"))
        photo = {"batch": batch, "phase": "40", "blob": "ab" * 32, "type": "image/jpeg", "bytes": 81234}
        site.put("photo_attached", photo | {"caption": "punch"})
        told = {"batch": batch, "phase": "40", "slot": "40/hardness/2", "entries": [], "comment": "punch broke"}
        site.put("exception_raised", told | {"code": "other", "details": {}})
        with site.plant.engine.connect() as connection:
            found = next(item for item in queries.items_of(connection, batch) if item.code == "out_of_limits")
        answer = qa.post(f"/api/batches/{batch}/exceptions/{found.id}/assess", json={"assessment": "不影响质量"})
        assert answer.status_code == 200, answer.text

    def rejected(self, batch: str) -> None:
        self.site.put("phase_started", marked(batch, "10"))
        self.dispose(self.client("P-5"), batch, "reject", 200)

    def dispose(self, qa: FlaskClient, batch: str, what: str, status: int) -> None:
        digest = qa.get(f"/api/batches/{batch}/review").json["digest"]
        meaning = {"release": "reviewed_and_released", "reject": "reviewed_and_rejected"}[what]
        given = {"meaning": meaning, "password": PASSWORD, "digest": digest, "offset": 480}
        answer = qa.post(
            f"/api/batches/{batch}/{what}", json=given | ({"reason": "溶出度"} if what == "reject" else {})
        )
        assert answer.status_code == status, answer.text

    def strange(self) -> None:
        """What stands flagged and unprojected, what is quarantined, and a tablet that was lost."""
        site = self.site
        site.put(
            "remark_added", {"batch": "B2", "phase": None, "text": "from a tablet without Ed25519"}, device="tablet-c"
        )
        pen, stream = site.writers["tablet-b"], "batch/B2"
        site.submit(pen.write("production.unheard_of.v1", stream, {"n": 1}, actor="P-2"))
        site.submit(pen.write("production.remark_added.v1", stream, {"batch": "B2"}, actor="P-2"))
        decision = {"lot": "A-6", "material": "api-1", "reason": "?", "status": "released"}
        site.submit(pen.write("materials.lot_status_changed.v1", "lot/api-1/A-6", decision, actor="P-2"))
        site.plant.recorder.quarantine(Stray(b"no entry at all", "tablet-b", "entry_malformed"))
        last = {"device": "tablet-b", "last_seq": pen.seq, "reason": "left in a taxi"}
        site.state("identity.device_revoked.v1", "device/tablet-b", last, "P-9")
        site.put("remark_added", {"batch": "B2", "phase": None, "text": "by whoever found it"}, device="tablet-b")

    def history(self) -> None:
        source = {"file": "Laboratory.csv", "sha256": "0" * 64, "line": 2, "mapping": "tablets"}
        value = {"value": "98.71", "unit": "%"}
        given = {"batch": "17", "product": RECIPE["product"], "size": RECIPE["size"], "started": "2018-11"}
        given |= {"lots": [{"material": "api-1", "lot": "2"}], "source": source}
        given["yields"] = [{"stage": "batch", "value": value, "low": "95.0", "high": None, "verdict": "pass"}]
        self.site.plant.recorder.state(*[Fact("production.batch_imported.v1", "batch/17", given)] * 2)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def main(out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        told = Telling(Path(name))
        told.whole()
        plant = told.site.plant
        assert rebuild.check(plant.engine, plant.log, plant.registry)["ok"]
        shutil.rmtree(out / "log", ignore_errors=True)
        plant.publisher.now()
        with plant.engine.connect() as connection:
            exported = export(connection, plant.log, out / "log")
            pdf = dossier(connection, plant.log, plant.signer, "B1", "en", plant.config.blobs, datetime.now(UTC))
        assert pdf is not None
        (out / "dossier.pdf").write_bytes(pdf)
        tables = json.dumps(rebuilt(plant.engine, plant.log, plant.registry), indent=1, sort_keys=True)
        (out / "tables.json").write_text(tables + "\n", "utf-8")
        with plant.engine.connect() as connection:
            told_of = Counter(entry.head.kind for entry in plant.log.entries(connection, 0, exported.size))
        print(json.dumps(told_of, indent=1, sort_keys=True))
        plant.close()
        with tarfile.open(out / "data.tar.gz", "w:gz") as archive:
            archive.add(Path(name) / "data", "data", filter=_anonymous)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
