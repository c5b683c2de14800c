"""Work in an instance of a flow over HTTP: the task of an element is completed, signed where the flow wants that."""

from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

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
    said = next((one for one in task["outcomes"] if one["code"] == outcome), {})
    meaning = said.get("meaning") or task["meaning"]
    body: Json = {"outcome": outcome, "comment": comment}
    body["values"] = [{"variable": name, "value": value} for name, value in values.items()]
    if meaning:
        body |= {"login": signer[0], "password": signer[1], "meaning": meaning}
        body |= {"seen": seen["seen"]} if "seen" in seen else {}
    return client.post(f"/api/instances/{instance}/tasks/{task['id']}/complete", json=body)
