/* SPDX-License-Identifier: MIT */
#include "cosim/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_RECORDS = 4096 };

struct header {
    char magic[8];
    uint32_t version;
    uint32_t record_bytes;
    uint64_t table_hash;
    uint8_t zero[40];
};

_Static_assert(sizeof(struct header) == 64, "the header is 64 bytes on disk");

struct cosim_event_file {
    FILE *stream;
    bool failed;
    uint64_t count;
    size_t buffered;
    struct cosim_event buffer[BUFFER_RECORDS];
    struct cosim_event recent[COSIM_EVENT_RECENT];
};

struct cosim_event_file *cosim_event_file_create(const char *path)
{
    struct cosim_event_file *file = calloc(1, sizeof *file);

    if (file == NULL) {
        return NULL;
    }
    file->stream = fopen(path, "wb");
    if (file->stream == NULL) {
        free(file);
        return NULL;
    }
    struct header header = {.magic = {'B', 'E', 'L', 'F', 'R', 'Y', 'E', 'V'},
                            .version = COSIM_EVENT_VERSION,
                            .record_bytes = sizeof(struct cosim_event),
                            .table_hash = COSIM_EVENT_TABLE_HASH};
    file->failed = fwrite(&header, sizeof header, 1, file->stream) != 1;
    return file;
}

static void flush(struct cosim_event_file *file)
{
    if (fwrite(file->buffer, sizeof file->buffer[0], file->buffered, file->stream) != file->buffered) {
        file->failed = true;
    }
    file->buffered = 0;
}

void cosim_event_file_record(struct cosim_event_file *file, const struct cosim_event *event)
{
    file->buffer[file->buffered++] = *event;
    file->recent[file->count++ % COSIM_EVENT_RECENT] = *event;
    if (file->buffered == BUFFER_RECORDS) {
        flush(file);
    }
}

uint64_t cosim_event_file_count(const struct cosim_event_file *file)
{
    return file->count;
}

size_t cosim_event_file_recent(const struct cosim_event_file *file, struct cosim_event *events, size_t capacity)
{
    size_t kept = file->count < COSIM_EVENT_RECENT ? (size_t)file->count : COSIM_EVENT_RECENT;
    size_t wanted = kept < capacity ? kept : capacity;

    for (size_t i = 0; i < wanted; i++) {
        events[i] = file->recent[(file->count - wanted + i) % COSIM_EVENT_RECENT];
    }
    return wanted;
}

bool cosim_event_file_close(struct cosim_event_file *file)
{
    flush(file);
    bool whole = fclose(file->stream) == 0 && !file->failed;
    free(file);
    return whole;
}

const char *cosim_event_kind_name(uint16_t kind)
{
#define CASE(number, source, name)                                                                                     \
    case number:                                                                                                       \
        return name;
    switch (kind) {
        COSIM_EVENT_LIST(CASE)
    default:
        return "?";
    }
#undef CASE
}
