"""What stands against a specification, what may become of a version, and how a result is judged: pure.

The door and a witness, who has nothing but the log, ask the same `refused`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from server.engines.expressions import Rounding, rounded, written
from server.quality.inspection import plans
from server.quality.rules import verdict
from server.quality.specifications import model
from server.quality.specifications.model import Finding, Payload, Test

_NUMERIC, _ISO = ("unit", "decimals", "rounding"), ("level", "aql", "severity")


def findings(given: Payload) -> list[Finding]:
    """Everything that keeps a definition from being submitted, in the order of its tests."""
    found = [] if given["tests"] else [Finding("tests_missing", "tests")]
    codes: set[str] = set()
    for at, test in enumerate(given["tests"]):
        if test["code"] in codes:
            found.append(Finding("test_twice", f"tests/{at}/code"))
        codes.add(test["code"])
        found += [Finding(code, f"tests/{at}/{name}") for code, name in _of_test(test)]
    # A version from before there were sampling plans says nothing of them.
    return found + (_of_sampling(given["sampling"], given["stage"]) if "sampling" in given else [])


def _of_sampling(sampling: Payload | None, stage: str) -> list[Finding]:
    """What comes in is sampled by a plan, which has what its rule needs, and nothing that it does not."""
    if (sampling is not None) != (stage == "incoming"):
        return [Finding("sampling_missing" if stage == "incoming" else "sampling_not_here", "sampling")]
    if sampling is None:
        return []
    needs = {plans.FIXED: ("number",), plans.ISO2859: _ISO}.get(sampling["rule"], ())
    wrong = [name for name in ("number", *_ISO) if (sampling[name] is not None) != (name in needs)]
    wrong += [name for name in ("quantity", "retained") if sampling[name] and Decimal(sampling[name]["value"]) <= 0]
    return [Finding("sampling_unfit", f"sampling/{name}") for name in wrong]


def _of_test(test: Payload) -> list[tuple[str, str]]:
    numeric = test["kind"] == "numeric"
    found = [("needed", name) for name in _NUMERIC if numeric and test[name] is None]
    found += [("not_here", name) for name in (*_NUMERIC, "low", "high") if not numeric and test[name] is not None]
    if (test["kind"] == "choice") != bool(test["options"]):
        found.append(("options_missing" if test["kind"] == "choice" else "not_here", "options"))
    if len({one["code"] for one in test["options"]}) < len(test["options"]):
        found.append(("option_twice", "options"))
    if test["options"] and not any(one["conforms"] for one in test["options"]):
        found.append(("option_conforming_missing", "options"))
    return found + (_of_limits(test) if numeric and test["decimals"] is not None else [])


def _of_limits(test: Payload) -> list[tuple[str, str]]:
    """Limits are written with as many decimals as a result is reported with (GB/T 8170-2008, 4.1)."""
    limits = {name: test[name] for name in ("low", "high") if test[name] is not None}
    found = [
        ("limit_decimals", name) for name, text in limits.items() if len(text.partition(".")[2]) != test["decimals"]
    ]
    if len(limits) == 2 and Decimal(limits["low"]) > Decimal(limits["high"]):
        found.append(("limits_crossed", "high"))
    return found


class Known(Protocol):
    """What is known of a version: of what it is, its bytes, who submitted it, and what was decided."""

    @property
    def material(self) -> str: ...
    @property
    def stage(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def submitted_by(self) -> str: ...


def refused(kind: str, given: Payload, actor: str, versions: Sequence[Known]) -> str | None:
    """Why this cannot be stated of a specification with these versions, the first first; None where nothing speaks
    against it."""
    if kind in model.SUBMISSIONS:
        return _submission_refused(given, versions)
    version = versions[given["version"] - 1] if given["version"] <= len(versions) else None
    if version is None or version.state != model.SUBMITTED or version.sha256 != given["sha256"]:
        return "specification_stale"
    return "specification_own" if kind == model.APPROVED_KIND and version.submitted_by == actor else None


def _submission_refused(given: Payload, versions: Sequence[Known]) -> str | None:
    if any(one.state == model.SUBMITTED for one in versions):
        return "specification_waiting"
    if given["version"] != len(versions) + 1:
        return "specification_version_wrong"
    if versions and (versions[0].material, versions[0].stage) != (given["material"], given["stage"]):
        return "specification_of_other"
    return "specification_faulty" if findings(given) or given["sha256"] != model.digest(given) else None


def reported(test: Test, value: str) -> str:
    """A number as it is reported: rounded once, from all digits that were measured."""
    assert test.decimals is not None
    rule: Rounding = "half_up" if test.rounding == "half_up" else "gbt8170"
    return written(rounded(Decimal(value), test.decimals, rule), test.decimals)


def judged(test: Test, line: Mapping[str, Any]) -> str:
    """pass, fail or none of a line {value, text, conforms} against a test that it fits: rounded first, then judged."""
    if test.kind == "numeric":
        return verdict(reported(test, line["value"]), test.low, test.high)
    if test.kind == "choice":
        conforms = any(one["conforms"] for one in test.options if one["code"] == line["text"])
        return "pass" if conforms else "fail"
    return "pass" if line["conforms"] else "fail"


def worded(test: Test, text: str) -> str:
    """What was found, for people: of an option its words in both languages, since results have no code for them."""
    return next((f"{one['zh']} / {one['en']}" for one in test.options if one["code"] == text), text)


def fits(test: Test | None, line: Mapping[str, Any]) -> bool:
    """Whether a line {value, text, conforms} says what its test asks for, and nothing else."""
    if test is None:
        return False
    has = (line["value"] is not None, line["text"] is not None, line["conforms"] is not None)
    if test.kind == "choice":
        return has == (False, True, False) and any(one["code"] == line["text"] for one in test.options)
    return has == ((True, False, False) if test.kind == "numeric" else (False, True, True))


def all_fit(tests: Sequence[Test], lines: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every line answers a test of its own."""
    by_code = {one.code: one for one in tests}
    once = len({line["test"] for line in lines}) == len(lines)
    return once and all(fits(by_code.get(line["test"]), line) for line in lines)


def same_limits(test: Test, line: Mapping[str, Any]) -> bool:
    """Whether a line that states its own limits {value, low, high} states those of the specification."""
    if test.kind != "numeric" or line["value"]["unit"] != test.unit:
        return False
    pairs = ((line["low"], test.low), (line["high"], test.high))
    return all((one is None) == (other is None) and (one is None or _equal(one, other)) for one, other in pairs)


def _equal(one: str, other: str | None) -> bool:
    return other is not None and Decimal(one) == Decimal(other)
