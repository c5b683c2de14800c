"""Structured log lines: one JSON object per line on standard error, so that people and machines read the same."""

import json
import sys
from datetime import UTC, datetime
from typing import Literal

Level = Literal["info", "warning", "error"]


def say(event: str, level: Level = "info", **fields: object) -> None:
    """`event` is lower_snake_case and stable; fields are plain values without secrets."""
    at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = json.dumps({"at": at, "level": level, "event": event, **fields}, ensure_ascii=False, default=str)
    print(line, file=sys.stderr, flush=True)
