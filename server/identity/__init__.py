"""People, what they may do, how they prove who they are; devices and their keys."""
