"""Who may deliver what on a day, and what may be decided: pure."""

from collections.abc import Iterable, Mapping

from server.materials.suppliers import model
from server.materials.suppliers.model import Payload, Supplier, Supply


def approved(
    named: Supplier | None,
    supplies: Iterable[Supply],
    known: Mapping[str, Supplier],
    day: str,
    maker: str | None = None,
) -> bool:
    """Whether a material comes from somebody qualified who is approved for it, made by somebody qualified.

    `supplies` are those of the material, `known` all suppliers by code, `day` YYYY-MM-DD; `maker`: by whom it must have
    been made, where that is known.
    """
    if named is None or not named.qualified(day):
        return False
    ours = [one for one in supplies if one.supplier == named.supplier and one.approved]
    ours = [one for one in ours if maker in (None, one.manufacturer)]
    return any(one.manufacturer in known and known[one.manufacturer].qualified(day) for one in ours)


def decision_refused(given: Payload, day: str) -> str | None:
    """A qualification has an end that has not come, and evidence; what ends one needs neither."""
    qualifies = given["status"] == model.QUALIFIED
    if given["meaning"]["code"] != ("approved" if qualifies else "rejected"):
        return "supplier_decision_wrong"
    if not qualifies:
        return None if given["valid_until"] is None else "supplier_decision_wrong"
    if given["valid_until"] is None or given["valid_until"] < day:
        return "supplier_end_wrong"
    return None if given["evidence"] else "supplier_evidence_missing"


def supply_refused(given: Payload, known: Mapping[str, Supplier], day: str) -> str | None:
    """Only the goods of qualified companies are approved; an approval can always be taken back."""
    if given["meaning"]["code"] != ("approved" if given["approved"] else "rejected"):
        return "supplier_decision_wrong"
    companies = [known.get(given[name]) for name in ("supplier", "manufacturer")]
    if None in companies:
        return "supplier_unknown"
    fit = all(one is not None and one.qualified(day) for one in companies)
    return None if fit or not given["approved"] else "supplier_not_qualified"


def still_held(flags: Iterable[str], approved_now: bool) -> bool:
    """Whether a lot with these flags of `HOLDING` waits: a supplier may have been approved since, all else is QA's."""
    return any(flag != model.NOT_APPROVED or not approved_now for flag in flags)
