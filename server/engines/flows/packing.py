"""Definitions as entries carry them: deflated and in base64, so that the log alone is enough to replay every flow."""

import base64
import binascii
import hashlib
import zlib

from server.engines.flows.model import MAX_BYTES

# Of the text in an entry, which has 48 KiB for everything: some 400 kB of drawings.
LONGEST = 40_000


def pack(data: bytes) -> str | None:
    """The text for an entry; None for a definition that does not fit into one."""
    text = base64.b64encode(zlib.compress(data, 9)).decode()
    return text if len(text) <= LONGEST else None


def unpack(text: str) -> bytes | None:
    """The bytes again; None for what is none, or would be too much."""
    try:
        inflating = zlib.decompressobj()
        data = inflating.decompress(base64.b64decode(text, validate=True), MAX_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        return None
    whole = inflating.eof and not inflating.unused_data and len(data) <= MAX_BYTES
    return data if whole else None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
