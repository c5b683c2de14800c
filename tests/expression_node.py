"""The app's own expression engine in a process of Node, for tests and figures that hold it beside the server's."""

import json
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from support import ROOT

Ask = Callable[[dict[str, Any]], Any]


@contextmanager
def node() -> Iterator[Ask]:
    """Asks tests/expression_node.mjs one thing after the other."""
    # Beside the packages that it imports, which Node looks for from where the script lies.
    file = ROOT / "pwa" / "node_modules" / ".pestle-expression-node.mjs"
    file.write_bytes((ROOT / "tests" / "expression_node.mjs").read_bytes())
    command = ["node", str(file)]
    with subprocess.Popen(
        command, cwd=ROOT / "pwa", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        out, into = process.stdout, process.stdin
        assert out.readline() == "ready\n"

        def ask(what: dict[str, Any]) -> Any:
            into.write(json.dumps(what) + "\n")
            into.flush()
            return json.loads(out.readline())

        try:
            yield ask
        finally:
            into.close()
            process.wait(20)
