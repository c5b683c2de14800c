"""Whether a copy of the empty record may be issued: pure, asked by door and witness alike."""


def refusal(disposed: bool, issued: int, copy: int, reason: str | None) -> str | None:
    """The code with which the next copy is refused, None where it is issued; `issued`: how many there are.

    A batch has one record; another copy of it needs a reason (China GMP 173), and what is sealed has none any more.
    """
    if disposed:
        return "batch_closed"
    if copy != issued + 1:
        return "blank_out_of_order"
    return "blank_reason_missing" if issued and not reason else None
