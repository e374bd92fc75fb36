#!/usr/bin/env bash
# Table 1 of the first paper on real faces and the weights beside them, with the built-in anchors as rows.
# The report shows faces that may not be published, so it lies in Results, which git ignores.
set -euo pipefail

evalkit=$1
fixtures=$2

if [ ! -d "$fixtures/faces/images" ] || [ ! -d "$fixtures/weights" ]; then
  cat >&2 <<EOF
table1-real: there is nothing to measure on this machine yet.
  missing: faces and weights in $fixtures (folders faces/images, faces/masks and weights)
  instead: measure your own data, for example
    $evalkit table1 --dataset celebamask-hq:DIR --weights published:DIR --method ours=folder:DIR
  where the weights folder holds the files that '$evalkit weights list' names.
EOF
  exit 1
fi

manifest=Protocols/weights/fixtures.yaml
if [ "$(realpath "$fixtures")" != "$(realpath -m Protocols/weights/../../../shared/fixtures)" ]; then
  mkdir -p Results
  sed "s|^directory:.*|directory: $(realpath "$fixtures")/weights|" "$manifest" >Results/fixtures.yaml
  manifest=Results/fixtures.yaml
fi

echo "table1-real: measuring the 200 real faces in $fixtures; the notes above the table say with what" >&2
exec "$evalkit" table1 --dataset "folder:$fixtures/faces" --pairs 200 --weights "$manifest" \
  --reports Results/table1-real
