"""The report of a simulation as somebody files it: who, when, which software, which script, and what became of it."""

import getpass
import json
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from server.core import clock
from server.core.errors import PestleError
from server.simulate import script

FORMAT = "pestle/simulation/v1"


def begin(name: str, steps: Sequence[Mapping[str, Any]], seed: int) -> dict[str, Any]:
    """What can be said before: the script by its digest and whole, by whom it is run, from which machine."""
    return {
        "format": FORMAT,
        "script": name,
        "script_sha256": script.digest(steps),
        "steps": list(steps),
        "seed": seed,
        "run_by": getpass.getuser(),
        "run_on": platform.node(),
        "run_with": f"pestle {version('pestle')}, Python {platform.python_version()}",
        "began_at": clock.text(datetime.now(UTC)),
    }


def end() -> dict[str, Any]:
    return {"ended_at": clock.text(datetime.now(UTC))}


def check_place(report: Path) -> None:
    """Asked before the work, not after it: PestleError `file_exists`, or `file_unreadable` where there is no folder."""
    for file in _files(report):
        if file.exists() or not file.parent.is_dir():
            raise PestleError("file_exists" if file.exists() else "file_unreadable", {"file": str(file)})


def write(report: Path, answer: Mapping[str, Any]) -> None:
    """The same twice: for programs, and to be read and signed."""
    data, readable = _files(report)
    data.write_text(json.dumps(answer, ensure_ascii=False, indent=1) + "\n", "utf-8")
    readable.write_text(text(answer) + "\n", "utf-8")


def _files(report: Path) -> tuple[Path, Path]:
    return report.with_name(report.name + ".json"), report.with_name(report.name + ".txt")


def text(answer: Mapping[str, Any]) -> str:
    """In both languages."""
    log, acknowledged, requests = answer["log"], answer["first_acknowledgement_ms"], answer["requests_ms"]
    verdict = "全部承诺均已兑现 / all promises were kept" if answer["ok"] else "有承诺未兑现 / PROMISES WERE BROKEN"
    rows = [
        ("结论 / result", verdict),
        ("站点 / site", f"{answer['site']}, Pestle {answer['version']}"),
        ("执行 / run by", f"{answer['run_by']} @ {answer['run_on']}, {answer['run_with']}"),
        ("登录 / signed in as", f"{answer['login']} ({answer['person']})"),
        ("时间 / time (UTC)", f"{answer['began_at']} – {answer['ended_at']}"),
        ("脚本 / script", f"{answer['script']}, SHA-256 {answer['script_sha256']}, seed {answer['seed']}"),
        ("批次 / batches", ", ".join(answer["batches"])),
        ("平板与记录 / tablets, entries", f"{answer['tablets']}, {answer['entries']}"),
        (
            "经历 / lived through",
            f"{answer['connections']} connections, {answer['deaths']} deaths, {answer['restores']} disks set back, "
            f"{answer['taken_back']} leases taken back, {answer['kills']} kills of the server, "
            f"{answer['sent_again']} entries sent again, {answer['collided']} collided",
        ),
        ("被拒 / turned away", json.dumps(answer["turned_away"])),
        ("首次确认 / first acknowledgement", f"p95 {acknowledged.get('p95')} ms, max {acknowledged.get('max')} ms"),
        ("同时的请求 / requests meanwhile", f"p95 {requests.get('p95')} ms, {requests['failed']} failed"),
        ("日志 / log", f"{log['size']} entries, root {log['root']}"),
    ]
    lines = ["批印离线模拟报告 / Pestle offline simulation", ""]
    lines += [f"{name}: {value}" for name, value in rows]
    lines += ["", "承诺 / promises"]
    for one in answer["promises"]:
        lines.append(f"[{'✓' if one['kept'] else '✗'}] {one['zh']} / {one['en']} ({one['checked']})")
        lines += [f"      {what}" for what in one["broken"]]
    # The one line that is short; the whole note is in the other file.
    lines += ["", "签名的检查点 / signed checkpoint", *log["checkpoint"].splitlines()[:5]]
    return "\n".join(lines)
