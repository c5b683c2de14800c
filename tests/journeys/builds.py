"""A plant whose server and app lie in a folder of their own, as in the image, so that another build can be deployed."""

import hashlib
import json
import re
import shutil
from pathlib import Path

from support import ROOT

_SCHEMA = re.compile(r'const SCHEMA = "(\d+)";')


def install(folder: Path) -> Path:
    """Server and app, copied from the checkout; the folder to serve from."""
    root = folder / "installed"
    for name in ("server", "sync", "pwa/dist"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def deploy(root: Path, number: int, schema: int | None = None) -> str:
    """Put another build in the place of the one there is: another script, so another page and service worker.

    Returns how the page names the build. `schema` is another form of keeping records than the build before had."""
    dist = root / "pwa" / "dist"
    page = (dist / "index.html").read_text("utf-8")
    [script] = re.findall(r'src="(/assets/index-[^"]+\.js)"', page)
    code = (dist / script.lstrip("/")).read_text("utf-8") + f"\n/* build {number} */\n"
    another = f"/assets/index-build{number}.js"
    app = f"0.0.{number}+{hashlib.sha256(code.encode()).hexdigest()[:16]}"
    page = re.sub(r'(name="pestle-app" content=")[^"]*', rf"\g<1>{app}", page.replace(script, another))
    _write(dist / another.lstrip("/"), code)
    for chunk in (dist / "assets").glob("*.js"):
        text = chunk.read_text("utf-8")
        if Path(script).name in text:
            _write(chunk, text.replace(Path(script).name, Path(another).name))
    _write(dist / "index.html", page)
    _write(dist / "sw.js", _worker((dist / "sw.js").read_text("utf-8"), app, script, another, schema))
    return app


def _worker(source: str, app: str, script: str, another: str, schema: int | None) -> str:
    source = re.sub(r'const BUILD = "[^"]*"', f"const BUILD = {json.dumps(app)}", source.replace(script, another))
    found = _SCHEMA.search(source)
    assert found, "the service worker tells no schema"
    return source if schema is None else source.replace(found[0], f'const SCHEMA = "{schema}";')


def schema_of(root: Path) -> int:
    found = _SCHEMA.search((root / "pwa" / "dist" / "sw.js").read_text("utf-8"))
    assert found, "the service worker tells no schema"
    return int(found[1])


def _write(path: Path, text: str) -> None:
    """Without the compressed forms of the build before, which the server would prefer."""
    path.write_text(text, "utf-8")
    for encoded in (".br", ".gz"):
        path.with_name(path.name + encoded).unlink(missing_ok=True)
