"""The site as a virtual tablet's person sees it over HTTP: signing in, codes, enrolment, leases."""

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.core.errors import PestleError
from server.handheld.model import LEASE_DOMAIN, RETURN_DOMAIN
from server.identity.access import COOKIE, HOST_COOKIE
from server.identity.enrolment import DOMAIN as ENROL_DOMAIN
from sync.signing import Ed25519Signer

SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A device that the site knows: its id and key."""

    device: str
    signer: Ed25519Signer


@dataclass(frozen=True, slots=True)
class Lease:
    """A batch in a tablet's hands; `expires` in seconds since 1970, by the server's clock."""

    id: str
    expires: float


class Site:
    """One signed-in person's requests. PestleError `simulation_failed` when the site does not do as it is asked."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.url, self.login = url.rstrip("/"), login
        self.cookie = ""
        session = self.ask("POST", "/api/session", {"login": login, "password": password, "device": None})
        self.person, self._nonce = str(session["person"]["id"]), str(session["nonce"])

    def enrol(self, name: str) -> Enrolled:
        """With a code, as a real tablet is."""
        code = self.ask("POST", "/api/devices/codes", {"role": "tablet"})["code"]
        signer = Ed25519Signer.generate()
        key = _b64(signer.public_key)
        proof = _b64(signer.sign(ENROL_DOMAIN + f"{code}\n{key}".encode()))
        about = {"code": code, "name": name, "role": "tablet", "alg": signer.alg, "public_key": key, "proof": proof}
        return Enrolled(str(self.ask("POST", "/api/devices/enrol", about)["device"]["id"]), signer)

    def lease(self, of: Enrolled, batch: str) -> str:
        """Take the batch along; the id of the lease."""
        return self.take(of, batch).id

    def take(self, of: Enrolled, batch: str) -> Lease:
        proof = _b64(of.signer.sign(LEASE_DOMAIN + f"{self._nonce}\n{batch}".encode()))
        answer = self.ask("POST", "/api/leases", {"device": of.device, "batch": batch, "proof": proof})
        given = json.loads(answer["lease"])
        return Lease(str(given["lease"]), datetime.fromisoformat(given["expires_at"]).timestamp())

    def take_back(self, lease: str) -> None:
        """Without the device, which may be anywhere."""
        self.ask("POST", f"/api/leases/{lease}/revoke", {"reason": "simulated: the tablet is out of reach"})

    def version(self) -> str:
        """Of the software that serves the site."""
        return str(self.ask("GET", "/api/openapi.json")["info"]["version"])

    def give_back(self, of: Enrolled, lease: str, last_seq: int) -> None:
        proof = _b64(of.signer.sign(RETURN_DOMAIN + f"{lease}\n{last_seq}".encode()))
        self.ask("POST", f"/api/leases/{lease}/return", {"device": of.device, "last_seq": last_seq, "proof": proof})

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Origin": self.url, "Content-Type": "application/json"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:
                self._keep_cookie(answer.headers.get_all("Set-Cookie") or [])
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                found = error.read(300).decode("utf-8", "replace")
            raise PestleError("simulation_failed", {"asked": path, "found": found}) from error
        except (OSError, ValueError) as error:
            raise PestleError("simulation_failed", {"asked": self.url + path, "found": str(error)}) from error

    def _keep_cookie(self, given: list[str]) -> None:
        for one in given:
            if one.startswith((f"{COOKIE}=", f"{HOST_COOKIE}=")):
                self.cookie = one.partition(";")[0]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
