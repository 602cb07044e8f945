#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles a bound design (binding.cpp and sources.txt in the folder given) into the shared object design.so there.
set -eu
folder=$1
here=$(pwd)
rm -rf "$folder/verilated"
# shellcheck disable=SC2046  # one argument a source
verilator --cc -O3 --assert --trace --x-assign fast --x-initial fast -Wno-fatal -Wno-lint -Wno-style \
    --prefix Vdesign --top-module "$(sed -n 's/.*"top": "\(.*\)".*/\1/p' "$folder/design.json" | head -n 1)" \
    --Mdir "$folder/verilated" --lib-create design \
    -CFLAGS "-O2 -fPIC -fvisibility=hidden -I$here/sim/include -include $here/sim/dut/verilator_hooks.h" \
    $(cat "$folder/sources.txt") "$(realpath "$folder")/binding.cpp" > "$folder/verilator.log" 2>&1 ||
    { cat "$folder/verilator.log" >&2; exit 1; }
# The evaluation step by itself (see binding.cpp), if this Verilator's output has it under the name that is known.
direct=
if grep -qs '^void Vdesign___024root___eval(Vdesign___024root\*' "$folder"/verilated/*.cpp; then
    direct=-DCOSIM_DESIGN_DIRECT_EVAL
fi
MAKEFLAGS="" make -s -C "$folder/verilated" -f Vdesign.mk OPT_FAST=-O3 OPT_SLOW=-O1 OPT_GLOBAL=-O3 \
    USER_CPPFLAGS="$direct" libdesign.a >> "$folder/verilator.log" 2>&1 ||
    { tail -n 40 "$folder/verilator.log" >&2; exit 1; }
g++ -shared -o "$folder/design.so.new" -Wl,--whole-archive "$folder/verilated/libdesign.a" -Wl,--no-whole-archive \
    -Wl,-Bsymbolic -pthread
mv "$folder/design.so.new" "$folder/design.so"
