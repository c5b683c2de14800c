"""How phases go: in what order and at what intervals, and what holds, aborts or skips them."""
