#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: run.sh FOLDER TARGET SECONDS|short. Fuzzes for that long with a corpus that stays, from a seed that is printed;
# short: a fixed seed, a fixed number of inputs, an empty corpus. Fails if something is found.
set -eu

folder=$1
target=$2
seconds=$3
program=$folder/fuzz_$target
inputs=kernel_ipc/fuzz/inputs/$target
findings=$folder/findings/$target
log=$folder/$target.log
mkdir -p "$findings"
# 1,024 bytes are some two hundred calls. A single input that takes 20 s is a finding, too.
options="-max_len=1024 -len_control=0 -timeout=20 -print_final_stats=1 -artifact_prefix=$findings/"

# What was found once is tried first.
if [ -d "$inputs" ]; then
    "$program" -timeout=20 "$inputs"/* > "$log" 2>&1 || {
        echo "fuzz $target: an old finding is back:" >&2
        tail -n 30 "$log" >&2
        exit 1
    }
fi
# Long inputs to begin with, the same each time: what they do is random, and plenty.
seeds=$folder/seeds
if [ ! -d "$seeds" ]; then
    mkdir -p "$seeds.new"
    for seed in $(seq 48); do
        LC_ALL=C awk -v seed="$seed" 'BEGIN { srand(seed); for (i = 0; i < 1024; i++) printf "%c", 1 + rand() * 254 }' \
            > "$seeds.new/$seed"
    done
    mv "$seeds.new" "$seeds"
fi
if [ "$seconds" = short ]; then
    corpus=$folder/short/$target
    rm -rf "$corpus"
    mkdir -p "$corpus"
    case $target in
        kernel | syscall) runs=2000 ;;
        words) runs=400 ;; # each plays up to two games
        *) runs=10000 ;;
    esac
    limits="-seed=1 -runs=$runs -max_total_time=5"
else
    corpus=$folder/corpus/$target
    mkdir -p "$corpus"
    limits="-max_total_time=$seconds"
fi
# shellcheck disable=SC2086  # one argument a word
"$program" $options $limits "$corpus" "$seeds" > "$log" 2>&1 || {
    echo "fuzz $target: found something; its input lies in $findings" >&2
    grep -vE '	(NEW|REDUCE|RELOAD|pulse)' "$log" | tail -n 40 >&2
    exit 1
}
runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
reached=$(sed -n 's/.*cov: \([0-9]*\).*/\1/p' "$log" | tail -n 1)
echo "  fuzz     $target: $runs inputs, $reached edges reached, nothing found"
