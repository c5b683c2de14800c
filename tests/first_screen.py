"""What the operator's first screen weighs as it goes over the wire: its JavaScript in brotli, from the built app."""

import re
from pathlib import Path

from support import ROOT

DIST = ROOT / "pwa" / "dist"
# JavaScript of sign-in, frame and home in one language, without Automerge's WebAssembly (issue 5).
MOST_BYTES = 90_000
_STATIC = re.compile(r'(?:\bfrom|\bimport)\s*"\./([^"]+\.js)"')
_LATER = re.compile(r"import\([\"'`]\./([^\"'`]+\.js)[\"'`]\)")
_WORKER = re.compile(r"journal\.worker-[\w-]+\.js")


def parts(dist: Path = DIST) -> dict[str, int]:
    """Bytes of each script that must be there before the first screen stands: the first one, all that it imports, the
    heavier of the two dictionaries, and the worker that keeps the journal."""
    assets = dist / "assets"
    found: set[str] = set()

    def take(name: str) -> None:
        if name not in found:
            found.add(name)
            for other in _STATIC.findall((assets / name).read_text("utf-8")):
                take(other)

    for name in re.findall(r'src="/assets/([^"]+\.js)"', (dist / "index.html").read_text("utf-8")):
        take(name)
    code = "".join((assets / name).read_text("utf-8") for name in found)
    spoken = [_closed(assets, name) for name in _LATER.findall(code) if name.startswith("first.")]
    assert len(spoken) == 2, "one dictionary of the first screen for each language"
    found |= max(spoken, key=lambda names: sum(_bytes(assets / name) for name in names))
    found |= set(_WORKER.findall(code))
    return {name: _bytes(assets / name) for name in sorted(found)}


def _closed(assets: Path, name: str) -> set[str]:
    return {name, *_STATIC.findall((assets / name).read_text("utf-8"))}


def _bytes(script: Path) -> int:
    return script.with_name(f"{script.name}.br").stat().st_size


def weight() -> int:
    return sum(parts().values())
