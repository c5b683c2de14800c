"""The process in which the Automerge core runs, so that its panics, aborts and loops end a child and nothing else.

Standard input: changes one after the other, in an order in which each follows what it depends on. Standard output: the
same document, compact. Arguments: memory limit in MiB, processor limit in seconds, number of changes. Run by path and
without imports of our own, so that it starts fast and in any installation.
"""

import resource
import sys

REFUSED = 3
"""Exit status when the core leaves out some of the changes (it raises, status 1, when it refuses them)."""


def main() -> int:
    memory, seconds, count = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from automerge.core import Document

    document = Document.load(sys.stdin.buffer.read())
    saved: bytes = document.save()
    # The core loads some changes that it then saves wrongly: only what loads again is good for a client.
    if any(len(one.get_changes([])) != count for one in (document, Document.load(saved))):
        return REFUSED
    sys.stdout.buffer.write(saved)
    return 0


if __name__ == "__main__":
    sys.exit(main())
