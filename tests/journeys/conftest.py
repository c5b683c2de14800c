"""One Playwright for the journeys of a module, whose steps build on each other: after a failed one the rest fail."""

from collections.abc import Generator, Iterator

import pytest
from playwright.sync_api import Playwright, expect, sync_playwright

_BROKEN: dict[str, str] = {}


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """It ends with the module, since its event loop disturbs tests that have one of their own."""
    # On a machine that does other things as well a screen may take its time.
    expect.set_options(timeout=15_000)
    with sync_playwright() as started:
        yield started


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        _BROKEN.setdefault(item.path.name, item.name)
    return report


@pytest.fixture(autouse=True)
def _no_step_after_a_failed_one(request: pytest.FixtureRequest) -> None:
    if request.path.name in _BROKEN:
        pytest.fail(f"the journey ended at {_BROKEN[request.path.name]}", pytrace=False)
