"""Starts the emulated balances as a process beside the daemon, and points this process's bleak at them."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from device_bridge.errors import BridgeStopped
from device_bridge.journal import say


@contextlib.contextmanager
def emulated(config: Path) -> Iterator[dict[str, Any]]:
    """What the emulator printed at its start: `bus` and `control_port`. It ends with the block, or with us."""
    # setpriv has the kernel end the emulator when this process is killed, so that no radio is left behind.
    emulator = [sys.executable, "-m", "device_bridge.emulator", "--config", str(config)]
    command = ["setpriv", "--pdeathsig", "TERM", *emulator]
    try:
        started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    except OSError as error:
        raise BridgeStopped("emulator_failed", str(error)) from error
    with started as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            if not line:
                raise BridgeStopped("emulator_failed", f"it ended with {child.wait()}")
            ready: dict[str, Any] = json.loads(line)
            os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = ready["bus"]
            say("emulator_started", **ready)
            yield ready
        finally:
            child.terminate()
