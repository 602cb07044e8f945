#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing: packages of the distribution (packages.txt beside this file) and a Python environment.
# Usage: install.sh BUILD_FOLDER. Does nothing, quickly, if everything is there. Needs root or sudo only to install.
set -eu

build=$1
here=$(dirname "$0")
mkdir -p "$build"
log=$build/setup.log
: > "$log"

fail() {
    echo "setup: $*" >&2
    echo "setup: the whole log is $log" >&2
    tail -n 15 "$log" >&2
    exit 1
}

# True if the newer of two version numbers is the first, or they are the same.
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

tool_version() {
    "$1" --version 2>/dev/null | head -n 1 | grep -Eo '[0-9]+\.[0-9]+(\.[0-9]+)?' | head -n 1
}

# Is the thing that shows a package (second column) there, and new enough (third)?
is_there() {
    case $1 in
    /*) [ -e "$1" ] ;;
    pkgconfig:*) command -v pkg-config > /dev/null && pkg-config --exists "${1#pkgconfig:}" ;;
    clang-runtime:*) ls "$(clang -print-runtime-dir 2> /dev/null)"/libclang_rt."${1#clang-runtime:}"* > /dev/null 2>&1 ;;
    python:*) python3 -c "import ${1#python:}" 2> /dev/null ;;
    *) command -v "$1" > /dev/null && { [ "$2" = - ] || at_least "$(tool_version "$1")" "$2"; } ;;
    esac
}

missing_packages() {
    grep -v '^#' "$here/packages.txt" | while read -r package probe least; do
        [ -z "$package" ] || is_there "$probe" "$least" || echo "$package"
    done
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        fail "need to run '$*' as root: run make as root, or install sudo"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 "$@" >> "$log" 2>&1
}

candidate() {
    apt-cache policy "$1" | sed -n 's/^ *Candidate: *\([0-9]*:\)\{0,1\}\([^ ]*\)$/\2/p'
}

# The archive that this machine already installs from, so that a mirror stays the mirror.
archive_address() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2> /dev/null |
        sed -n 's/^deb \(\[[^]]*\] \)\{0,1\}\([^ ]*\) bookworm .*/\2/p' | head -n 1
}

archive_address_deb822() {
    awk '/^URIs:/ { uri = $2 } /^Suites:/ { for (i = 2; i <= NF; i++) if ($i == "bookworm") { print uri; exit } }' \
        /etc/apt/sources.list.d/*.sources 2> /dev/null | head -n 1
}

# Debian 12 has the QEMU that is needed in its backports; newer distributions have it in the release itself.
add_backports() {
    if ! grep -q '^VERSION_CODENAME=bookworm' /etc/os-release || ! grep -q '^ID=debian' /etc/os-release; then
        fail "this distribution offers qemu-system-riscv $(candidate qemu-system-riscv); 10.0 or newer is needed" \
            "(plugin API level 4): install it, then run make again"
    fi
    address=$(archive_address)
    [ -n "$address" ] || address=$(archive_address_deb822)
    [ -n "$address" ] || fail "no archive of Debian bookworm found in /etc/apt; add bookworm-backports by hand"
    echo "setup: adding bookworm-backports from $address (for QEMU 10)"
    printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: %s\n' "$address" \
        /usr/share/keyrings/debian-archive-keyring.gpg |
        as_root tee /etc/apt/sources.list.d/belfry-backports.sources > /dev/null
    apt_get update || fail "apt-get update failed"
}

install_packages() {
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    command -v apt-get > /dev/null ||
        fail "missing: $(echo "$missing" | tr '\n' ' '); this machine has no apt-get, install them by hand"
    echo "setup: installing $(echo "$missing" | tr '\n' ' ')"
    apt_get update || fail "apt-get update failed"
    others=$(echo "$missing" | grep -v '^qemu-system-riscv$' || true)
    # shellcheck disable=SC2086  # one argument a package
    [ -z "$others" ] || apt_get install -y --no-install-recommends $others || fail "apt-get could not install: $others"
    if echo "$missing" | grep -q '^qemu-system-riscv$'; then
        version=$(candidate qemu-system-riscv)
        if [ -z "$version" ] || ! at_least "$version" 10.0; then
            add_backports
            apt_get install -y --no-install-recommends -t bookworm-backports qemu-system-riscv ||
                fail "apt-get could not install qemu-system-riscv from bookworm-backports"
        else
            apt_get install -y --no-install-recommends qemu-system-riscv || fail "apt-get could not install QEMU"
        fi
    fi
    still=$(missing_packages)
    [ -z "$still" ] || fail "installed, but still missing or too old: $(echo "$still" | tr '\n' ' ')"
}

python_environment() {
    [ ! -x "$build/venv/bin/python" ] || ! cmp -s requirements.txt "$build/venv/requirements.txt" || return 0
    echo "setup: Python packages into $build/venv"
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed"
    rm -rf "$build/venv"
    python3 -m venv "$build/venv" >> "$log" 2>&1 || fail "python3 -m venv failed"
    "$build/venv/bin/pip" install --quiet --disable-pip-version-check -r requirements.txt >> "$log" 2>&1 ||
        fail "pip could not install requirements.txt"
    cp requirements.txt "$build/venv/requirements.txt"
}

install_packages
python_environment
