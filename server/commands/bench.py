"""`pestle bench`: measures this machine with the product's own figures; needs a checkout with its tests."""

import argparse
import json
import runpy
import sys
from pathlib import Path
from typing import Any

from server.core.errors import PestleError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = "Measures appends, verification, import and start of the app, as one JSON object."


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Exit 0; PestleError `file_unreadable` outside of a checkout, since an installation brings no measurements."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "tests" / "bench" / "__main__.py").is_file():
        raise PestleError("file_unreadable", {"file": "tests/bench"})
    sys.path.insert(0, str(root / "tests"))
    figures: dict[str, Any] = runpy.run_path(str(root / "tests" / "bench" / "__main__.py"))["figures"]()
    if not options.json:
        print(json.dumps(figures, indent=2))
    return 0, figures
