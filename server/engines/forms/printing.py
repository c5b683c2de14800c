"""Prints a form on paper, empty to be written on or filled as it was recorded, in one of the two languages."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import orjson
import typst

from server.core import blobs
from server.core.typesetting import FONTS
from server.engines.forms.model import MEASURED, SIGNATURES, Field, FieldState, Form, Payload, Range, Section, State
from server.engines.forms.rules import evaluate

Lang = Literal["zh", "en"]
# So many rows of a table to write in, where a form allows more.
_BLANK_ROWS = 8
_IMAGES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
_TEMPLATE = resources.files("server.engines.forms") / "paper.typ"
_SAID = """
printed|打印于|printed
page|页|page
row|行|Row
nothing|—|—
date|日期|Date
attached|附件张数|Attachments
only|仅当|Only when
yes|是|Yes
no|否|No
calculated|计算|calculated
alert|警戒限|alert
action|行动限|action
specification|标准|specification
stale|▲ 签名后内容已变更|▲ changed since it was signed
outside|● 超出|● outside of
wrong|● 不符合要求|● not as asked for
draft|草稿|Draft
struck|▲ 已作废|▲ struck out
file|份附件|attachments
version|第 {} 版|Version {}
"""
_WORDS = [line.split("|") for line in _SAID.strip().split("\n")]
WORDS: Mapping[Lang, Mapping[str, str]] = {
    "zh": {code: zh for code, zh, _ in _WORDS},
    "en": {code: en for code, _, en in _WORDS},
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands around a form: `version` (0 is a draft), what it is about as (term, value), names of people by their
    ids, and notes by path, such as who recorded a value when. `values` None prints it empty."""

    site: str
    now: datetime
    version: int = 0
    sha256: str = ""
    state: str = ""
    facts: Sequence[tuple[str, str]] = ()
    values: Mapping[str, Any] | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)


def pdf(definition: Payload, lang: Lang, paper: Paper, pictures: Path) -> bytes:
    """The pages as PDF/A. `definition` has the shape of one; `pictures` is the folder of what it shows."""
    content = _Printing(Form.of_payload(definition), definition, lang, paper).content()
    with tempfile.TemporaryDirectory(prefix="pestle-form-") as name:
        folder = Path(name)
        for item in (one for part in content["parts"] for one in part["items"]):
            item["picture"] = _picture(item["picture"], folder, pictures)
        (folder / "content.json").write_bytes(orjson.dumps(content))
        (folder / "main.typ").write_text(_TEMPLATE.read_text("utf-8"), "utf-8")
        made: bytes = typst.compile(
            str(folder / "main.typ"),
            root=str(folder),
            font_paths=[FONTS],
            ignore_system_fonts=True,
            pdf_standards="a-3b",
        )
        return made


def _picture(name: str, folder: Path, pictures: Path) -> str:
    """Copied beside the template; nothing where it is not here, or only begins like an image."""
    kept = blobs.load(pictures, name) if name else None
    if kept is None or kept[1] not in _IMAGES:
        return ""
    file = f"{name}.{_IMAGES[kept[1]]}"
    (folder / file).write_bytes(kept[0])
    (folder / "picture.typ").write_text(f'#image("{file}")', "utf-8")
    try:
        typst.compile(str(folder / "picture.typ"), root=str(folder), ignore_system_fonts=True)
    except typst.TypstError:
        return ""
    return file


@dataclass(slots=True)
class _Printing:
    form: Form
    definition: Payload
    lang: Lang
    paper: Paper
    state: State = field(init=False)

    def __post_init__(self) -> None:
        self.state = evaluate(self.definition, self.paper.values or {})

    @property
    def filled(self) -> bool:
        return self.paper.values is not None

    def content(self) -> dict[str, Any]:
        words, paper = WORDS[self.lang], self.paper
        return {
            "lang": self.lang,
            "words": words,
            "title": self.form.title[self.lang] or self.form.code,
            "code": self.form.code,
            "version": words["version"].format(paper.version) if paper.version else words["draft"],
            "sha256": paper.sha256,
            "state": paper.state,
            "site": paper.site,
            "printed": moment(paper.now.astimezone(UTC).isoformat()),
            "date": {part: getattr(paper.now, part) for part in ("year", "month", "day", "hour", "minute", "second")},
            "filled": self.filled,
            "facts": [list(fact) for fact in paper.facts],
            "parts": [part for section in self.form.sections for part in self._parts(section)],
        }

    def _parts(self, section: Section) -> Iterator[dict[str, Any]]:
        """A section, as many times as it was filled in; empty once."""
        times = self.state.rows.get(section.id, 1) if self.filled else 1
        for number in range(1, times + 1):
            prefix = "" if section.repeat is None else f"{section.id}/{number}/"
            items = [item for one in section.fields for item in self._items(one, prefix)]
            title = section.title[self.lang] or section.id
            when = "" if self.filled or section.when is None else section.when
            repeated = "" if section.repeat is None else f" ({number})"
            if items:
                struck = self._struck(prefix[:-1])
                yield {"title": title + repeated, "when": when, "items": items, "struck": struck}

    def _items(self, one: Field, prefix: str) -> Iterator[dict[str, Any]]:
        path = prefix + one.id
        stands = self.state.paths.get(path)
        struck = prefix[:-1] in self.state.struck
        if self.filled and stands is not None and not stands.visible and not struck:
            return
        common = {"label": one.label[self.lang], "hint": (one.hint or {}).get(self.lang, ""), "picture": ""}
        if one.type == "instruction":
            yield {**common, "kind": "text", "value": (one.text or {})[self.lang], "picture": one.picture or ""}
        elif one.type == "table":
            yield {**common, "kind": "table", **self._table(one, path)}
        else:
            yield {**common, **self._cell(one, path, stands, struck)}

    def _table(self, one: Field, path: str) -> dict[str, Any]:
        rows = self.state.rows.get(path, 0) if self.filled else min(one.rows.max, max(one.rows.min, _BLANK_ROWS))
        cells, out = [], []
        outside = path.rpartition("/")[0] in self.state.struck
        for number in range(1, rows + 1):
            at = [f"{path}/{number}/{column.id}" for column in one.columns]
            pairs = zip(one.columns, at, strict=True)
            struck = outside or f"{path}/{number}" in self.state.struck
            cells.append([self._cell(column, cell, self.state.paths.get(cell), struck) for column, cell in pairs])
            out.append(self._struck(f"{path}/{number}"))
        units = [f" ({column.unit})" if column.unit else "" for column in one.columns]
        columns = [column.label[self.lang] + unit for column, unit in zip(one.columns, units, strict=True)]
        return {"columns": columns, "rows": cells, "struck": out}

    def _struck(self, row: str) -> str:
        """What is said of a row that was struck out: who did, when and why."""
        if row not in self.state.struck:
            return ""
        return " · ".join([WORDS[self.lang]["struck"], *self.paper.notes.get(row, ())])

    def _cell(self, one: Field, path: str, stands: FieldState | None, struck: bool = False) -> dict[str, Any]:
        """What is `struck` out is still to be read."""
        shown = self.filled and stands is not None and stands.visible
        value = stands.value if stands is not None and shown else None
        if struck:
            value = (self.paper.values or {}).get(path)
        return {
            "kind": self._kind(one),
            "struck": struck,
            "required": one.required and not self.filled,
            "value": self._said(one, value),
            "unit": one.unit or "",
            "options": self._options(one, value),
            "mark": self._mark(stands) if stands is not None and shown else "",
            "notes": [*self._limits(one), *(self.paper.notes.get(path, ()) if self.filled else ())],
        }

    @staticmethod
    def _kind(one: Field) -> str:
        if one.type in SIGNATURES:
            return "signature"
        if one.type in ("photo", "file"):
            return "files"
        return "long" if one.multiline else "line"

    def _options(self, one: Field, value: Any) -> list[dict[str, Any]]:
        """To be ticked; also when filled, so that it is seen what was not chosen."""
        words = WORDS[self.lang]
        if one.type == "yes_no":
            return [{"label": words[name], "on": value is on} for name, on in (("yes", True), ("no", False))]
        if one.type != "choice":
            return []
        chosen = value if isinstance(value, list) else [value]
        return [{"label": option["label"][self.lang], "on": option["code"] in chosen} for option in one.options]

    def _said(self, one: Field, value: Any) -> str:
        if value is None or one.type in ("yes_no", "choice"):
            return ""
        if isinstance(value, dict):
            if "signed_by" in value:
                return self.paper.names.get(value["signed_by"], value["signed_by"])
            return str(value.get("value", ""))
        if isinstance(value, list):
            if one.type == "file" and all("/" in name for name in value):
                return "\n".join(f"{name.split('/', 2)[2]} ({name[:12]}…)" for name in value)
            return f"{len(value)} {WORDS[self.lang]['file']}"
        return self.paper.names.get(value, value) if one.type == "person" else str(value)

    def _mark(self, stands: FieldState) -> str:
        words = WORDS[self.lang]
        if "stale" in stands.problems:
            return words["stale"]
        if stands.verdict not in ("none", "within"):
            return f"{words['outside']} {words[stands.verdict]}"
        return words["wrong"] if [one for one in stands.problems if one != "required"] else ""

    def _limits(self, one: Field) -> list[str]:
        if one.type not in MEASURED:
            return [one.meaning[self.lang]] if one.meaning else []
        words = WORDS[self.lang]
        ranges = [f"{words[name]} {_range(limit)}" for name, limit in one.limits.items()]
        calculated = [f"{words['calculated']}: {one.expression}"] if one.expression and not self.filled else []
        return [*(["; ".join(ranges)] if ranges else []), *calculated]


def moment(text: str) -> str:
    """A time of the log for a page: UTC, to the minute."""
    return f"{text[:10]} {text[11:16]} UTC"


def _range(limit: Range) -> str:
    if limit.low is None:
        return f"≤ {limit.high}"
    return f"≥ {limit.low}" if limit.high is None else f"{limit.low} – {limit.high}"
