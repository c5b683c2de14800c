"""How long from what people are alerted of to its push: server, push service and bench together on one machine."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from alerts_support import Browser, PushService, push_service
from journeys.desk import Desk
from journeys.processes import Server, stopping, until

EVENTS = 20


def alerts(folder: Path, events: int = EVENTS) -> dict[str, Any]:
    """Seconds from the request that makes an entry (another's password is replaced) to the push about it: it was
    appended, found, addressed, encrypted, signed, sent and its signature checked."""
    with push_service() as service, _allowed(service):
        server = Server(folder, f"sqlite:///{folder / 'data' / 'pestle.db'}")
        people = {one["login"]: one for one in server.pestle("demo", "--quick")["people"]}
        with stopping(server):
            server.start()
            admin = Desk(server.url, "admin", people["admin"]["password"])
            signer = next(one["id"] for one in admin.get("/api/people")["items"] if one["login"] == "zhaolin")
            admin.post("/api/alerts/browsers", Browser(f"{service.origin}/bench").subscription())
            taken = sorted(_once(admin, service, signer, number) for number in range(events))
    return {"runs": events, "median_s": round(median(taken), 3), "most_s": round(taken[-1], 3)}


def _once(admin: Desk, service: PushService, signer: str, number: int) -> float:
    begun = time.monotonic()
    admin.post(f"/api/people/{signer}/password", {})
    until("it is pushed", lambda: len(service.got) > number)
    return service.got[number].at - begun


@contextmanager
def _allowed(service: PushService) -> Iterator[None]:
    """The server that is started within may call this service."""
    os.environ["PUSH_HOSTS"] = service.origin
    try:
        yield
    finally:
        del os.environ["PUSH_HOSTS"]
