#!/bin/sh
# Eight shards on the machines of a file, by GNU parallel; each resumes where it was ended.
set -eu

export EVALKIT_SHARDS=8
parallel -N0 --sshloginfile "$MACHINES" --workdir "$PWD" \
  --env EVALKIT_SHARDS --env TABLE --env DATASET --env WEIGHTS --env METHOD \
  'evalkit table "$TABLE" --dataset "$DATASET" --weights "$WEIGHTS" --method "ours=$METHOD" --shard env' \
  ::: 1 2 3 4 5 6 7 8

evalkit merge Results
