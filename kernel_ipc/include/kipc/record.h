/* SPDX-License-Identifier: MIT */
/*
 * What is written down about messages and refused accesses, in the order in which it happened.
 *
 *     result = kipc_record_ring_set_up(&ring, records, 64);
 *     kipc_record_ring_add(&ring, &record);
 *     result = kipc_record_ring_take(&ring, &record);
 *
 * When: an observer keeps two of these; to read them use kipc_trace_take and kipc_audit_take (kipc/observer.h).
 * Memory: the records are the caller's while the ring is used; each is copied in and out.
 * Concurrency: one caller at a time.
 * Cost: constant.
 */
#ifndef KIPC_RECORD_H
#define KIPC_RECORD_H

#include <kipc/channel.h>

/* What happened. */
enum kipc_record_kind {
    KIPC_RECORD_SEND,    /* a message went into an inbox, or to who waited there */
    KIPC_RECORD_RECEIVE, /* it was taken */
    KIPC_RECORD_DENIED   /* a handle was refused: result says why */
};

/* One thing that happened. */
struct kipc_record {
    enum kipc_record_kind kind;
    int result;               /* of a refused access; KIPC_OK else */
    uint64_t time;            /* cycles since the observer came, never less than before */
    uint64_t spent;           /* of a message that is taken: cycles since it was sent; 0 if nobody looked on then */
    uint64_t sequence;        /* of the message in its inbox */
    kipc_pid_t source;        /* who sent it, or whose access was refused */
    kipc_pid_t destination;   /* who took it; KIPC_NO_ID while nobody has */
    uint32_t channel;         /* id of the end whose inbox it is; KIPC_NO_ID: none */
    kipc_handle_t sent_with;  /* the capability that it was sent with, or that was refused */
    kipc_handle_t taken_with; /* and the one that it was taken with */
    kipc_handle_t carried[KIPC_MSG_CAPABILITIES]; /* those that came with it, as the receiver has them */
    uint32_t length;
    uint8_t type;
    uint8_t priority;
};

/* Records that wait to be read. Who fills it and who reads it share a lock. */
struct kipc_record_ring {
    struct kipc_record *records;
    uint32_t capacity; /* 0: it keeps none */
    uint32_t first;
    uint32_t count;
    uint64_t lost; /* for which there was no room */
};

/*
 * Sets a ring up, empty.
 * records: borrowed for as long as it is used, `capacity` of them; may be NULL if that is 0.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL).
 * Does not block; thread or interrupt handler; one caller at a time.
 */
KIPC_MUSTUSE int kipc_record_ring_set_up(struct kipc_record_ring *ring, struct kipc_record *records, uint32_t capacity);

/*
 * Appends a record, or counts it as lost: what was written down first stays.
 * record: copied.
 * Does not block; thread or interrupt handler; one caller at a time.
 */
void kipc_record_ring_add(struct kipc_record_ring *ring, const struct kipc_record *record);

/*
 * Takes the oldest record.
 * record: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_EMPTY.
 * Does not block; thread or interrupt handler; one caller at a time.
 */
KIPC_MUSTUSE int kipc_record_ring_take(struct kipc_record_ring *ring, struct kipc_record *record);

#endif
