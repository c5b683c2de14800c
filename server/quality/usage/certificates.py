"""What the supplier's certificates say of a lot beside what was found here, and where they contradict: pure.

None is hidden by another: each value stands for itself, and what differs is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.quality.specifications import rules
from server.quality.specifications.model import Test

RECORDED = "quality.certificate_recorded.v1"
# Two certificates of one lot name different values; one names a value that is not within our limits; ours conforms
# where the certificate's does not, or the other way round.
DIFFER, OUTSIDE, OPPOSITE = "certificates_differ", "certificate_outside", "verdicts_opposite"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one certificate, or an imported result, says of a test; `verdict` as our specification judges it, `none`
    where it judges nothing of the kind."""

    of: str
    test: str
    value: str | None
    unit: str | None
    text: str | None
    verdict: str

    @property
    def said(self) -> tuple[Any, str | None]:
        """The same amount is the same, however many zeros it is written with."""
        return (self.text if self.value is None else Decimal(self.value).normalize(), self.unit)


def claim(of: str, line: Mapping[str, Any], tests: Mapping[str, Test]) -> Claim:
    """A line {test, value, unit, text} of a certificate."""
    test = tests.get(line["test"])
    fits = test is not None and test.kind == "numeric" and line["value"] is not None and line["unit"] == test.unit
    verdict = rules.judged(test, line) if test is not None and fits else "none"
    return Claim(of, line["test"], line["value"], line["unit"], line["text"], verdict)


def contradictions(claims: Sequence[Claim], verdicts: Iterable[str]) -> list[str]:
    """What speaks against one another of one test; `verdicts` are those of our own results that stand."""
    ours = {one for one in verdicts if one != "none"}
    found = [DIFFER] if len({one.said for one in claims}) > 1 else []
    if any(one.verdict == "fail" for one in claims):
        found.append(OUTSIDE)
    if any(one.verdict != "none" and ours and one.verdict not in ours for one in claims):
        found.append(OPPOSITE)
    return found
