/* SPDX-License-Identifier: MIT */
/* Debug builds (KIPC_DEBUG defined) check the library's own invariants as well; this is how they report. */
#ifndef KIPC_DEBUG_H
#define KIPC_DEBUG_H

#ifdef KIPC_DEBUG
/*
 * Provided by the program, in debug builds only: an invariant does not hold, or a caller broke the order of steps.
 * condition, file: static text. line: 1 and up.
 * May return: the library then goes on as a release build does, which refuses the operation.
 * Does not block; thread or interrupt handler, inside of the critical section too; any number of callers at once.
 */
void kipc_assert_failed(const char *condition, const char *file, int line);
#endif

#endif
