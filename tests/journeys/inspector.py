"""An inspector with the verifier's file on a disk, a browser, and no network; and the same question put to Python."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from journeys.browsers import CHROMIUM, QUIET
from playwright.sync_api import Browser, Page, Playwright
from support import ROOT

from sync.errors import SyncError
from sync.trust import Policy
from sync.verify import verify_bundle, verify_log, verify_pdf
from sync.verify.archive import LISTED, verify_archive

VERIFIER = ROOT / "pwa" / "dist" / "verifier.html"
# What both must say; the words beside a code are each verifier's own.
OF_ALL = ("ok", "first_wrong", "code", "size", "root", "policy", "withheld", "erased", "witnessed")
OF_DOSSIERS = ("stream", "entries", "sealed_at", "stamped_at", "stamp_checked")
_ANSWER = '[data-testid="verdict"]:not([data-old]), [data-testid="problem"]:not([data-old])'

Answer = dict[str, Any]


class Inspector:
    """`asked` is every address that the page has asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: list[str] = []
        self.faults: list[str] = []
        page.on("request", lambda request: self.asked.append(request.url))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda message: self.faults.append(message.text) if message.type == "error" else None)
        page.goto(VERIFIER.as_uri())

    def check(self, what: Path | list[Path], policy: bytes | None = None, withheld: bool = False) -> Answer:
        """What the page says of a file, of files together, or of a folder."""
        page = self.page
        self._forget()
        if page.locator("details:not([open]) [data-testid=policy]").count():
            page.locator("summary").first.click()
        page.get_by_test_id("policy").fill((policy or b"").decode())
        page.get_by_test_id("withheld").set_checked(withheld)
        folder = isinstance(what, Path) and what.is_dir()
        page.get_by_test_id("pick-folder" if folder else "pick-file").set_input_files(what)
        return self._answer()

    def drop(self, what: Path) -> Answer:
        """The same for something that is dragged onto the page."""
        self._forget()
        box = self.page.locator(".drop").bounding_box()
        assert box is not None
        devtools = self.page.context.new_cdp_session(self.page)
        data = {"items": [], "files": [str(what)], "dragOperationsMask": 1}
        for step in ("dragEnter", "dragOver", "drop"):
            devtools.send("Input.dispatchDragEvent", {"type": step, "x": box["x"] + 9, "y": box["y"] + 9, "data": data})
        return self._answer()

    def _forget(self) -> None:
        self.page.evaluate("document.querySelectorAll('[data-testid]').forEach((one) => one.dataset.old = '')")

    def _answer(self) -> Answer:
        answer = self.page.locator(_ANSWER)
        answer.wait_for()
        said = answer.get_attribute("data-result")
        found: Answer = json.loads(said) if said else {"ok": None, "code": answer.get_attribute("data-code")}
        return found


@contextmanager
def inspector(playwright: Playwright) -> Iterator[Inspector]:
    browser: Browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    try:
        yield Inspector(browser.new_context(offline=True, locale="zh-CN").new_page())
    finally:
        browser.close()


def python(what: Path, policy: bytes | None = None, withheld: bool = False) -> Answer:
    """What the Python verifier says of a dossier, its unpacked files, a log, or an archive."""
    trusted = None if policy is None else Policy.parse(policy)
    try:
        if what.suffix == ".pdf":
            return verify_pdf(what, trusted).as_dict()
        if (what / "records.json").exists():
            return verify_bundle({one.name: one.read_bytes() for one in what.iterdir()}, trusted).as_dict()
        if (what / LISTED).exists():
            return verify_archive(what, trusted=trusted).as_dict()
        return verify_log(what, trusted=trusted, withheld=withheld).as_dict()
    except SyncError as error:
        return {"ok": None, "code": error.code}


def same(answer: Answer) -> Answer:
    return {name: answer.get(name) for name in OF_ALL + OF_DOSSIERS}
