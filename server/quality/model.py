"""The nouns of quality: a test result, and what it was taken of."""

from dataclasses import dataclass

STAGES = ("incoming", "in_process", "release")
VERDICTS = ("pass", "fail", "none")
# An entry with one of these flags stands beside what it would correct: a failed result is not talked away by anybody.
TAKES_NO_PLACE = frozenset({"person_not_permitted", "correction_unknown", "device_revoked"})


@dataclass(frozen=True, slots=True)
class Result:
    """One test result; `value`, `low` and `high` are decimal strings in `unit`, `entry` the id of its entry."""

    entry: str
    stage: str
    test: str
    name: dict[str, str] | None
    value: str
    unit: str
    low: str | None
    high: str | None
    verdict: str

    def payload(self) -> dict[str, object]:
        """As the API shows it."""
        return {
            "stage": self.stage,
            "test": self.test,
            "name": self.name,
            "value": {"value": self.value, "unit": self.unit},
            "low": self.low,
            "high": self.high,
            "verdict": self.verdict,
            "entry": self.entry,
        }


def subject_of(stream: str) -> tuple[str | None, str | None, str | None]:
    """(batch, material, lot) of a stream `batch/<number>` or `lot/<material>/<number>`; all None for another."""
    # Only the lot's own number may hold slashes, and it stands last.
    parts = stream.split("/", 2)
    if parts[0] == "batch" and len(parts) == 2:
        return parts[1], None, None
    if parts[0] == "lot" and len(parts) == 3:
        return None, parts[1], parts[2]
    return None, None, None
