#!/bin/sh
# SPDX-License-Identifier: MIT
# Compiles a bound design (binding.cpp, sources.txt and parameters.txt in the folder given) into the shared object
# design.so there. Further arguments are options of Verilator; OPT_FAST, OPT_SLOW, OPT_GLOBAL (Verilator's own library) and
# JOBS, from the environment, are the effort of the C++ compiler and how many of it run at once; TRAINING is a command whose
# last argument is yet to come, a shared object of the design, which it runs for a moment (see below).
set -eu
folder=$1
shift
here=$(pwd)
rm -rf "$folder/verilated"
# No look-up tables in place of logic (-fno-table): Verilator looks into them in every cycle, where the logic stood behind a
# condition that is hardly ever true.
# shellcheck disable=SC2046  # one argument a source
verilator --cc -O3 -fno-table --assert --trace --x-assign fast --x-initial fast -Wno-fatal -Wno-lint -Wno-style \
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
# $1: further options of the compiler for what is not there yet; $2...: objects, or the whole library
compile() {
    options=$1
    shift
    MAKEFLAGS="" make -s -j"${JOBS:-1}" -C "$folder/verilated" -f Vdesign.mk OPT_FAST="${OPT_FAST:--O3} $options" \
        OPT_SLOW="${OPT_SLOW:--O1}" OPT_GLOBAL="${OPT_GLOBAL:--O3}" USER_CPPFLAGS="$direct" "$@" >> "$folder/verilator.log" 2>&1 ||
        { tail -n 40 "$folder/verilator.log" >&2; exit 1; }
}
# $1: the shared object; then options
link() {
    g++ -shared -o "$@" "$folder"/verilated/*.o -Wl,-Bsymbolic -pthread
}
# A simulated cycle is a long row of conditions that are hardly ever true. A short training run counts them, and the compiler
# then puts side by side what is executed. Only what is evaluated is compiled twice, not waves and set-up. What the run finds
# wrong with the design is not asked here: its counts hold up to there, and without any the result is only slower.
if [ -n "${TRAINING:-}" ]; then
    evaluated="binding.o $(cd "$folder/verilated" && echo Vdesign___024root__DepSet_*[0-9].cpp | sed 's/\.cpp/.o/g')"
    # shellcheck disable=SC2086  # one argument an object, a command with its arguments
    {
        compile "-fprofile-generate -fprofile-update=single" $evaluated
        compile "" libdesign.a
        link "$folder/verilated/training.so" -fprofile-generate
        timeout 60 $TRAINING "$folder/verilated/training.so" >> "$folder/verilator.log" 2>&1 || true
        (cd "$folder/verilated" && rm -f libdesign.a $evaluated)
        compile "-fprofile-use -Wno-missing-profile" $evaluated
    }
else
    compile "" libdesign.a
fi
link "$folder/design.so.new"
mv "$folder/design.so.new" "$folder/design.so"
