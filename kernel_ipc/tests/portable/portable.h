/* SPDX-License-Identifier: MIT */
#ifndef KIPC_TESTS_PORTABLE_H
#define KIPC_TESTS_PORTABLE_H

/* Returns 0, or the line of portable.c whose check failed. */
int portable_run(void);

#endif
