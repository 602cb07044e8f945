/* SPDX-License-Identifier: MIT */
/*
 * Text for people, without a C library: where it goes, and how numbers become digits.
 *
 *     struct kipc_line line;
 *     kipc_line_begin(&line);
 *     kipc_line_text(&line, "ring");
 *     kipc_line_pair(&line, "sent", count); // "ring sent=42"
 *     kipc_line_end(&line, &writer);
 *
 * When: for lines of text where there is no C library; reports and the log are made of it.
 * Memory: a line is KIPC_LINE_MAX bytes of the caller's; the writer is borrowed during a call.
 * Concurrency: one caller at a time a line.
 * Cost: a step for each character.
 */
#ifndef KIPC_WRITER_H
#define KIPC_WRITER_H

#include <kipc/error.h>
#include <stddef.h>
#include <stdint.h>

/* Where text goes: a console, a file, a buffer. */
struct kipc_writer {
    /* Takes `length` characters, without an end mark. Must not call back into the kernel. */
    void (*write)(void *context, const char *text, size_t length);
    void *context;
};

/* Characters of the longest line; what does not fit is cut off. */
#define KIPC_LINE_MAX 240

/* One line while it is put together, without an end mark: so lines of several threads do not mix. */
struct kipc_line {
    char text[KIPC_LINE_MAX];
    size_t length;
};

/*
 * Begins an empty line; appends text, a number in decimal digits, a number with its sign, or "key=number" with a space
 * before it unless the line is empty.
 * line: caller's. text, key: with an end mark. number: any.
 * Does not block; thread or interrupt handler; one caller at a time a line.
 */
void kipc_line_begin(struct kipc_line *line);
void kipc_line_text(struct kipc_line *line, const char *text);
void kipc_line_number(struct kipc_line *line, uint64_t number);
void kipc_line_signed(struct kipc_line *line, int64_t number);
void kipc_line_pair(struct kipc_line *line, const char *key, uint64_t number);

/*
 * Hands a line and a line feed to the writer, in one call of write.
 * writer: borrowed during the call.
 * Does not block by itself; context as the writer's; one caller at a time a line.
 */
void kipc_line_end(struct kipc_line *line, const struct kipc_writer *writer);

#endif
