#!/usr/bin/env bash
# Prints the commit that a build is of, as `evalkit --version` tells it: seven digits, and a + where what is compiled
# differs from it. Prints nothing where there is no repository of evalkit's own, as in a source archive.
set -uo pipefail
cd "$(dirname "$0")/.."
[ -e .git ] || exit 0
commit=$(git rev-parse --short=7 HEAD 2>/dev/null) || exit 0
changes=$(git status --porcelain -- Package.swift Sources 2>/dev/null) || exit 0
echo "$commit${changes:++}"
