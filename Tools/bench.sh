#!/usr/bin/env bash
# Measures evalkit beside PyTorch and writes Reports/speed.md.
#
#   Tools/bench.sh EVALKIT FIXTURES [networks|job|report …]     all three unless named
#
# EVALKIT_BENCH_PYTHON   a Python with torch, torchvision, pytorch-fid, lpips and pytorch-msssim; without
#                        it one is set up outside the tree, from PyPI, and kept
# BENCH_SECONDS          time to spend on each number (2)
# BENCH_COUNT            faces on each side of the whole job (2000)
# BENCH_NETWORKS         names of networks, or all; those with a floor unless given
# BENCH_CHECKOUTS        a folder of official repositories, whose U-Nets PyTorch is timed with
set -euo pipefail

evalkit=$1
fixtures=$2
shift 2
tools=$(dirname "$0")
results=Results/bench
steps=("$@")
[ ${#steps[@]} -gt 0 ] || steps=(networks job report)

say() { printf 'bench: %s\n' "$*" >&2; }

python=${EVALKIT_BENCH_PYTHON:-}
if [ -z "$python" ]; then
  environment=${XDG_CACHE_HOME:-$HOME/.cache}/evalkit/bench-venv
  python=$environment/bin/python
  if [ ! -e "$environment/complete" ]; then
    say "setting up PyTorch in $environment (several GB, once)"
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$python" -m pip install --quiet --disable-pip-version-check \
      torch torchvision numpy scipy pillow pytorch-fid lpips pytorch-msssim
    touch "$environment/complete"
  fi
fi

for step in "${steps[@]}"; do
  case $step in
    networks)
      # Without quotes: several names are several words.
      # shellcheck disable=SC2086
      "$python" "$tools/bench_run.py" --evalkit "$evalkit" --python "$python" --output "$results" \
        --seconds "${BENCH_SECONDS:-2}" --fixtures "$fixtures" \
        ${BENCH_CHECKOUTS:+--checkouts "$BENCH_CHECKOUTS"} ${BENCH_NETWORKS:-}
      ;;
    job)
      if [ ! -d "$fixtures/faces" ]; then
        say "the whole job is left out: there are no faces and weights in $fixtures"
        continue
      fi
      mkdir -p "$results"
      "$python" "$tools/bench_job.py" --evalkit "$evalkit" --fixtures "$fixtures" \
        --output "$results/job.json" --count "${BENCH_COUNT:-2000}"
      ;;
    report)
      "$python" "$tools/bench_report.py" --input "$results" --output Reports/speed.md
      say "wrote Reports/speed.md"
      ;;
    *)
      say "unknown step '$step'; there are networks, job and report"
      exit 64
      ;;
  esac
done
