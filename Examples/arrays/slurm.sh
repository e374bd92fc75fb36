#!/bin/sh
# An array of eight tasks, one a shard: sbatch Examples/arrays/slurm.sh, and when all have ended
# evalkit merge Results. A task that was ended resumes when it runs again: sbatch --array=5 does shard 5.
#SBATCH --job-name=evalkit
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=8G
#SBATCH --time=01:00:00
#SBATCH --requeue
#SBATCH --output=evalkit-%A-%a.log
set -eu

# The number of shards, also for tasks that run again by themselves.
export EVALKIT_SHARDS=8

evalkit table "$TABLE" --dataset "$DATASET" --weights "$WEIGHTS" --method "ours=$METHOD" \
  --shard env --jobs "${SLURM_CPUS_PER_TASK:-1}" --results Results
