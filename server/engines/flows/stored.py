"""Definitions are read once: a process keeps those that it has seen, by their bytes."""

import functools

from server.engines.flows import packing
from server.engines.flows.model import Definition
from server.engines.flows.parsing import parse


@functools.lru_cache(256)
def parsed(data: bytes) -> Definition:
    """The definition of these bytes. Refused, with every reason."""
    return parse(data)


@functools.lru_cache(256)
def unpacked(text: str) -> Definition:
    """The definition in the text of an entry. KeyError for one that is none."""
    data = packing.unpack(text)
    if data is None:
        raise KeyError(text[:40])
    return parsed(data)
