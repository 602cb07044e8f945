#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles the core as firmware does and checks what only the object code shows.
# usage: freestanding.sh TOOL_PREFIX BUILD_FOLDER "FLAGS" SOURCE...   (from the project root)
set -eu
prefix=$1
build=$2
flags=$3
shift 3
rm -rf "$build"
mkdir -p "$build"
for source in "$@"; do
    # shellcheck disable=SC2086  # a list of flags
    "${prefix}gcc" $flags -c "$source" -o "$build/$(basename "$source" .c).o"
done
"${prefix}ld" -r -o "$build/all.elf" "$build"/*.o
status=0
undefined=$("${prefix}nm" -u "$build/all.elf")
if [ -n "$undefined" ]; then
    echo "freestanding: undefined symbols:" $undefined >&2
    status=1
fi
writable=$("${prefix}nm" "$build/all.elf" | grep -E ' [bBdDgGsSC] ' || true)
if [ -n "$writable" ]; then
    echo "freestanding: mutable globals:" "$writable" >&2
    status=1
fi
# The one atomic operation claims a waiter's place before it blocks (kipc_wait_until has it inlined); no path of a
# message may have one. Cells of regions are atomic because processes ask for it.
"${prefix}objdump" -d "$build/all.elf" >"$build/all.s"
atomic=$(awk '/^[0-9a-f]+ <[a-z]/ { name = $2 } /\t(amo|lr\.|sc\.)/ { print name }' "$build/all.s" | sort -u)
for function in $atomic; do
    case $function in
    "<kipc_wait_prepare>:" | "<kipc_wait_until>:" | "<kipc_region_atomic>:") ;;
    *)
        echo "freestanding: atomic instructions in $function" >&2
        status=1
        ;;
    esac
done
# The limit of an inline message is written once.
places=$(grep -nE '\b56\b' kernel_ipc/src/*.[ch] kernel_ipc/include/kipc/*.h)
if [ "$(echo "$places" | wc -l)" -ne 1 ] || ! echo "$places" | grep -q 'define KIPC_RING_INLINE_MAX 56'; then
    echo "freestanding: EXO-MS-11: the number 56 stands in:" "$places" >&2
    status=1
fi
"${prefix}size" -t "$build"/*.o
exit $status
