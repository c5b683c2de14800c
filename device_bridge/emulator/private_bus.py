"""A throw-away D-Bus daemon: the bridge's bleak takes it for the system bus, by DBUS_SYSTEM_BUS_ADDRESS alone."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

START_SECONDS = 10.0
_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path={socket}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
<allow own="*"/><allow user="*"/></policy></busconfig>"""


@contextlib.asynccontextmanager
async def private_bus() -> AsyncIterator[str]:
    """The address of a bus that lives as long as the block; FileNotFoundError without dbus-daemon."""
    with tempfile.TemporaryDirectory(prefix="pestle-bus-") as folder:
        config, log = Path(folder, "bus.conf"), Path(folder, "log")
        config.write_text(_CONFIG.format(socket=Path(folder, "socket")), "utf-8")
        with log.open("wb") as errors:
            daemon = await asyncio.create_subprocess_exec(
                *("setpriv", "--pdeathsig", "TERM"),  # no bus is left behind when this process is killed
                *("dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile", "--print-address=1"),
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        try:
            yield await _address(daemon, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                daemon.terminate()
            await daemon.wait()


async def _address(daemon: asyncio.subprocess.Process, log: Path) -> str:
    assert daemon.stdout is not None
    async with asyncio.timeout(START_SECONDS):
        line = await daemon.stdout.readline()
    if not line:
        raise FileNotFoundError(f"dbus-daemon did not start (package dbus): {log.read_text('utf-8', 'replace')}")
    return line.decode().strip()
