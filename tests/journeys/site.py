"""A plant for a journey: server with the quick demonstration, its people, tablets, a phone, a weighing room."""

import atexit
import copy
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from journeys.browsers import PHONE, TABLET, Chromium
from journeys.desk import Desk
from journeys.handheld import Tablet
from journeys.processes import Server, stopping
from journeys.weighing import Balances, Bridge
from journeys.wire import Wire
from playwright.sync_api import Playwright
from support import ROOT

People = dict[str, dict[str, Any]]


def _made(server: Server) -> People:
    """The quick demonstration by its commands; its people by their logins."""
    made = server.pestle("demo", "--quick")["people"]
    ids = {person["login"]: person["id"] for person in server.pestle("user", "list")["items"]}
    return {one["login"]: {**one, "id": ids[one["login"]]} for one in made}


@cache
def _prepared() -> tuple[Path, People]:
    """DATA with a demonstration, SQLite's file in it, that nobody serves."""
    folder = Path(tempfile.mkdtemp(prefix="pestle-demonstration-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    server = Server(folder, _inside(folder / "data"))
    return server.data, _made(server)


def _demonstration(server: Server) -> People:
    """Making it takes five seconds of a processor: where the database is a file in DATA, a copy does."""
    if server.env["DATABASE_URL"] != _inside(server.data):
        return _made(server)
    data, people = _prepared()
    shutil.copytree(data, server.data, dirs_exist_ok=True)
    return copy.deepcopy(people)


def _inside(data: Path) -> str:
    return f"sqlite:///{data}/pestle.db"


class Site:
    """What is running. `batch` is the one that waits to be taken along."""

    def __init__(self, playwright: Playwright, folder: Path, database_url: str, stack: ExitStack, root: Path) -> None:
        self._playwright, self.folder, self._stack, self.root = playwright, folder, stack, root
        self.server = self._ending(Server(folder, database_url, root))
        self.people = _demonstration(self.server)
        self._desks: dict[str, Desk] = {}
        self.server.start()
        self.batch: str = self.desk("zhaolin").get("/api/home")["ordered"][0]["number"]

    def _ending(self, thing: Any) -> Any:
        """Killed when the journey ends."""
        self._stack.enter_context(stopping(thing))
        return thing

    def desk(self, login: str) -> Desk:
        """Signed in once: each sign-in is an entry of the log."""
        if login not in self._desks:
            self._desks[login] = Desk(self.server.url, login, self.people[login]["password"])
        return self._desks[login]

    def grant(self, login: str, *roles: str) -> None:
        """These roles and no others from now on, everywhere."""
        body = {"grants": [{"role": role, "areas": None} for role in roles], "reason": "validation"}
        self.desk("admin").post(f"/api/people/{self.people[login]['id']}/roles", body)

    def pass_time(self, hours: int) -> None:
        """It is so many hours later than it really is, for the server; sessions from before have ended."""
        self.server.pass_time(hours)
        self._desks.clear()

    def entries(self) -> list[dict[str, Any]]:
        """What the server's log holds of the batch."""
        items: list[dict[str, Any]] = self.desk("zhaolin").batch(self.batch, "/entries")["items"]
        return items

    def account_for(self, batch: str) -> None:
        """What was weighed out of goes back to the store with what is left in it, brought on paper where nobody has
        said that it was: until then the batch's material holds its release."""
        keeper = self.desk("huanglei")
        about = f"/api/batches/{quote(batch, safe='')}/materials"
        for item in keeper.get(about)["items"]:
            for container in item["unissued"]:
                keeper.post(f"{about}/issue", {"container": container, "to": None})
                left = keeper.get(f"/api/containers/{quote(container, safe='')}")["held"]
                said = {"container": container, "quantity": left, "to": None, "reason": None}
                keeper.post(f"{about}/return", said)

    def explain(self, batch: str) -> None:
        """QA signs why material is not accounted for, where containers cannot go back yet."""
        qa, about = self.desk("zhaolin"), f"/api/batches/{quote(batch, safe='')}"
        proof = {"login": "zhaolin", "password": self.people["zhaolin"]["password"]}
        for item in [one for one in qa.get(f"{about}/review")["open"] if one["type"] == "difference"]:
            said = {"difference": item["details"]["difference"], "reason": "容器仍在称量间"}
            qa.post(f"{about}/materials/{item['details']['material']}/explain", said | proof)

    def review_production(self, batch: str) -> None:
        """The supervisor signs production's review, after which quality may release."""
        supervisor, about = self.desk("chenjie"), f"/api/batches/{quote(batch, safe='')}"
        shown = supervisor.get(f"{about}/review")
        proof = {"login": "chenjie", "password": self.people["chenjie"]["password"]}
        said = {"digest": shown["digest"], "size": shown["seal"]["size"]}
        supervisor.post(f"{about}/production-review", said | proof)

    def code(self, role: str) -> str:
        answer = self.desk("admin").post("/api/devices/codes", {"role": role})
        return str(answer["code"])

    def tablet(self, name: str, lang: str, flags: Sequence[str] = ()) -> Tablet:
        chromium = Chromium(self._playwright, self.folder, name, TABLET, lang, flags)
        made: Tablet = self._ending(Tablet(chromium, Wire(self.server.port), self.people))
        made.start()
        return made

    def phone(self, name: str, lang: str) -> Tablet:
        """The same browser, held in one hand; it needs no enrolment to read and to sign."""
        chromium = Chromium(self._playwright, self.folder, name, PHONE, lang)
        made: Tablet = self._ending(Tablet(chromium, Wire(self.server.port), self.people))
        made.start()
        return made

    def weighing_room(self, sensors: Sequence[tuple[str, str]] = ()) -> tuple[Balances, Bridge]:
        bridge = self._ending(Bridge(self.folder, self.server.url, sensors))
        balances = self._ending(Balances(self.folder, bridge.config))
        balances.start()
        return balances, bridge


@contextmanager
def site(playwright: Playwright, folder: Path, database_url: str, root: Path = ROOT) -> Iterator[Site]:
    """`root` is where server and app lie."""
    with ExitStack() as stack:
        yield Site(playwright, folder, database_url, stack, root)
