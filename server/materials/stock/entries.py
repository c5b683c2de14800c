"""What the room of stock adds to the door: its ears for everything that moves what a container holds."""

from collections.abc import Mapping

from server.core.kinds import Project, Room
from server.materials.stock import model, projection

LISTENERS: Mapping[str, Project] = {
    **dict.fromkeys(model.LOT_RECEIVED, projection.set_retest),
    **dict.fromkeys(model.RECEIVED, projection.receive),
    model.ALLOCATED: projection.allocate,
    model.DEALLOCATED: projection.allocate,
    model.WEIGHED: projection.weigh,
    model.CONFLICT: projection.find_conflict,
    model.RESOLVED: projection.resolve,
}
ROOM = Room("materials", listeners=LISTENERS)
