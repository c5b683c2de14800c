"""The devices of the plant as supervisors see them."""
