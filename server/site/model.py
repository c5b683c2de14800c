"""The nouns of the site itself: what is done with the whole of its log, and how long a record must be kept."""

from dataclasses import dataclass

STREAM = "site"
BACKUP_MADE = "site.backup_made.v1"
BACKUP_FAILED = "site.backup_failed.v1"
RESTORED = "site.restored.v1"
ARCHIVED = "site.archived.v1"
UPGRADED = "site.upgraded.v1"
# Who may have payloads erased (CMP-04).
ERASE = "payload.erase"
# Names of an erasure fit into one entry up to so many.
MOST_ERASED = 500


@dataclass(frozen=True, slots=True)
class Version:
    """What runs: the version of the software, and the number of the last migration."""

    software: str
    migration: str

    def payload(self) -> dict[str, str]:
        return {"software": self.software, "migration": self.migration}
