#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles the co-simulation's C files with clang under the project's warnings; gcc has done so in the build. (The IPC
# core is built with both compilers by its own tests.)
set -eu
warnings='-Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wvla -Werror'
# shellcheck disable=SC2046,SC2086  # one argument a word
for file in $(git ls-files --cached --others --exclude-standard 'sim/*.c'); do
    clang -std=c11 -D_GNU_SOURCE -fsyntax-only $warnings -Isim/include -Isim -Ibuild/generated \
        $(pkg-config --cflags glib-2.0) "$file"
done
