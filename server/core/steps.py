"""How steps of work are named where a plant says what they need: pure, since rules and witnesses name them too.

A step is named by what it is: `phase:weighing`, `equipment:MIX-02`, `action:batch.release`.
"""

from datetime import timedelta

# The code of a refusal, of a flag, and of the exception that goes with it.
NOT_QUALIFIED = "not_qualified"
# A device's clock may differ by as much from the server's before it counts against the person (PLT-13).
SLACK = timedelta(minutes=5)


def step(on: str, name: str) -> str:
    """`on` is phase, equipment or action; see `server.training.model`."""
    return f"{on}:{name}"


def action(name: str) -> str:
    """The use of a permission; or the check of a second person."""
    return step("action", name)


# Before the code of a form that is filled in: each form is an action of its own.
FORM = "form:"


def filling(form: str) -> str:
    """Filling in and signing records of this form."""
    return action(f"{FORM}{form}")
