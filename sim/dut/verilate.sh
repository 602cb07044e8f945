#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles a bound design (binding.cpp, sources.txt and parameters.txt in the folder given) into the shared object
# design.so there. Further arguments are options of Verilator; OPT_FAST, OPT_SLOW and JOBS, from the environment, are the
# effort of the C++ compiler and how many of it run at once.
set -eu
folder=$1
shift
here=$(pwd)
rm -rf "$folder/verilated"
# shellcheck disable=SC2046  # one argument a source
verilator --cc -O3 --assert --trace --x-assign fast --x-initial fast -Wno-fatal -Wno-lint -Wno-style \
    --prefix Vdesign --top-module "$(sed -n 's/.*"top": "\(.*\)".*/\1/p' "$folder/design.json" | head -n 1)" \
    --Mdir "$folder/verilated" --lib-create design \
    -CFLAGS "-O2 -fPIC -fvisibility=hidden -I$here/sim/include -include $here/sim/dut/verilator_hooks.h" \
    "$@" $(cat "$folder/parameters.txt" "$folder/sources.txt") "$(realpath "$folder")/binding.cpp" > "$folder/verilator.log" 2>&1 ||
    { cat "$folder/verilator.log" >&2; exit 1; }
# Steps of the evaluation by themselves (see binding.cpp), if this Verilator's output has them under the names that are
# known. The clock's step needs besides that no logic behind the inputs (region `ico`) reads the clock: a gated clock does.
has_step() {
    grep -qs "void Vdesign___024root___$1(Vdesign___024root\*" "$folder"/verilated/*.cpp
}
clock=$(sed -n '/"clock": {/,/}/s/.*"port": "\(.*\)".*/\1/p' "$folder/design.json")
direct=
if has_step eval; then
    direct=-DCOSIM_DESIGN_DIRECT_EVAL
    if has_step eval_triggers__act && has_step eval_act && has_step eval_nba && [ -n "$clock" ] &&
        ! awk '/void Vdesign___024root___ico_/,/^}/' "$folder"/verilated/*.cpp | grep -q "vlSelf->$clock\>"; then
        direct="$direct -DCOSIM_DESIGN_DIRECT_CLOCK"
    fi
fi
MAKEFLAGS="" make -s -j"${JOBS:-1}" -C "$folder/verilated" -f Vdesign.mk OPT_FAST="${OPT_FAST:--O3}" OPT_SLOW="${OPT_SLOW:--O1}" OPT_GLOBAL=-O3 \
    USER_CPPFLAGS="$direct" libdesign.a >> "$folder/verilator.log" 2>&1 ||
    { tail -n 40 "$folder/verilator.log" >&2; exit 1; }
g++ -shared -o "$folder/design.so.new" -Wl,--whole-archive "$folder/verilated/libdesign.a" -Wl,--no-whole-archive \
    -Wl,-Bsymbolic -pthread
mv "$folder/design.so.new" "$folder/design.so"
