#!/usr/bin/env bash
# A table in eight shards on a Slurm cluster of two nodes, with a shard out of memory, one on a full disk, a node that is
# killed and tasks that are preempted; then by "evalkit slurm", cancelled in the middle. In the end the joined runs must
# hold the numbers of one process, bit for bit.
# usage: slurm_test.sh EVALKIT [PAIRS]   (needs Debian's slurmctld, slurmd, slurm-client, munge, sqlite3, and root)
set -euo pipefail
cd "$(dirname "$0")/.."
tools=$PWD/Tools
example=$PWD/Examples/arrays/slurm.sh
evalkit=$(realpath "$1")
pairs=${2:-96}
metrics=fid,kid,lpips-alex,ssim,id,accuracy
folder=$(mktemp -d)
box=$folder/box
export SLURM_CONF=$box/slurm.conf PATH="$(dirname "$evalkit"):$PATH"
export TABLE=ddgi.table1 DATASET=synthetic WEIGHTS=compact METHOD=builtin:denoise

finish() {
  "$tools/slurm_cluster.sh" stop "$box" 2> /dev/null || true
  umount "$folder/small" 2> /dev/null || true
}
trap finish EXIT

say() { echo "$(date +%T) $*"; }

fail() {
  say "FAILED: $*"
  squeue --all || true
  tail -n 5 "$folder"/job/*.log 2> /dev/null || true
  echo "what is left is in $folder"
  exit 1
}

state() { scontrol show job "$1" --oneliner | grep -o ' JobState=[A-Z_]*' | cut -d= -f2 | sort -u | xargs; }

# Waits until no task of a job waits or runs.
settle() {
  for _ in $(seq 120); do
    squeue -h -j "$1" 2> /dev/null | grep -q . || return 0
    sleep 1
  done
  fail "job $1 does not end"
}

# Waits until so many shards have stored a pair each, and none has stored all.
wait_for_pairs() {
  local shards
  for _ in $(seq 300); do
    shards=0
    for file in Results/evalkit-shard-*.sqlite; do
      [ -e "$file" ] && [ "$(sqlite3 "file:$file?mode=ro" "SELECT count(*) FROM pair" 2> /dev/null || echo 0)" -gt 0 ] \
        && shards=$((shards + 1))
    done
    [ "$shards" -ge "$1" ] && return 0
    sleep 0.5
  done
  fail "no shard stores anything"
}

scores() {
  sqlite3 "file:$1/evalkit.sqlite?mode=ro" \
    "SELECT method, image, metric, printf('%!.17g', value) FROM scores_per_image ORDER BY 1, 2, 3;
     SELECT method, metric, n, printf('%!.17g', value) FROM scores ORDER BY 1, 2;"
}

mkdir -p "$folder/job" "$folder/small"
cd "$folder/job"
sed -e "s/--shard env/--pairs $pairs --metrics $metrics --quiet --shard env/" \
  -e 's/--cpus-per-task=4/--cpus-per-task=1/' -e 's/--mem=8G/--mem=2G/' "$example" > job.sh

say "one process measures $pairs pairs"
"$evalkit" table "$TABLE" --dataset "$DATASET" --weights "$WEIGHTS" --method "ours=$METHOD" \
  --pairs "$pairs" --metrics "$metrics" --quiet --results whole > /dev/null

"$tools/slurm_cluster.sh" start "$box"
say "the cluster has $(sinfo -h -N -p night -o %N | xargs)"

job=$(sbatch --parsable --array=3 --no-requeue --mem=60M job.sh)
settle "$job"
say "shard 3 with 60 MB of memory: $(state "$job")"
[ "$(state "$job")" != COMPLETED ] || fail "60 MB should not be enough"

mount -t tmpfs -o size=256k tmpfs "$folder/small"
job=$(sbatch --parsable --array=5 --no-requeue <(sed "s,--results Results,--results $folder/small," job.sh))
settle "$job"
say "shard 5 on a full disk: $(state "$job"), $(tail -n 1 "evalkit-${job}-5.log")"
[ "$(state "$job")" != COMPLETED ] || fail "256 kB should not be enough"

requeued() { scontrol show job "$job" --oneliner | grep -c ' Restarts=[1-9]' || true; }

# Waits until a node runs tasks of the array.
wait_for_tasks() {
  for _ in $(seq 120); do
    [ -z "$(squeue -h -r -j "$job" -w "$1" -t running)" ] || return 0
    sleep 0.5
  done
  fail "nothing runs on $1"
}

job=$(sbatch --parsable job.sh)
wait_for_pairs 2
say "the array runs: $(squeue -h -r -j "$job" -o '%K on %N' -t running | sort | paste -sd, -)"
urgent=$(sbatch --parsable --partition=urgent --nodes=2 --exclusive --output=urgent.log --wrap 'sleep 2')
settle "$urgent"
say "an urgent job on both nodes: $(state "$urgent"); $(requeued) tasks gave way and wait again"
[ "$(requeued)" -gt 0 ] || fail "nothing was preempted"

wait_for_tasks n2
sleep 2
say "node n2 is killed: $(squeue -h -r -j "$job" -w n2 -o 'shard %K' -t running | sort | paste -sd, -) ran there"
"$tools/slurm_cluster.sh" kill-node "$box" n2
for _ in $(seq 60); do
  ! sinfo -h -N -n n2 -p night -o %t | grep -q down || break
  sleep 1
done
say "Slurm finds n2 $(sinfo -h -N -n n2 -p night -o %t); $(requeued) tasks were started again by now"
"$tools/slurm_cluster.sh" start-node "$box" n2
settle "$job"
say "the array: $(state "$job")"
[ "$(state "$job")" = COMPLETED ] || fail "not all shards ended well"

"$evalkit" merge Results --quiet > /dev/null
[ "$(scores Results)" = "$(scores whole)" ] || {
  diff <(scores whole) <(scores Results) | head
  fail "the joined run has other numbers"
}
say "equal, bit for bit: $(scores Results | wc -l) scores of $pairs pairs"

# Waits until "evalkit slurm status" says that shards do something.
until_status() {
  for _ in $(seq 300); do
    ! "$evalkit" slurm status night | tail -n 1 | grep -q "$1" || return 0
    sleep 0.5
  done
  fail "the job does not get to: $1"
}

mkdir "$folder/job/submitted"
cd "$folder/job/submitted"
say "evalkit slurm: $("$evalkit" slurm submit --shards 4 --cpus 1 --memory 2G --scratch "$folder/node" night \
  table "$TABLE" --dataset "$DATASET" --weights "$WEIGHTS" --method "ours=$METHOD" --pairs "$pairs" \
  --metrics "$metrics" --quiet)"
until_status '4 running'
sleep 4
say "$("$evalkit" slurm cancel night)"
until_status '4 stopped'
say "in the middle: $("$evalkit" slurm status night | tail -n 1)"
say "again: $("$evalkit" slurm submit night)"
until_status 'merge: ended'
say "$("$evalkit" slurm status night | tail -n 1)"
"$evalkit" slurm collect night --quiet > /dev/null
[ "$(scores Results)" = "$(scores ../whole)" ] || fail "the collected run has other numbers"
say "equal, bit for bit"
rm -r "$folder/job"
