#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles every host C file with clang under the project's warnings; gcc has done so in the build.
set -eu
warnings='-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror'
# shellcheck disable=SC2046,SC2086  # one argument a word
for file in $(git ls-files --cached --others --exclude-standard 'sim/*.c' 'kernel_ipc/*.c'); do
    clang -std=c11 -D_GNU_SOURCE -fsyntax-only $warnings -Isim/include -Ibuild/generated -Ikernel_ipc/include \
        -Ikernel_ipc/src -Ikernel_ipc/port/host -Ikernel_ipc/tests $(pkg-config --cflags glib-2.0) "$file"
done
