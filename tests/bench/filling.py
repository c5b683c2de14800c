"""A form of 300 fields, opened and typed into, in Chromium with the processor four times slower (ENG-01)."""

from pathlib import Path
from statistics import median, quantiles
from typing import Any

import form_support as forms
from journeys.browsers import TABLET as SIZE
from journeys.filling import put_in_force
from journeys.processes import until
from journeys.site import site
from playwright.sync_api import Page, sync_playwright

SLOWER = 4
OPENINGS, KEYS = 8, 60
FIELDS = 300
# From the touch that opens the record to the frame in which its first fields stand, and to the one with all of them;
# from a key to the frame after the one in which it was drawn.
WATCH = """(() => {
  window.felt = { first: [], whole: [], keys: [] };
  let opened = 0, typed = 0;
  const drawn = (act) => requestAnimationFrame(() => setTimeout(act));
  addEventListener("click", (event) => {
    if (event.target.closest("[data-testid^=fill-]")) opened = event.timeStamp;
  }, true);
  addEventListener("keydown", (event) => { typed = event.timeStamp }, true);
  addEventListener("input", () => {
    const at = typed;
    drawn(() => felt.keys.push(performance.now() - at));
  }, true);
  new MutationObserver(() => {
    const form = document.querySelector("[data-testid=form-fill]");
    if (!form || !opened) return;
    const at = opened;
    if (!form.dataset.seen && form.querySelector("input, button")) {
      form.dataset.seen = "first";
      drawn(() => felt.first.push(performance.now() - at));
    }
    if (form.dataset.seen === "first" && form.dataset.rendered === "true") {
      form.dataset.seen = "whole";
      opened = 0;
      drawn(() => felt.whole.push(performance.now() - at));
    }
  }).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-rendered"] });
})()"""


def large(count: int = FIELDS) -> dict[str, Any]:
    """Sections of twenty: texts, numbers with limits, choices, days, and a calculation over four numbers in each."""
    sections = []
    for number in range(count // 20):
        numbers = [
            forms.number(f"n{number}_{i}", limits=forms.limits(alert=("1.000", "9.000"), action=("0.500", "9.500")))
            for i in range(8)
        ]
        total = " + ".join(one["id"] for one in numbers[:4])
        sections.append(
            forms.section(
                f"s{number}",
                *(forms.text(f"t{number}_{i}", required=i == 0) for i in range(5)),
                *numbers,
                *(forms.choice(f"c{number}_{i}", "yes", "no", "other") for i in range(3)),
                forms.field(f"d{number}", "date"),
                forms.field(f"y{number}", "yes_no"),
                forms.text(f"w{number}", when=f"y{number} == false"),
                forms.calculation(f"sum{number}", total),
            )
        )
    return forms.form(*sections, code="large-form")


def fills(folder: Path, fields: int = FIELDS, openings: int = OPENINGS, keys: int = KEYS) -> dict[str, Any]:
    """Milliseconds: `first_fields` and `all_fields` after the touch that opens a record; `key` from key to screen."""
    with sync_playwright() as playwright, site(playwright, folder, f"sqlite:///{folder / 'pestle.db'}") as here:
        put_in_force(here, large(fields))
        opened = here.desk("zhangmin").post("/api/records", {"form": "large-form", "subject": "bench"}, 201)
        record = opened["record"]["record"]
        tablet = here.tablet("bench", "en-GB")
        page = tablet.page
        page.add_init_script(WATCH)
        tablet.enrol(here.code("tablet"), "bench")
        tablet.sign_in("zhangmin")
        page.goto(f"{tablet.wire.url}/records")
        page.get_by_test_id(f"take-{record}").click()
        page.locator("[data-testid=form-fill][data-rendered=true]").wait_for()
        page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
        page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        for number in range(openings):
            page.get_by_test_id("nav-records").click()
            page.get_by_test_id(f"fill-{record}").click()
            until("all of it stands", lambda seen=number: page.evaluate("felt.whole.length") > seen)
        _type(page, keys)
        found = page.evaluate("felt")
        count = page.locator("[data-testid^='field-']").count()
        return {
            "cpu_slower": SLOWER,
            "fields": count,
            "first_fields": _summary(found["first"]),
            "all_fields": _summary(found["whole"]),
            "key": _summary(found["keys"]),
        }


def _type(page: Page, keys: int) -> None:
    """A text at the beginning, and a number on which a calculation depends."""
    page.evaluate("felt.keys.splice(0)")
    page.get_by_test_id("input-t0_1").focus()
    for at in range(keys // 2):
        page.keyboard.press("abcdefghij"[at % 10])
    page.get_by_test_id("open-n0_0").click()
    page.get_by_test_id("number").focus()
    for at in range(keys // 2):
        page.keyboard.press("Backspace" if at % 5 == 4 else "5.125"[at % 5])
    until("all keys are felt", lambda: page.evaluate("felt.keys.length") >= keys // 2 * 2)


def _summary(values: list[float]) -> dict[str, Any]:
    return {
        "p50": round(median(values), 1),
        "p95": round(quantiles(values, n=20)[-1], 1),
        "most": round(max(values), 1),
        "runs": len(values),
    }
