#!/bin/sh
# One night: measure the table, judge it beside the baseline, report. Ends with the gate's code, or with
# that of the table where nothing could be measured. For crontab and systemd, which set the variables.
set -eu

evalkit table "$TABLE" --dataset "$DATASET" --weights "$WEIGHTS" --method "ours=$METHOD"

code=0
evalkit gate --baseline "$BASELINE" --junit Reports/gate.xml --html Reports/gate.html \
  --openmetrics Reports/evalkit.prom || code=$?

evalkit report --format html > Reports/table.html
exit "$code"
