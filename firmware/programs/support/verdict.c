/* SPDX-License-Identifier: MIT */
#include "programs/support/verdict.h"

#define EXIT_FAILED 1

_Noreturn void verdict_pass(void)
{
    print("PASS %s\n", program_name);
    harness_exit(0);
}

_Noreturn void verdict_fail(const char *format, ...)
{
    char reason[PRINT_LENGTH_MAX];
    va_list arguments;

    va_start(arguments, format);
    (void)print_to_v(reason, sizeof(reason), format, arguments);
    va_end(arguments);
    print("FAIL %s: %s\n", program_name, reason);
    harness_exit(EXIT_FAILED);
}
