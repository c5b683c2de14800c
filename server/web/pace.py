"""How much one client may ask of the server at once and in the long run: a page or script gone wild harms itself.

A session has its own measure, so that tablets behind one address do not take from each other; an address has a larger
one, since a cookie can be made up anew for every request. Sockets, sign-ins and enrolments have limits of their own.
"""

import hashlib
import math

from flask import Flask, request

from server.core.errors import PestleError
from server.core.limits import Buckets, Rate
from server.identity import access

# A screen asks a dozen things when it opens. An address may be four hundred tablets behind one translation.
SESSION = Rate(1_000, 50)
ADDRESS = Rate(10_000, 500)
# What costs the server seconds rather than milliseconds, or reaches somebody outside, in requests that it counts as.
COSTS = {"batches.show_dossier": 50, "batches.trace": 5, "alerts.try_out": 100}
COSTS |= {"forms.print_empty": 10, "records.print_record": 10}


def register(app: Flask, session: Rate = SESSION, address: Rate = ADDRESS) -> None:
    sessions, addresses = Buckets(session), Buckets(address)

    def pace() -> None:
        """PestleError `requests_too_many`, with `retry` in seconds."""
        if not request.path.startswith("/api/"):
            return
        cost = COSTS.get(request.endpoint or "", 1)
        wait = addresses.take(access.address(), cost)
        cookie = access.token()
        if wait == 0 and cookie:
            # Not the cookie itself, which opens the session: what lies in memory for long should not.
            wait = sessions.take(hashlib.sha256(cookie.encode()).hexdigest(), cost)
        if wait > 0:
            raise PestleError("requests_too_many", {"retry": math.ceil(wait)})

    app.before_request(pace)
