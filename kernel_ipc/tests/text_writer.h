/* SPDX-License-Identifier: MIT */
/* A writer into memory, for tests that read what is written. */
#ifndef KIPC_TESTS_TEXT_WRITER_H
#define KIPC_TESTS_TEXT_WRITER_H

#include "support.h"
#include <kipc/writer.h>

#define TEXT_MAX 65536u

struct text_writer {
    char text[TEXT_MAX]; /* with an end mark */
    size_t length;
    unsigned int writes;
};

struct kipc_writer text_writer(struct text_writer *out);
/* Number in the first line that begins with `start`, behind "key="; the test fails if there is none. */
uint64_t number_in(const struct text_writer *out, const char *start, const char *key);
/* How many lines begin with `start`. */
unsigned int lines_with(const struct text_writer *out, const char *start);
/* Forgets what was written. */
void text_writer_clear(struct text_writer *out);

#endif
