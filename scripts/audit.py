"""Asks for known vulnerabilities of the Python and JavaScript packages that are installed; `make check` runs it.

A vulnerability fails. Where a service of advisories cannot be reached the answer is not known: that is said loudly and
does not fail, since a plant builds without the internet too.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIP = [sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--progress-spinner=off", "--format=json"]
NPM = ["npm", "audit", "--json"]
SECONDS = 120
FOUND = 1


def audit_python(service: str | None = None) -> list[str] | None:
    """A line for each vulnerability that the database of advisories (OSV) knows; None: it could not be asked."""
    command = [*PIP, "--vulnerability-service=osv", *(["--osv-url", service] if service else [])]
    found = _answer(command)
    if not isinstance(found, dict) or not found.get("dependencies"):
        return None
    known = [package for package in found["dependencies"] if "skip_reason" not in package]
    if not known:
        return None
    return [f"{one['name']} {one['version']}: {vulnerability['id']}" for one in known for vulnerability in one["vulns"]]


def audit_javascript(registry: str | None = None) -> list[str] | None:
    """As for Python, of the registry that npm uses."""
    found = _answer([*NPM, *(["--registry", registry] if registry else [])], ROOT / "pwa")
    if not isinstance(found, dict) or "vulnerabilities" not in found:
        return None
    return [f"{name} {one['range']}: {one['severity']}" for name, one in sorted(found["vulnerabilities"].items())]


def report(results: dict[str, list[str] | None]) -> int:
    """The exit status of the whole, after saying what was found."""
    for what, found in results.items():
        if found is None:
            print(f"audit: {what} NOT AUDITED, no service of advisories answers here", file=sys.stderr)
        else:
            print(f"audit: {what}: {len(found)} known vulnerabilities", *found, sep="\n  ", file=sys.stderr)
    return FOUND if any(results.values()) else 0


def _answer(command: list[str], folder: Path = ROOT) -> object:
    """What it prints as JSON, whatever its exit status; None for nothing of the kind."""
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=SECONDS, env=os.environ, check=False)
        return json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


if __name__ == "__main__":
    sys.exit(report({"Python": audit_python(), "JavaScript": audit_javascript()}))
