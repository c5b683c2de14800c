#!/bin/sh
# Installs the Debian packages Pestle needs, and only those that are missing. Called by make; $1 is "run" or "test".
set -eu
need=""
want() { # command or file that shows the package is there, package
  if [ "${1#/}" != "$1" ]; then [ -e "$1" ] || need="$need $2"; else command -v "$1" >/dev/null 2>&1 || need="$need $2"; fi
}
want dbus-daemon dbus
want /usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc fonts-noto-cjk
if ! python3 -c 'import ensurepip, venv' >/dev/null 2>&1; then need="$need python3-venv"; fi
want node nodejs
want npm npm
if [ "${1:-run}" = test ]; then
  want /usr/bin/chromium chromium
  want /usr/bin/firefox-esr firefox-esr
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || need="$need postgresql"
fi
[ -z "$need" ] && exit 0
echo "Pestle needs these Debian packages:$need" >&2
if [ "$(id -u)" = 0 ]; then as=""
elif command -v sudo >/dev/null 2>&1; then as="sudo"
else
  echo "Neither root nor sudo here. Ask an administrator to run:  apt-get install$need" >&2
  exit 2
fi
$as apt-get update -qq
# PostgreSQL's package would start a cluster of its own; the tests start theirs.
# shellcheck disable=SC2086
$as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $need >/dev/null
