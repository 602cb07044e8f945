/* SPDX-License-Identifier: MIT */
/* Included before everything else when Verilated code is compiled: what it prints goes to the binding. */
#ifndef COSIM_DUT_VERILATOR_HOOKS_H
#define COSIM_DUT_VERILATOR_HOOKS_H

#define VL_PRINTF cosim_design_print
/* The binding defines vl_stop, vl_finish and vl_fatal: a check that fails must not end the process. */
#define VL_USER_STOP
#define VL_USER_FINISH
#define VL_USER_FATAL

extern "C" void cosim_design_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
