#!/usr/bin/env bash
# Takes what `evalkit train` wrote into the tree: weights into the program, cards and loss curves into Reports.
set -euo pipefail
cd "$(dirname "$0")/.."
trained=$1
weights=Sources/System/CEmbeddedFiles/weights
mkdir -p Reports/networks
cp "$trained"/compact-*.safetensors "$weights/"
cp "$trained"/compact-*.md "$trained"/compact-*.svg Reports/networks/
# Cards of networks that make pictures show some.
find "$trained" -maxdepth 1 -name "compact-*.png" -exec cp {} Reports/networks/ \;
Tools/embed_files.sh
echo "the program's weights are now those of $trained; 'make canary' records what they say" >&2
