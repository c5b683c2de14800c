"""What makes a screen usable by everybody: axe-core, and what it cannot measure, by a measure of ours (HMI-02)."""

import re
from typing import Any

from journeys.handheld import Tablet
from journeys.processes import until
from support import ROOT

AXE = (ROOT / "pwa" / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# data-theme, data-contrast: what the settings and the system can make of them.
THEMES = {
    "light": ("light", "usual"),
    "dark": ("dark", "usual"),
    "more": ("light", "more"),
    "dark-more": ("dark", "more"),
}
LEAST_TOUCH = 48
# The page itself never scrolls: what is too wide makes the part scroll that holds it.
FITS = """document.scrollingElement.scrollWidth <= window.innerWidth
  && document.scrollingElement.scrollHeight <= window.innerHeight
  && [...document.querySelectorAll("main, aside, dialog[open], dialog[open] .body, dialog[open] .stage")]
    .every((one) => one.scrollWidth <= one.clientWidth)"""
_RUN = """async ([tags, only]) => {
  const all = { runOnly: { type: "tag", values: tags }, rules: { "target-size": { enabled: true } } };
  const some = { runOnly: { type: "rule", values: only } };
  const found = await axe.run(document, { ...(only ? some : all), resultTypes: ["violations"] });
  const why = (node) => node.any.map((check) => check.message).join("; ").slice(0, 200);
  const told = (node) => `${node.target.join(" ")} | ${node.html.slice(0, 120)} | ${why(node)}`;
  return found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map(told)]);
}"""
# Controls, not links within a sentence or a cell of a table (WCAG 2.5.8 excepts them). What is hidden behind its label
# is as large as the label.
_SMALL = """(least) => {
  const controls = "button, a.button, a.row, nav a, summary, input, select, textarea, [role=tab], [role=radio]";
  const seen = { visibilityProperty: true, opacityProperty: true };
  const labelled = (one) => ["checkbox", "radio", "file"].includes(one.type) && one.closest("label");
  return [...document.querySelectorAll(controls)]
    .filter((one) => one.checkVisibility(seen) && !one.closest("[hidden], .hidden"))
    .map((one) => [one, (labelled(one) || one).getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1 && Math.min(box.height, box.width) < least - 0.5)
    .map(([one, { width, height }]) =>
      `${one.dataset.testid ?? one.outerHTML.slice(0, 80)}: ${Math.round(width)}×${Math.round(height)}`);
}"""
# Words of Latin letters on something to press that go on in the next line.
_BROKEN = """() => [...document.querySelectorAll("button, a.button")]
  .filter((one) => one.checkVisibility() && !one.matches(".row"))
  .flatMap((one) => {
    const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode())
      for (const word of walker.currentNode.data.matchAll(/[A-Za-z]{2,}/g)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, word.index);
        range.setEnd(walker.currentNode, word.index + word[0].length);
        if (new Set([...range.getClientRects()].map((rect) => Math.round(rect.top))).size > 1) found.push(word[0]);
      }
    return found;
  })"""
_STANDS = """() => {
  const waits = ["Loading…", "加载中…", "正在加载…"];
  const main = document.querySelector("main");
  return main !== null && main.innerText.trim() !== "" && !waits.some((one) => main.innerText.includes(one));
}"""


def screens() -> list[str]:
    """The names of all screens, from the table of the app's router."""
    table = (ROOT / "pwa" / "src" / "ui" / "screens.ts").read_text("utf-8")
    names = re.findall(r"^  \"?([a-z/*_-]+)\"?: \(\) => import\(", table, re.MULTILINE)
    assert len(names) > 15, names
    return ["", *names]


def stands(tablet: Tablet, what: str) -> None:
    """The screen has drawn what it fetched."""
    until(f"{what} is drawn", lambda: tablet.page.evaluate(_STANDS))


def violations(tablet: Tablet, only: list[str] | None = None) -> list[Any]:
    """What axe-core finds against WCAG 2.2 AA, or against these rules of it alone."""
    if not tablet.page.evaluate("typeof axe !== 'undefined'"):
        tablet.page.evaluate(f"{AXE};0")
    found: list[Any] = tablet.page.evaluate(_RUN, [TAGS, only])
    return found


def wear(tablet: Tablet, theme: str) -> None:
    """The page as the theme makes it, until it is loaded again."""
    look, contrast = THEMES[theme]
    tablet.page.evaluate(
        "([theme, contrast]) => Object.assign(document.documentElement.dataset, { theme, contrast })", [look, contrast]
    )


def in_every_theme(tablet: Tablet) -> list[Any]:
    """All rules in the light theme; in the others those that a theme can break."""
    wear(tablet, "light")
    found = [("light", one) for one in violations(tablet)]
    for theme in ("dark", "more", "dark-more"):
        wear(tablet, theme)
        found += [(theme, one) for one in violations(tablet, ["color-contrast"])]
    wear(tablet, "light")
    return found


def small(tablet: Tablet, least: int = LEAST_TOUCH) -> list[str]:
    """Controls that a gloved finger would miss."""
    found: list[str] = tablet.page.evaluate(_SMALL, least)
    return found


def broken(tablet: Tablet) -> list[str]:
    """Words on buttons that are broken between letters."""
    found: list[str] = tablet.page.evaluate(_BROKEN)
    return found


def sideways(tablet: Tablet) -> bool:
    """Whether somebody would have to scroll to the side to read the page."""
    return not tablet.page.evaluate(FITS)
