"""`pestle up`: what `make run` does: demonstration plant, server, and a bridge with emulated Bluetooth balances."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

from server.commands.demo import print_people
from server.core.config import Config, from_environment
from server.core.errors import PestleError

_START_SECONDS = 60
_BALANCES = (("BAL-07", "1234567"), ("BAL-08", "1234568"))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-cycle", action="store_true", help="the emulated balances stay still until told otherwise")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Until SIGTERM or SIGINT; exit 0 then, 2 when the server ends by itself."""
    config = from_environment()
    _check_port(config.port)
    people, codes = _prepare(config)
    children: list[subprocess.Popen[bytes]] = []
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server = _child(config, "server", [sys.executable, "-m", "server.cli", "serve"])
        children.append(server)
        _wait(config, server)
        children.append(_bridge(config, codes["bridge"], not options.no_cycle))
        answer = {"url": f"http://127.0.0.1:{config.port}", "people": people, "code": codes["tablet"]}
        _print(answer, config, options.json)
        server.wait()
        print(f"the server ended ({server.returncode}): see server.log", file=sys.stderr)
        return 2, {**answer, "ended": server.returncode}
    except KeyboardInterrupt:
        return 0, {"stopped": True}
    finally:
        for child in reversed(children):
            with suppress(ProcessLookupError):
                child.terminate()
        for child in children:
            child.wait(timeout=20)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _prepare(config: Config) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The plant with its people, and fresh enrolment codes, before the server takes the database over."""
    from server.demo.make import is_made, make, people_table
    from server.identity.enrolment import make_code
    from server.plant import check_end, open_plant

    plant = open_plant(config)
    try:
        check_end(plant)
        if not is_made(plant):
            make(plant, False, lambda what: print(f"demonstration plant: {what}", file=sys.stderr, flush=True))
        return people_table(), {role: make_code(plant, role)[0] for role in ("tablet", "bridge")}
    finally:
        plant.close()


def _check_port(port: int) -> None:
    """Before anything is made: a server that runs there already would answer in our stead."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError as error:
            raise PestleError("port_taken", {"port": port}) from error


def _child(config: Config, name: str, command: list[str]) -> "subprocess.Popen[bytes]":
    """A process of its own group, so that Ctrl-C reaches only us, who end it in order; its output goes to a file.

    When we are killed hard, the kernel tells it to end: nothing is left behind that holds port and database.
    """
    with (config.data / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command], stdout=log, stderr=log, start_new_session=True
        )


def _wait(config: Config, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + _START_SECONDS
    while time.monotonic() < end and server.poll() is None:
        if _healthy(config):
            return
        time.sleep(0.1)
    tail = (config.data / "server.log").read_text("utf-8", "replace").splitlines()[-5:]
    print("The server did not start. / 服务器未能启动。", *tail, sep="\n", file=sys.stderr)
    raise SystemExit(2)


def _healthy(config: Config) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{config.port}/healthz", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False


def _bridge(config: Config, code: str, cycle: bool) -> "subprocess.Popen[bytes]":
    from server.demo.environment import SENSORS

    path = config.data / "bridge.toml"
    lines = [f'server = "http://127.0.0.1:{config.port}"', 'data = "bridge"', 'name = "Bridge 2-114 (emulated)"']
    for balance, serial in _BALANCES:
        lines += ["[[balances]]", f'id = "{balance}"', f'serial = "{serial}"']
    for sensor, _, serial in SENSORS:
        lines += ["[[sensors]]", f'id = "{sensor}"', f'serial = "{serial}"']
    path.write_text("\n".join([*lines, "[emulator]", f"cycle = {json.dumps(cycle)}"]) + "\n", "utf-8")
    command = [sys.executable, "-m", "device_bridge", "--config", str(path), "--emulate"]
    enrolled = (config.data / "bridge" / "bridge.json").exists()
    return _child(config, "bridge", command if enrolled else [*command, "--code", code])


def _print(answer: dict[str, Any], config: Config, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False), flush=True)
        return
    print(f"\nPestle 批印 runs at {answer['url']}    data: {_short(config.data)}    logs: server.log, bridge.log")
    print(f"Enrolment code for a tablet (15 minutes): {answer['code']}\n")
    print_people(answer["people"])
    print("\nCtrl-C ends it. / 按 Ctrl-C 结束。", flush=True)


def _short(path: Path) -> str:
    with suppress(ValueError):
        return os.path.relpath(path)
    return str(path)
