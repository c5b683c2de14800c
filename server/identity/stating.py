"""States what a person typed, at a console or in a form: what has the wrong shape is told them as a problem."""

from server.core.errors import PestleError
from server.core.kinds import Fact
from server.core.plant import Plant


def state(plant: Plant, *facts: Fact) -> None:
    """All or nothing; PestleError `request_malformed` with the fields that are wrong, or what a rule refuses with."""
    for fact in facts:
        problems = plant.registry.kinds[fact.kind].schema().validate(dict(fact.payload))
        if problems:
            raise PestleError("request_malformed", problems)
    plant.recorder.state(*facts)
