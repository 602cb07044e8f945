/* SPDX-License-Identifier: MIT */
/* How a program ends: one plain line on the console, and the exit code. */
#ifndef PROGRAMS_SUPPORT_VERDICT_H
#define PROGRAMS_SUPPORT_VERDICT_H

#include "soc/harness_page.h"
#include "soc/print.h"

/** Every program defines its name. */
extern const char program_name[];

/** Prints "PASS <program>" and ends the run. */
_Noreturn void verdict_pass(void);

/** Prints "FAIL <program>: <why>" and ends the run. From anywhere. */
_Noreturn void verdict_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Fails with the formatted reason unless the condition holds. */
#define REQUIRE(condition, ...)                                                                                        \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            verdict_fail(__VA_ARGS__);                                                                                 \
        }                                                                                                              \
    } while (0)

/** Fails unless two numbers are equal; says what was compared, and both. */
#define REQUIRE_EQUAL(actual, expected, what)                                                                          \
    do {                                                                                                               \
        uint64_t actual_ = (uint64_t)(actual);                                                                         \
        uint64_t expected_ = (uint64_t)(expected);                                                                     \
        REQUIRE(actual_ == expected_, "%s is 0x%lx, expected 0x%lx (line %d)", what, actual_, expected_, __LINE__);    \
    } while (0)

/** Fails unless a call returned 0, as those of drivers and kernel_ipc do on success. */
#define REQUIRE_OK(call)                                                                                               \
    do {                                                                                                               \
        int result_ = (call);                                                                                          \
        REQUIRE(result_ == 0, "%s returned %d (line %d)", #call, result_, __LINE__);                                   \
    } while (0)

#endif
