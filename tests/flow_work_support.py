"""Work in an instance of a flow over HTTP: the task of an element is completed, signed where the flow wants that."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from batch_support import Site
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import create_app
from server.engines.flows import queries as flows
from server.identity import accounts

PASSWORD = "correct horse battery"
Json = dict[str, Any]


def view(client: FlaskClient, instance: str) -> Json:
    found: Json = client.get(f"/api/instances/{instance}").json
    return found


def open_nodes(client: FlaskClient, instance: str) -> list[str]:
    return sorted(task["node"] for task in view(client, instance)["tasks"])


def answered(
    client: FlaskClient,
    instance: str,
    node: str,
    outcome: str | None = None,
    comment: str | None = None,
    signer: tuple[str, str] = ("", ""),
    **values: list[str],
) -> TestResponse:
    """`signer`: login and password of who signs."""
    seen = view(client, instance)
    task = next(one for one in seen["tasks"] if one["node"] == node and one["mine"])
    said: Json = next((one for one in task["outcomes"] if one["code"] == outcome), {})
    meaning = said.get("meaning") or task["meaning"]
    body: Json = {"outcome": outcome, "comment": comment}
    body["values"] = [{"variable": name, "value": value} for name, value in values.items()]
    if meaning:
        body |= {"login": signer[0], "password": signer[1], "meaning": meaning}
        body["seen"] = seen["seen"]
    return client.post(f"/api/instances/{instance}/tasks/{task['id']}/complete", json=body)


class FlowSite(Site, ABC):
    """A plant with an ordered batch B1, of which a flow carries something; people sign over HTTP."""

    FLOW: str

    def __init__(self, database_url: str, folder: Path) -> None:
        super().__init__(database_url, folder)
        self.order("B1")
        self.app = create_app(self.plant)
        self.clients: dict[str, FlaskClient] = {}

    def switch(self, on: bool) -> None:
        kind = f"flows.flow_{'enabled' if on else 'disabled'}.v1"
        self.state(kind, f"flow/{self.FLOW}", {"flow": self.FLOW, "reason": "SOP-QA-012"}, "P-5")

    def client(self, person: str) -> FlaskClient:
        if person not in self.clients:
            made = self.clients[person] = self.app.test_client()
            made.environ_base["HTTP_ORIGIN"] = "http://localhost"
            accounts.set_password(self.plant, person, PASSWORD)
            login = {"login": self.PEOPLE[person][0], "password": PASSWORD}
            assert made.post("/api/session", json=login).status_code == 200
        return self.clients[person]

    def about(self, subject: str) -> str:
        """The newest instance."""
        with self.plant.engine.connect() as connection:
            row = flows.last_about(connection, self.FLOW, subject)
        assert row is not None
        return str(row.instance)

    @abstractmethod
    def instance(self) -> str:
        """The instance that the test is about."""

    def do(
        self, person: str, node: str, outcome: str | None = None, comment: str | None = None, **values: list[str]
    ) -> TestResponse:
        signer = (self.PEOPLE[person][0], PASSWORD)
        return answered(self.client(person), self.instance(), node, outcome, comment, signer, **values)

    def open(self, person: str = "P-5") -> list[str]:
        return open_nodes(self.client(person), self.instance())
