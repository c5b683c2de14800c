"""`pestle serve`: the plant on PORT, in one gunicorn worker whose threads mostly wait on tablets' sockets."""

import argparse
import os
import resource
import sys
from typing import Any

from server.core.config import from_environment
from server.handheld.hub.limits import MOST_SOCKETS

# A tablet's socket keeps a thread, and the hub turns away those beyond its own number: the rest is for requests, which
# never wait for sockets. A thread is made when it is needed, so a site with ten tablets does not pay for a thousand.
THREADS = MOST_SOCKETS + 200
# glibc keeps what a thread has freed for that thread alone: with a thousand of them 20 to 40 MB that nobody can use.
_TUNABLES, _ALLOCATOR = "GLIBC_TUNABLES", "glibc.malloc.tcache_count=0"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bind", default="0.0.0.0", metavar="ADDRESS", help="where to listen (0.0.0.0)")


def run(options: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    """Serves until SIGTERM or SIGINT; gunicorn ends the process itself. PestleError when the site cannot be opened."""
    _begin_thrifty()
    _allow_files()
    # Only now: it would be read twice.
    from server.commands.gunicorn import Site
    from server.commands.opened import opened
    from server.plant import check_end
    from server.site import upgrade

    config = from_environment()
    # Before gunicorn, which would show a wrong key or a damaged log as a crash of its worker.
    with opened() as plant:
        check_end(plant)
        upgrade.state(plant)
    print(f"Pestle 批印: http://127.0.0.1:{config.port}", file=sys.stderr, flush=True)
    Site(config, f"{options.bind}:{config.port}", THREADS).run()
    return 0, {"port": config.port}


def _begin_thrifty() -> None:
    """Start this process once more, with an allocator that suits many threads: glibc reads its settings only then.
    Settings that somebody has made are left alone."""
    if sys.platform == "linux" and _TUNABLES not in os.environ:
        os.environ[_TUNABLES] = _ALLOCATOR
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _allow_files() -> None:
    """Each socket takes two descriptors, and many systems allow 1,024 to whoever does not ask for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * THREADS if hard == resource.RLIM_INFINITY else min(4 * THREADS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
