/* SPDX-License-Identifier: MIT */
/*
 * Verilator 5.006 gives every class a function that registers coverage points, the classes of its own library included,
 * and that function names two things that a class has not. It is never called, since coverage_off.vlt leaves those
 * classes without points, but it must compile: these are the names. A module's own members come before them.
 */
#ifndef BELFRY_COVERAGE_OF_CLASSES_H
#define BELFRY_COVERAGE_OF_CLASSES_H

#include "verilated.h"

struct ClassWithoutPoints {
    VerilatedContext *_vm_contextp__;
};

static ClassWithoutPoints *vlSymsp;

static inline const char *name()
{
    return "";
}

#endif
