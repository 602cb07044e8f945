#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants one defect at a time in copies of the sources and expects the explorer to find it.
# usage: mutants.sh COMPILER BUILD_FOLDER LIST SOURCE...   (from the project root; sources include the explorer)
# LIST is a file of calls of `mutant` below.
set -eu
compiler=$1
build=$2
list_of_mutants=$3
shift 3
sources=$*
flags="-std=c11 -O1 -DKIPC_MODEL -Ikernel_ipc/include -Ikernel_ipc/tests"
survivors=0

# mutant NAME FILE SED_EXPRESSION: FILE is one of kernel_ipc/src; the expression must change it.
mutant() {
    folder=$build/$1
    rm -rf "$folder"
    mkdir -p "$folder/src"
    cp kernel_ipc/src/* "$folder/src/"
    sed -E "$3" "kernel_ipc/src/$2" >"$folder/src/$2"
    if cmp -s "kernel_ipc/src/$2" "$folder/src/$2"; then
        echo "mutant $1: its expression no longer matches $2" >&2
        exit 1
    fi
    list=
    for source in $sources; do
        case $source in
        kernel_ipc/src/*) list="$list $folder/src/${source##*/}" ;;
        *) list="$list $source" ;;
        esac
    done
    # shellcheck disable=SC2086  # lists of words
    $compiler $flags -I"$folder/src" $list -o "$folder/explorer" -lcmocka -lpthread
    status=0
    timeout 300 "$folder/explorer" >"$folder/output" 2>&1 || status=$?
    if [ "$status" -ge 1 ] && [ "$status" -lt 124 ] && grep -q '^schedule' "$folder/output"; then
        echo "mutant $1: found by $(grep -c '^schedule' "$folder/output") of the explorer's scenarios"
    else
        echo "mutant $1: NOT found (status $status)" >&2
        survivors=$((survivors + 1))
    fi
}

# shellcheck source=/dev/null
. "./$list_of_mutants"

[ "$survivors" -eq 0 ]
