#!/bin/sh
# SPDX-License-Identifier: MIT
# Plants one defect at a time in copies of the sources and expects the explorer to find it.
# usage: mutants.sh COMPILER BUILD_FOLDER SOURCE...   (from the project root; sources include the explorer)
set -eu
compiler=$1
build=$2
shift 2
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
    $compiler $flags -I"$folder/src" $list -o "$folder/explorer" -lcmocka
    status=0
    timeout 120 "$folder/explorer" >"$folder/output" 2>&1 || status=$?
    if [ "$status" -ge 1 ] && [ "$status" -lt 124 ] && grep -q '^schedule' "$folder/output"; then
        echo "mutant $1: found by $(grep -c '^schedule' "$folder/output") of the explorer's scenarios"
    else
        echo "mutant $1: NOT found (status $status)" >&2
        survivors=$((survivors + 1))
    fi
}

# The defect of conflict C-14: no look at the condition between registering and blocking.
mutant no_recheck wait.c '/The re-check\./,/answer = condition/s/answer = condition\(context\)/answer = 0/'
# Registering again under the old number: the waker has spent its notification on data that was taken already.
mutant same_registration wait.c '/^void kipc_wait_cancel/,/^}/s/registration \+= 1/registration -= 1/'
# The waker remembers for ever that it notified once (the other half of C-14).
mutant notify_once wait.c 's/registration == waker->served/waker->notified != 0/'
# The waiter's store may still be on its way when it looks: both sides miss each other.
mutant weak_registration wait.c '/\[wait-registration\] Partner: the load/,/^}/s/ki_store_sequenced/ki_store_release/'
# The same on the side of the producer, and of the consumer.
mutant weak_tail ring.c '/^static KI_INLINE void publish/,/^}/s/ki_store_sequenced/ki_store_release/'
mutant weak_head ring.c '/^static KI_INLINE void advance/,/^}/s/ki_store_sequenced/ki_store_release/'
# The same for a buffer that is given back.
mutant weak_return release.c 's/ki_store_sequenced/ki_store_release/'
# The waker looks for a waiter before it publishes.
mutant wake_before_publish ring.c '/^static KI_INLINE void publish/,/^}/{
    /ki_wake_waiter/d
    s/( *)ki_store_sequenced/\1ki_wake_waiter(\&producer->waker);\n\1ki_store_sequenced/
}'
# A release that tells nobody.
mutant silent_release link_receive.c 's/ki_wake_waiter\(&receiver->ring\.waker\);//'
# The in-place look for a waiter comes to the wrong answer.
mutant blind_waker internal.h 's/registration\) \& 1\) == 0/registration) \& 1) != 2/'
# The doorbell's handler finds no thread, because the thread appears after the registration.
mutant late_local_thread wait.c '/^int kipc_wait_prepare/,/^}/{
    s/KIPC_GUARD\(ki_claim.*$//
    s/return KIPC_OK;/return ki_claim(\&waiter->thread, KIPC_NO_THREAD, self) ? KIPC_OK : KIPC_E_BUSY;/
}'
# A wake-up is taken for the message itself.
mutant trust_the_wake wait.c '/outcome = kipc_wait_commit/a\
        if (outcome == KIPC_OK) { return KIPC_OK; }'

[ "$survivors" -eq 0 ]
