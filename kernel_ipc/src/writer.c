/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include <kipc/writer.h>

#define DIGITS_MAX 20 /* of 2 to the 64 */

void kipc_line_begin(struct kipc_line *line)
{
    line->length = 0;
}

/* The last place is the line feed's. */
static void put(struct kipc_line *line, char character)
{
    if (line->length < KIPC_LINE_MAX - 1) {
        line->text[line->length] = character;
        line->length += 1;
    }
}

void kipc_line_text(struct kipc_line *line, const char *text)
{
    for (; *text != 0; text++) {
        put(line, *text);
    }
}

void kipc_line_number(struct kipc_line *line, uint64_t number)
{
    char digits[DIGITS_MAX];
    unsigned int count = 0;
    do {
        digits[count] = (char)('0' + number % 10);
        number /= 10;
        count += 1;
    } while (number != 0);
    while (count > 0) {
        count -= 1;
        put(line, digits[count]);
    }
}

void kipc_line_signed(struct kipc_line *line, int64_t number)
{
    if (number < 0) {
        put(line, '-');
    }
    kipc_line_number(line, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void kipc_line_pair(struct kipc_line *line, const char *key, uint64_t number)
{
    if (line->length != 0) {
        put(line, ' ');
    }
    kipc_line_text(line, key);
    put(line, '=');
    kipc_line_number(line, number);
}

void kipc_line_end(struct kipc_line *line, const struct kipc_writer *writer)
{
    line->text[line->length] = '\n';
    writer->write(writer->context, line->text, line->length + 1);
    line->length = 0;
}
