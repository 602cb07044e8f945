#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants one defect in copies of the sources and expects the explorer to find it.
# usage: mutants.sh LIST NAME COMPILE FOLDER OBJECTS EXPLORER OBJECT...   (from the project root)
# LIST is a file of calls of `mutant` below, of which the one with NAME is meant; COMPILE compiles a source, without -c;
# EXPLORER and OBJECTs are the program without a defect, in the folder OBJECTS with the compiler's .d files beside them.
set -eu
list_of_mutants=$1
wanted=$2
compile=$3
build=$4
objects=$5
shift 5
program=$*
status=2 # no such mutant

# The objects that are compiled from a file of kernel_ipc/src, or include it.
reached() {
    grep -rlE --include='*.d' "(^|[ /])kernel_ipc/src/$1( |:|\$)" "$objects" | sed 's/\.d$/.o/' | tr '\n' ' '
}

# mutant NAME FILE SED_EXPRESSION: FILE is one of kernel_ipc/src; the expression must change it.
mutant() {
    [ "$1" = "$wanted" ] || return 0
    folder=$build/$1
    rm -rf "$folder"
    mkdir -p "$folder/src" "$folder/objects"
    cp kernel_ipc/src/* "$folder/src/"
    sed -E "$3" "kernel_ipc/src/$2" >"$folder/src/$2"
    if cmp -s "kernel_ipc/src/$2" "$folder/src/$2"; then
        echo "mutant $1: its expression no longer matches $2" >&2
        exit 1
    fi
    list=
    anew=" $(reached "$2")"
    for object in $program; do
        case $anew in
        *" $object "*)
            source=${object#"$objects"/}
            source=${source%.o}.c
            copy=$folder/objects/$(basename "$object")
            case $source in
            src/*) source=$folder/$source ;;
            *) source=kernel_ipc/$source ;;
            esac
            # The copies come first, so that nobody sees the header without the defect.
            ${compile%% *} -I"$folder/src" ${compile#* } -c "$source" -o "$copy"
            list="$list $copy"
            ;;
        *) list="$list $object" ;;
        esac
    done
    # shellcheck disable=SC2086  # lists of words
    ${compile%% *} $list -o "$folder/explorer" -lcmocka -lpthread
    result=0
    KIPC_EXPLORER_FIRST=1 timeout 300 "$folder/explorer" >"$folder/output" 2>&1 || result=$?
    if [ "$result" -ge 1 ] && [ "$result" -lt 124 ] && grep -q '^schedule' "$folder/output"; then
        echo "  mutant   $1: found ($(grep -B 1 '^schedule' "$folder/output" | head -n 1))"
        status=0
    else
        echo "mutant $1: NOT found (status $result)" >&2
        status=1
    fi
}

# shellcheck source=/dev/null
. "./$list_of_mutants"

[ "$status" -ne 2 ] || echo "mutant $wanted: not in $list_of_mutants" >&2
exit "$status"
