"""Compares what devices say of themselves with the mirror: entries that the server has withheld stand only there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from server.core.errors import PestleError

HeadOf = Callable[[str, int | None], tuple[int, str]]


def read_heads(file: Path) -> list[dict[str, Any]]:
    """[{device, seq, hash}] of a JSON file, or of its field `heads`; PestleError `heads_wrong`."""
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PestleError("heads_wrong", {"file": str(file), "found": str(error)}) from error
    heads = value.get("heads") if isinstance(value, dict) else value
    if not isinstance(heads, list) or not all(_is_head(head) for head in heads):
        raise PestleError("heads_wrong", {"file": str(file), "found": "not a list of device, seq and hash"})
    return heads


def compare(heads: list[dict[str, Any]], head_of: HeadOf) -> list[dict[str, Any]]:
    """What does not fit: {device, code, seq, mirrored}. `withheld`: the device has signed more than the log has of it,
    from `mirrored` + 1 on. `forked`: the log has another entry at the device's own last sequence."""
    found = []
    for head in heads:
        device, seq = head["device"], head["seq"]
        last = head_of(device, None)[0]
        code = None
        if seq > last:
            code = "withheld"
        elif seq and head_of(device, seq) != (seq, head["hash"]):
            code = "forked"
        if code is not None:
            found.append({"device": device, "code": code, "seq": seq, "mirrored": last})
    return found


def _is_head(value: object) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("device"), str):
        return False
    return type(value.get("seq")) is int and value["seq"] >= 0 and isinstance(value.get("hash"), str)
