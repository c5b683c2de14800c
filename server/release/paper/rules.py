"""Whether a copy of the empty record may be issued: pure, asked by door and witness alike."""

from collections.abc import Collection, Iterable


def refusal(disposed: bool, gone: bool, issued: int, copy: int, reason: str | None) -> str | None:
    """The code with which the next copy is refused, None where it is issued; `issued`: the highest number there
    is, of the batch or of what it came of: on a part's own copies another number stands than on those.

    A batch has one record; another copy of it needs a reason (China GMP 173), and what is sealed or whole in
    others has none any more.
    """
    if disposed:
        return "batch_closed"
    if gone:
        return "batch_gone"
    if copy != issued + 1:
        return "blank_out_of_order"
    return "blank_reason_missing" if issued and not reason else None


def print_refused(disposed: bool, issued: bool, accounted: bool, prints: int, reason: str | None) -> str | None:
    """The code with which a copy is not printed: it is none, or what became of it is known. Two sheets of one number
    need a reason, as another number does (China GMP 173); `prints`: how often it was printed before."""
    if disposed:
        return "batch_closed"
    if not issued:
        return "not_found"
    if accounted:
        return "item_closed"
    return "blank_reason_missing" if prints and not reason else None


def account_refused(disposed: bool, issued: bool, accounted: bool, typed_in: bool) -> str | None:
    """The code with which nobody accounts for a copy: there is none, or it is known already what became of it."""
    if disposed:
        return "batch_closed"
    if not issued:
        return "not_found"
    return "item_closed" if accounted or typed_in else None


def missing(copies: Iterable[int], accounted: Collection[int], typed_in: Collection[int]) -> list[int]:
    """Copies of which nobody knows what became of them (CN 2010, 173): neither typed in from nor accounted for."""
    return [one for one in copies if one not in accounted and one not in typed_in]
