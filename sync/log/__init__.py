"""The append-only log in a database; needs SQLAlchemy, which is why verifying lives elsewhere."""

from sync.log.log import Head, Log
from sync.log.reading import StoredEntry
from sync.log.tables import metadata
from sync.log.tail import Tail

__all__ = ["Head", "Log", "StoredEntry", "Tail", "metadata"]
