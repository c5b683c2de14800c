"""The process in which the Automerge core runs, so that its panics, aborts and loops end a child and nothing else.

Standard input: changes one after the other, in an order in which each follows what it depends on. Standard output: the
same document, compact. Arguments: memory limit in MiB, processor limit in seconds, number of changes. Run by path and
without imports of our own, so that it starts fast and in any installation.
"""

import resource
import sys

REFUSED = 3
"""Exit status when the core refuses the changes or leaves some out."""


def main() -> int:
    memory, seconds, count = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory << 20, memory << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from automerge.core import Document

    document = Document.load(sys.stdin.buffer.read())
    if len(document.get_changes([])) != count:
        return REFUSED
    sys.stdout.buffer.write(document.save())
    return 0


if __name__ == "__main__":
    sys.exit(main())
