/* SPDX-License-Identifier: MIT */
/* The event record and the file of events; traces/events.toml describes both, and names every kind. */
#ifndef COSIM_EVENT_H
#define COSIM_EVENT_H

#include "event_kinds.h" /* generated from traces/events.toml */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** One record, as it stands in the file. */
struct cosim_event {
    uint64_t cycle;
    uint16_t kind;
    uint8_t source;
    uint8_t unit;
    uint32_t detail;
    uint64_t argument[2];
};

_Static_assert(sizeof(struct cosim_event) == 32, "the event record is 32 bytes on disk");

/** Receives events in the order in which they happen; several calls never run at once. */
struct cosim_event_sink {
    void *context;
    void (*record)(void *context, const struct cosim_event *event);
};

/** A file of events, written through a buffer. */
struct cosim_event_file;

/**
 * Creates the file and writes its header.
 * @param path  the file; an old one is replaced
 * @return the file, owned by the caller; NULL with errno set if it cannot be written. May block on the disk.
 */
struct cosim_event_file *cosim_event_file_create(const char *path);

/** Appends one record. Never fails: a write error is remembered and told by close. May block on the disk. */
void cosim_event_file_record(struct cosim_event_file *file, const struct cosim_event *event);

/** @return how many records were appended so far */
uint64_t cosim_event_file_count(const struct cosim_event_file *file);

/**
 * Copies the newest records, oldest first, at most `capacity` and at most COSIM_EVENT_RECENT.
 * @return how many were copied
 */
size_t cosim_event_file_recent(const struct cosim_event_file *file, struct cosim_event *events, size_t capacity);

/** Writes what is buffered, closes and frees. @return false if any byte could not be written */
bool cosim_event_file_close(struct cosim_event_file *file);

/** How many of the newest records are kept in memory for a diagnosis. */
#define COSIM_EVENT_RECENT 32

/** @return the kind's name as in traces/events.toml, or "?" */
const char *cosim_event_kind_name(uint16_t kind);

#endif
