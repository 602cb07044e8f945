#!/bin/sh
# SPDX-License-Identifier: MIT
# regress.sh BLOCK_RUN DESIGNS REPORTS TRANSACTIONS SEED JOBS LETTERS
# Every profile over the design in its three sizes. Prints one line of statistics a run, the diagnosis of those that
# failed, and fails if any did.
set -eu
block_run=$1 designs=$2 reports=$3 transactions=$4 seed=$5 jobs=$6 letters=$7
rm -rf "$reports"
mkdir -p "$reports"
# The large design takes the longest: it comes first, so that no core is left alone with it in the end.
for design in mailbox_large mailbox mailbox_small; do
    for letter in $letters; do
        echo "$design $letter $transactions"
    done
done > "$reports/runs.txt"
status=0
# shellcheck disable=SC2016  # the inner shell expands
xargs -P "$jobs" -L 1 sh -c '
    log=$3/$5-$6.txt
    if "$1" "$2/$5/design.so" --profile "$6" --seed "$4" --transactions "$7" > "$log" 2>&1; then
        tail -n 1 "$log"
    else
        cat "$log"
        exit 1
    fi' run "$block_run" "$designs" "$reports" "$seed" < "$reports/runs.txt" || status=1
# A million transactions take the 16-bit indices of a ring round once; if they do not, the profile does not do its work.
for design in mailbox_large mailbox mailbox_small; do
    log=$reports/$design-Z.txt
    if [ "$transactions" -ge 1000000 ] && [ -e "$log" ] && ! grep -q '"index_wraps": \[[1-9][0-9]*, [1-9]' "$log"; then
        echo "regress: no index of a ring wrapped in profile Z of $design" >&2
        status=1
    fi
done
exit $status
