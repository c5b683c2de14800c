"""What a verification answers: whether all is right, and if not, which entry is the first wrong one and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync.errors import SyncError


class Wrong(SyncError):
    """A rule that the checked bytes break; `index` is that of the entry, None where no single entry can be named."""

    def __init__(self, code: str, detail: str, index: int | None) -> None:
        super().__init__(code, detail)
        self.index = index

    def __reduce__(self) -> tuple[type["Wrong"], tuple[object, ...]]:
        return type(self), (self.code, self.detail, self.index)


@dataclass(frozen=True, slots=True)
class Result:
    """`size` and `root` (hex) are those of the signed checkpoint, None when it could not be trusted.

    `policy_given` is False when the keys came from beside the checked bytes: then a forger could have brought his
    own. `withheld` counts entries whose payload was not there to be checked against its hash, `erased` those of which
    the log says that it was erased. `witnessed`: by which witnesses of the policy, and when (Unix seconds). `stream`,
    `entries` (how many entries the stream has) and `sealed_at` (the stream sequence that the last disposition covers)
    are those of a dossier; so is `stamped_at`, the time of its RFC 3161 time stamp, whose authority was checked if
    `stamp_checked`.
    """

    ok: bool
    size: int | None = None
    root: str | None = None
    first_wrong: int | None = None
    code: str | None = None
    reason: str | None = None
    policy_given: bool = False
    withheld: int = 0
    erased: int = 0
    witnessed: Mapping[str, int] = field(default_factory=dict)
    stream: str | None = None
    entries: int | None = None
    sealed_at: int | None = None
    stamped_at: str | None = None
    stamp_checked: bool = False

    def as_dict(self) -> dict[str, object]:
        """For `--json`: the five fields every verification has, then the others."""
        result: dict[str, object] = {
            "ok": self.ok,
            "size": self.size,
            "root": self.root,
            "first_wrong": self.first_wrong,
            "reason": self.reason,
            "code": self.code,
            "policy": "given" if self.policy_given else "beside",
            "withheld": self.withheld,
            "erased": self.erased,
            "witnessed": dict(self.witnessed),
        }
        if self.stream is not None:
            result |= {"stream": self.stream, "entries": self.entries, "sealed_at": self.sealed_at}
            result |= {"stamped_at": self.stamped_at, "stamp_checked": self.stamp_checked}
        return result
