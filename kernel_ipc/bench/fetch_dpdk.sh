#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: fetch_dpdk.sh FOLDER. Unpacks DPDK's headers into FOLDER, from the package of the distribution. Succeeds
# without them, too: then FOLDER/fetched says why, and the benchmark has one contestant less.
set -eu

folder=$1
mkdir -p "$folder"
cd "$folder"
if timeout 300 apt-get download libdpdk-dev > fetch.log 2>&1 && dpkg -x libdpdk-dev_*.deb . >> fetch.log 2>&1; then
    # Only headers are used; the static libraries are most of the package.
    rm -rf libdpdk-dev_*.deb usr/lib usr/share
    echo 'headers of libdpdk-dev' > fetched
else
    echo 'bench-ipc: DPDK could not be fetched; rte_ring does not take part' >&2
    tail -n 3 fetch.log >&2
    echo 'not available' > fetched
fi
