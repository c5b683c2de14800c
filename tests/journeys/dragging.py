"""Dragging in lists by mouse, as people do: on until the list makes room, and only then let go."""

import itertools

from journeys.processes import until
from playwright.sync_api import FloatRect, Locator, Page

_GHOST = "(list) => [...list.querySelectorAll(':scope > .item')].findIndex((one) => one.matches('.sortable-ghost'))"


def drag(page: Page, what: Locator, to: Locator, into: Locator, place: int) -> None:
    """Until the list `into` shows it in its place; `place` counts what stands in the list meanwhile."""
    to.scroll_into_view_if_needed()
    what.scroll_into_view_if_needed()
    # What was picked just now opens its properties, and everything below may move once more.
    start, end = _settled(what), _settled(to)
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    turns = itertools.count()

    def shown() -> bool:
        now = to.bounding_box() or end
        page.mouse.move(now["x"] + 60 + next(turns) % 10, now["y"] + 6, steps=4)
        found: int = into.evaluate(_GHOST)
        return found == place

    until(f"the list makes room at {place}", shown)
    page.mouse.up()


def _settled(one: Locator) -> FloatRect:
    """Where something stands once it stands still."""
    seen: list[FloatRect | None] = [None]

    def still() -> bool:
        seen.append(one.bounding_box())
        return seen[-1] is not None and seen[-1] == seen[-2]

    until("it stands still", still)
    assert seen[-1] is not None
    return seen[-1]
