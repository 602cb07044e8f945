/* SPDX-License-Identifier: MIT */
#include "text_writer.h"
#include <stdio.h>
#include <stdlib.h>

static void write_text(void *context, const char *text, size_t length)
{
    struct text_writer *out = context;
    assert_true(out->length + length < TEXT_MAX);
    memcpy(out->text + out->length, text, length);
    out->length += length;
    out->text[out->length] = 0;
    out->writes += 1;
}

struct kipc_writer text_writer(struct text_writer *out)
{
    return (struct kipc_writer){.write = write_text, .context = out};
}

void text_writer_clear(struct text_writer *out)
{
    out->length = 0;
    out->text[0] = 0;
    out->writes = 0;
}

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end != NULL && end[1] != 0 ? end + 1 : NULL;
}

uint64_t number_in(const struct text_writer *out, const char *start, const char *key)
{
    char pattern[64];
    (void)snprintf(pattern, sizeof(pattern), " %s=", key);
    for (const char *line = out->text; line != NULL; line = next_line(line)) {
        const char *end = strchr(line, '\n');
        const char *place = strstr(line, pattern);
        if (strncmp(line, start, strlen(start)) == 0 && place != NULL && place < end) {
            return strtoull(place + strlen(pattern), NULL, 10);
        }
    }
    fail_msg("no line that begins with \"%s\" has %s=:\n%s", start, key, out->text);
    return 0;
}

unsigned int lines_with(const struct text_writer *out, const char *start)
{
    unsigned int count = 0;
    for (const char *line = out->text; line != NULL; line = next_line(line)) {
        count += strncmp(line, start, strlen(start)) == 0;
    }
    return count;
}
