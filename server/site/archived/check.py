"""Checks this archive without the system that made it: every file against the list, the log, and each dossier.

    python3 -m venv checker && checker/bin/pip install cryptography orjson asn1crypto pyhanko pypdf
    checker/bin/python verifier/check.py [POLICY]

POLICY is a file with the keys that you trust, got another way than with this archive; without it the one beside the log
is used, which only shows that the archive agrees with itself.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

# It lies beside this file in an archive, which Python has to be told before.
from sync.trust import Policy  # noqa: E402
from sync.verify.archive import verify_archive  # noqa: E402


def main(arguments: list[str]) -> int:
    """Exit 0 when all is right, 1 when it is not; what was found as JSON."""
    trusted = Policy.parse(Path(arguments[0]).read_bytes()) if arguments else None
    result = verify_archive(HERE.parent, trusted=trusted, full=True)
    print(json.dumps(result.as_dict(), indent=1))
    return 0 if result.ok else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
