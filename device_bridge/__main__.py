"""`python -m device_bridge`: the daemon, and with --emulate the emulated balances beside it."""

import argparse
import asyncio
import contextlib
import sys
from dataclasses import replace
from pathlib import Path

from device_bridge import config, daemon
from device_bridge.emulator.child import emulated
from device_bridge.errors import BridgeStopped
from device_bridge.journal import say


def main() -> int:
    """Exit 0 when asked to end, 2 when it cannot go on."""
    options = _parser().parse_args()
    try:
        settings = config.load(options.config)
        settings = replace(settings, server=options.server or settings.server, code=options.code or settings.code)
        with emulated(options.config) if options.emulate else contextlib.nullcontext():
            asyncio.run(daemon.run(settings))
    except BridgeStopped as stopped:
        text = stopped.text
        say("bridge_stopped", "error", code=stopped.code, detail=stopped.detail)
        for part in (text.what, text.kept, text.next):
            print(" ".join(part), file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("device_bridge", description="Bring the readings of balances into the log.")
    parser.add_argument("--config", type=Path, default=Path("bridge.toml"), help="the configuration (bridge.toml)")
    parser.add_argument("--emulate", action="store_true", help="start emulated balances for all that are configured")
    parser.add_argument("--server", help="the server's address, instead of the configuration's")
    parser.add_argument("--code", help="enrolment code, needed on the first start")
    return parser


if __name__ == "__main__":
    sys.exit(main())
