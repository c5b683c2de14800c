"""What goes wrong where nobody waits for an answer is told to whoever runs the server."""

import json
import sys
import traceback

from server.core import clock


def complain(event: str, error: Exception) -> None:
    """One line of JSON on standard error, for whoever runs the server."""
    trace = "".join(traceback.format_exception(error))
    print(json.dumps({"at": clock.now_text(), "level": "error", "event": event, "traceback": trace}), file=sys.stderr)
