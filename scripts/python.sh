#!/bin/sh
# Prints a Python that Pestle runs on: 3.11 or 3.12, since the automerge wheel has no newer.
for candidate in "${PYTHON:-}" python3.12 python3.11 python3; do
  [ -n "$candidate" ] || continue
  if "$candidate" -c 'import sys; raise SystemExit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' 2>/dev/null; then
    echo "$candidate"
    exit 0
  fi
done
echo "Pestle needs Python 3.11 or 3.12 (set PYTHON to one)." >&2
exit 2
