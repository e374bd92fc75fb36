#!/usr/bin/env bash
# Puts everything that is installed below a prefix: the program, manual pages, completions and licenses.
#
#   Tools/stage.sh EVALKIT PREFIX
set -euo pipefail
evalkit=$1 prefix=$2
share=$prefix/share
install -d "$prefix/bin" "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" \
  "$share/fish/vendor_completions.d" "$share/doc/evalkit"
install -m 755 "$evalkit" "$prefix/bin/evalkit"
"$evalkit" reference --man "$share/man/man1"
"$evalkit" --generate-completion-script bash >"$share/bash-completion/completions/evalkit"
"$evalkit" --generate-completion-script zsh >"$share/zsh/site-functions/_evalkit"
"$evalkit" --generate-completion-script fish >"$share/fish/vendor_completions.d/evalkit.fish"
install -m 644 LICENSE THIRD_PARTY_NOTICES.md README.md CHANGELOG.md "$share/doc/evalkit"
