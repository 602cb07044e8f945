#!/bin/sh
# SPDX-License-Identifier: MIT
# regress.sh BLOCK_RUN DESIGNS REPORTS TRANSACTIONS SEED JOBS LETTERS
# Every profile over the default design, and a tenth as much over the small and the large one. Prints one line of
# statistics a run, the diagnosis of those that failed, and fails if any did.
set -eu
block_run=$1 designs=$2 reports=$3 transactions=$4 seed=$5 jobs=$6 letters=$7
rm -rf "$reports"
mkdir -p "$reports"
for letter in $letters; do
    echo "mailbox $letter $transactions"
    echo "mailbox_small $letter $((transactions / 10))"
    echo "mailbox_large $letter $((transactions / 10))"
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
if [ "$transactions" -ge 1000000 ] && grep -q '"index_wraps": \[0\|"index_wraps": \[[0-9]*, 0\]' "$reports/mailbox-Z.txt"; then
    echo "regress: no index of a ring wrapped in profile Z" >&2
    status=1
fi
exit $status
