#!/usr/bin/env bash
# Makes sure that the C libraries evalkit links are there; installs Debian's packages where it may.
set -euo pipefail

packages=(libopenblas-dev libpng-dev libjpeg-dev libsqlite3-dev libssl-dev zlib1g-dev pkg-config curl)
libraries=(openblas libcrypto libpng libjpeg sqlite3 zlib)

say() { printf 'setup: %s\n' "$*" >&2; }

if ! command -v swift >/dev/null; then
  say "Swift is missing; evalkit needs Swift 6.3 or later (see https://www.swift.org/install)."
  exit 1
fi
if command -v curl >/dev/null && command -v pkg-config >/dev/null && pkg-config --exists "${libraries[@]}"; then
  exit 0
fi
if ! command -v apt-get >/dev/null; then
  say "curl or some of ${libraries[*]} are missing and this system has no apt-get;" \
    "install what corresponds to Debian's ${packages[*]}."
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo -n)
  else
    say "curl or some of ${libraries[*]} are missing and this user may not install them;" \
      "ask for: apt-get install ${packages[*]}"
    exit 1
  fi
fi

say "installing ${packages[*]}"
log=$(mktemp)
if ! { "${as_root[@]}" apt-get update && DEBIAN_FRONTEND=noninteractive \
  "${as_root[@]}" apt-get install -y --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  say "apt-get could not install them; the last lines above say why."
  exit 1
fi
rm -f "$log"
