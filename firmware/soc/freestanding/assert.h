/* SPDX-License-Identifier: MIT */
/* The part of C11's <assert.h> that generated headers need and a freestanding compiler does not bring. */
#ifndef SOC_FREESTANDING_ASSERT_H
#define SOC_FREESTANDING_ASSERT_H

#define static_assert _Static_assert

#endif
