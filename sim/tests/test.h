/* SPDX-License-Identifier: MIT */
/* cmocka with what it wants included before it. */
#ifndef COSIM_TESTS_TEST_H
#define COSIM_TESTS_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
