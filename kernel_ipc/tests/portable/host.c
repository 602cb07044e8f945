/* SPDX-License-Identifier: MIT */
#include "portable.h"
#include <stdio.h>

int main(void)
{
    int line = portable_run();
    if (line != 0) {
        (void)fprintf(stderr, "portable.c:%d: the check failed\n", line);
    }
    return line == 0 ? 0 : 1;
}
