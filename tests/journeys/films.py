"""What a fake camera sees: films of codes, written by the app's own test tools."""

import json
import subprocess
from pathlib import Path
from typing import Any

from support import ROOT

# A room's light, a hand that shakes: what the figures are measured with.
AS_SEEN = {"turn": 12, "blur": 1.2, "noise": 12}


def flags(film: Path) -> list[str]:
    """For a browser whose only camera shows the film; it is read anew each time the camera is opened."""
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
    ]


def shoot(film: Path, kind: str, text: str, height: float, **more: Any) -> None:
    """A symbol (`kind` as zxing names it; options after a colon: "DataMatrix:gs1,forceSquare") of that height, as a
    fraction of the picture's, in the place of what the film showed before."""
    name, _, options = kind.partition(":")
    spec = {"file": str(film), "format": name, "options": options, "text": text, "height": height, **AS_SEEN, **more}
    tool = ROOT / "pwa" / "tests" / "scan" / "film.mjs"
    subprocess.run(["node", str(tool), json.dumps(spec)], check=True, cwd=ROOT / "pwa", timeout=120)
