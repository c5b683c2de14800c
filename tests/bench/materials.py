"""A delivery received, sampled, tested, decided on and issued to a batch: beside Tryton 8.2, on PostgreSQL.

Both go through the application's own layers, one after the other, each step a transaction that is durable: of Tryton
the models' methods as its dispatcher calls them, of ours the door (rules, signed log, tables) as the views call it.
Besides, ours as whole HTTP requests, with sessions and passkeys. Ours does what Tryton does not do at all: the log,
samples with their custody, a second analyst's check, and the usage decision.
"""

import json
import os
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from batch_support import RECIPE, t
from flask.testing import FlaskClient
from passkey_support import Authenticator
from plant import PASSWORD, PlantUnderTest
from specification_support import CODE, approve, definition, numeric
from support import PostgresCluster
from usage_support import decide, signature

from server.core import clock
from server.core.kinds import Fact
from server.identity.model import PERSON_ADDED
from server.materials import model as materials
from server.materials.receiving import giving
from server.materials.stock import queries as stock
from server.quality.inspection import queries as inspections
from server.quality.usage import model as usage
from server.quality.usage import queries as usages
from server.recipes import queries as recipes
from sync.entry import new_id
from sync.passkeys import shown

PEER = Path(__file__).parent / "tryton"
CYCLES, WARM = 60, 3
_TESTS = ("assay", "water", "ph")
Json = dict[str, Any]


def beside_tryton(folder: Path, cycles: int = CYCLES) -> Json:
    """Cycles per second of both, the median of each; and how many times as many ours are."""
    cluster = PostgresCluster(durable=True)
    try:
        theirs = _theirs(folder, cluster, cycles)
        ours = received_to_issued(Door, cluster.create(), folder / "door", cycles)
        http = received_to_issued(Http, cluster.create(), folder / "http", cycles)
    finally:
        cluster.close()
    rates = {"ours": _rate(ours), "ours_over_http": _rate(http), "tryton_8_2": _rate(theirs)}
    return {"per_second": rates, "ratio": round(rates["ours"] / rates["tryton_8_2"], 1)}


def _rate(took: list[float]) -> float:
    return round(1 / median(took[WARM:]), 1)


def _theirs(folder: Path, cluster: PostgresCluster, cycles: int) -> list[float]:
    """In an environment of its own, as pinned beside its program; nothing else needs it."""
    python = folder / "tryton" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "tryton")], check=True, stdout=2)
    install = [str(python), "-m", "pip", "install", "--quiet", "-r", str(PEER / "requirements.txt")]
    subprocess.run(install, check=True, stdout=2)
    server = cluster.url("").removesuffix("/").replace("+psycopg", "")
    environment = {**os.environ, "TRYTOND_DATABASE_URI": f"{server}/", "DB_NAME": "tryton"}
    command = [str(python), str(PEER / "deliveries.py"), str(cycles)]
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    took: list[float] = json.loads(answer.stdout)
    return took


def received_to_issued(way: type["_Work"], url: str, folder: Path, cycles: int = CYCLES) -> list[float]:
    """Our own seconds of each cycle."""
    work = way(PlantUnderTest(url, folder))
    try:
        took = []
        for number in range(cycles):
            began = time.perf_counter()
            work.cycle(number)
            took.append(time.perf_counter() - began)
    finally:
        work.site.close()
    return took


class _Work(ABC):
    """A supervisor receives and issues, two analysts and QA each do their own."""

    def __init__(self, site: PlantUnderTest) -> None:
        self.site = site
        site.state(PERSON_ADDED, "person/qian", _person("qian", "qc"))
        site.state("materials.material_defined.v1", "material/api-1", _MATERIAL)
        site.state("recipes.recipe_approved.v1", "recipe/MR-TAB", RECIPE)
        approve(site, definition(*(numeric(one) for one in _TESTS)))

    def cycle(self, number: int) -> None:
        lot, label = self.receive()
        self.decide(lot, self.test(lot, self.sample(lot, label)))
        self.issue(f"B{number}", lot, label)

    @abstractmethod
    def receive(self) -> tuple[str, str]: ...

    @abstractmethod
    def sample(self, lot: str, label: str) -> str: ...

    @abstractmethod
    def test(self, lot: str, sample: str) -> str: ...

    @abstractmethod
    def decide(self, lot: str, entry: str) -> None: ...

    @abstractmethod
    def issue(self, batch: str, lot: str, label: str) -> None: ...


class Door(_Work):
    """As the views call it."""

    def receive(self) -> tuple[str, str]:
        def facts(lot: str) -> list[Fact]:
            about, key = f"lot/api-1/{lot}", {"material": "api-1", "lot": lot}
            given = _DELIVERY | {"lot": lot, "retest": None, "quantity": _CAME, "containers": 1}
            line = {"container": f"{lot}-001", **_CONTAINER}
            return [
                Fact("materials.lot_received.v2", about, given, subject=about, actor=_CHEN),
                Fact("materials.containers_received.v2", about, {**key, "containers": [line]}, about, _CHEN),
            ]

        lot = giving.next_lot(self.site.plant, "api-1", facts)
        return lot, f"{lot}-001"

    def sample(self, lot: str, label: str) -> str:
        with self.site.reading() as connection:
            found = inspections.of_lot(connection, "api-1", lot)
            assert found is not None
            sample = inspections.next_sample(connection, found.inspection)
        said = _TAKEN | {"inspection": found.inspection, "sample": sample, "containers": [_portion(label)]}
        self._state("quality.sample_taken.v1", lot, said, _ZHAO)
        for person, step in ((_ZHAO, _HANDED), ("qian", _RECEIVED)):
            self._state("quality.sample_handed.v1", lot, {**step, "sample": sample}, person)
        return sample

    def test(self, lot: str, sample: str) -> str:
        given = {"stage": "incoming", "specification": CODE, "version": 1, "results": _RESULTS, "analyst": _ZHAO}
        said = given | dict.fromkeys(("inspection", "retest_of")) | {"sample": sample}
        return str(self._state("quality.results_recorded.v3", lot, said, _ZHAO).id)

    def decide(self, lot: str, entry: str) -> None:
        with self.site.reading() as connection:
            result = usages.digest_of(connection, entry)
        said = {"entry": entry, "digest": result, "comment": None, "meaning": dict(usage.CHECK_MEANING)}
        self._state(usage.CHECKED, lot, said | signature(self.site.plant, "qian"), "qian")
        decide(self.site.plant, "api-1", lot, "released", _LI)

    def issue(self, batch: str, lot: str, label: str) -> None:
        with self.site.reading() as connection:
            recipe = recipes.find_recipe(connection, "MR-TAB", 1)
        assert recipe is not None
        planned = _order(batch, lot) | {"recipe_hash": recipe.hash}
        order = {name: value for name, value in planned.items() if name != "planned_start"}
        order |= {name: RECIPE[name] for name in ("product", "phases")}
        state = self.site.plant.recorder.state
        state(Fact("production.order_planned.v1", f"order/{batch}", planned, subject=batch, actor=_CHEN))
        state(Fact("production.order_released.v1", f"batch/{batch}", order, actor=_CHEN))
        given = {"batch": batch, "containers": [{"container": label, "reason": None}]}
        state(Fact("production.containers_allocated.v2", f"batch/{batch}", given, actor=_CHEN))
        with self.site.reading() as connection:
            one = stock.find_standing(connection, label, clock.now_text()[:10])
        assert one is not None
        issued = {"batch": batch, "container": label, "material": "api-1", "lot": lot, "held": one.held, "to": None}
        state(Fact("production.container_issued.v1", f"batch/{batch}", issued, subject=label, actor=_CHEN))

    def _state(self, kind: str, lot: str, said: Json, person: str) -> Any:
        return self.site.plant.recorder.state(Fact(kind, f"lot/api-1/{lot}", said, actor=person))[0]


class Http(_Work):
    """As browsers do."""

    def __init__(self, site: PlantUnderTest) -> None:
        super().__init__(site)
        self._chen, self._zhao = site.client("chen"), site.client("zhao")
        self._qian, self._li = site.client("qian"), site.client("li")
        self._keys = {client: _key(client) for client in (self._qian, self._li)}

    def receive(self) -> tuple[str, str]:
        answer = _post(
            self._chen,
            "/api/receiving",
            _DELIVERY | {"containers": [_CONTAINER], "despite": [], "request": new_id(time.time_ns() // 1_000_000)},
        )
        return answer["lot"], answer["containers"][0]

    def sample(self, lot: str, label: str) -> str:
        [one] = [each for each in self._zhao.get("/api/inspections").json["items"] if each["lot"] == lot]
        said = _TAKEN | {"containers": [_portion(label)]}
        sample = _post(self._zhao, f"/api/inspections/{one['inspection']}/samples", said)["sample"]
        _post(self._zhao, f"/api/samples/{sample}/steps", _HANDED)
        _post(self._qian, f"/api/samples/{sample}/steps", _RECEIVED)
        return str(sample)

    def test(self, lot: str, sample: str) -> str:
        body = {"about": f"lot/api-1/{lot}", "stage": "incoming", "specification": CODE, "version": 1, "sample": sample}
        return str(_post(self._zhao, "/api/results", {**body, "results": _RESULTS})["entry"])

    def decide(self, lot: str, entry: str) -> None:
        path = f"/api/lots/api-1/{lot}"
        page = self._qian.get(f"{path}/usage").json
        digest = next(one["digest"] for one in page["results"] if one["entry"] == entry)
        said = {"entry": entry, "digest": digest, "comment": None}
        statement = usage.said_of_check(said | {"meaning": usage.CHECK_MEANING})
        self._sign(self._qian, f"{path}/checks", usage.CHECKED, statement, said)
        page = self._li.get(f"{path}/usage").json
        said = {name: page[name] for name in ("specification", "version", "inspection", "digest")}
        said |= {"status": "released", "conditions": None, "retest": None, "reason": None}
        whole = said | {"material": "api-1", "lot": lot, "meaning": materials.MEANINGS["released"]}
        self._sign(self._li, f"{path}/usage", materials.STATUS_CHANGED, materials.said_of_status(whole), said)

    def _sign(self, client: FlaskClient, path: str, kind: str, statement: Mapping[str, Any], body: Json) -> None:
        options = client.post("/api/passkeys/options", json={"digest": shown(kind, statement)}).json
        _post(client, path, body | {"passkey": self._keys[client].use(options)})

    def issue(self, batch: str, lot: str, label: str) -> None:
        _post(self._chen, "/api/orders", _order(batch, lot) | {"number_reason": "Measured"})
        _post(self._chen, f"/api/orders/{batch}/release", {})
        given = {"containers": [{"container": label, "reason": None}]}
        _post(self._chen, f"/api/batches/{batch}/materials/allocate", given)
        _post(self._chen, f"/api/batches/{batch}/materials/issue", {"container": label, "to": None})


_CHEN, _ZHAO, _LI = "P-0003", "P-0005", "P-0004"
_CAME = {"value": "100.000", "unit": "kg"}
_CONTAINER = {"quantity": _CAME, "location": None, "damage": None}
_DELIVERY: Json = dict.fromkeys(("order", "line", "supplier", "manufacturer", "supplier_lot", "made", "delivery_note"))
_DELIVERY |= {"comment": None, "damage": None, "material": "api-1", "supplier_name": "S", "expiry": "2029-12-31"}
_TAKEN: Json = {"purpose": "test", "comment": None}
_HANDED: Json = {"step": "handed", "place": None, "to": "qian", "until": None, "reason": None}
_RECEIVED: Json = {"step": "received", "place": "QC-1", "to": None, "until": None, "reason": None}
_TESTED: Json = {"value": "99.6", "text": None, "conforms": None, "instrument": None, "reagents": []}
_RESULTS = [{"test": one, **_TESTED} for one in _TESTS]
_MATERIAL = {"material": "api-1", "name": t("API"), "type": "raw", "unit": "kg"}


def _portion(label: str) -> Json:
    return {"container": label, "quantity": {"value": "0.020", "unit": "kg"}, "instead_of": None, "reason": None}


def _order(batch: str, lot: str) -> Json:
    order = {"batch": batch, "recipe": "MR-TAB", "version": 1, "size": RECIPE["size"], "planned_start": "2026-12-01"}
    return order | {"lots": [{"material": "api-1", "lot": lot}]}


def _person(login: str, role: str) -> Json:
    return {"person": login, "login": login, "name": login, "name_en": None, "roles": [role]}


def _key(client: FlaskClient) -> Authenticator:
    key = Authenticator()
    options = client.post("/api/passkeys/registration", json={"password": PASSWORD}).json
    assert client.post("/api/passkeys", json=key.make(options)).status_code == 201
    return key


def _post(client: FlaskClient, path: str, body: Json) -> Json:
    answer = client.post(path, json=body)
    if answer.status_code not in (200, 201):
        raise RuntimeError(f"{path}: {answer.text}")
    found: Json = answer.json
    return found
