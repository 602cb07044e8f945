/* SPDX-License-Identifier: MIT */
/*
 * The 32-byte header that messages between processes begin with, on the wire in little-endian order, and request ids.
 *
 *     result = kipc_message_new_inline(&message, KIPC_MESSAGE_REQUEST, 0, "question", 8);
 *     result = kipc_request_begin(&table, &message.header, &position);
 *     result = kipc_message_validate(&answer, available); // a private copy of what came
 *     result = kipc_request_match(&table, &answer, &position);
 *
 * When: for messages over rings and links, where no kernel fills headers in. Channels do all of this by themselves;
 * there only the types and flags matter to a program.
 * Memory: headers, messages and tables are the caller's; nothing is kept but the array of a request table.
 * Concurrency: no state but in what is passed: any number at once on different objects, one at a time on the same
 * table.
 * Cost: constant, but for the request table: a step for each request that may be outstanding.
 */
#ifndef KIPC_MESSAGE_H
#define KIPC_MESSAGE_H

#include <kipc/ring.h>

#define KIPC_MESSAGE_HEADER_BYTES 32u

/* What a message is; its receiver may filter by it. */
enum kipc_message_type {
    KIPC_MESSAGE_DATA = 0,
    KIPC_MESSAGE_REQUEST = 1,
    KIPC_MESSAGE_RESPONSE = 2,
    KIPC_MESSAGE_ERROR = 3,  /* payload: an int32_t, the error code */
    KIPC_MESSAGE_CONTROL = 4 /* open and close of a channel */
};

/* What a message says besides; the core hands these on. */
enum kipc_message_flag {
    KIPC_MESSAGE_FLAG_MORE = 0x01,   /* further messages of the same request follow */
    KIPC_MESSAGE_FLAG_URGENT = 0x02, /* the receiver should look at it before others of its priority */
    KIPC_MESSAGE_FLAGS = 0x03        /* all that are defined; any other bit is refused */
};

/* What each message begins with, in this layout on every wire. */
struct kipc_message_header {
    uint8_t type;
    uint8_t flags;
    uint8_t priority;    /* 0..255, larger first */
    uint8_t reserved;    /* 0 */
    uint32_t total_size; /* header and payload, bytes */
    uint64_t sender;
    uint64_t destination;
    uint64_t request_id; /* 0: belongs to no request */
};

_Static_assert(sizeof(struct kipc_message_header) == KIPC_MESSAGE_HEADER_BYTES, "wire size");
_Static_assert(offsetof(struct kipc_message_header, type) == 0, "wire layout");
_Static_assert(offsetof(struct kipc_message_header, flags) == 1, "wire layout");
_Static_assert(offsetof(struct kipc_message_header, priority) == 2, "wire layout");
_Static_assert(offsetof(struct kipc_message_header, reserved) == 3, "wire layout");
_Static_assert(offsetof(struct kipc_message_header, total_size) == 4, "wire layout");
_Static_assert(offsetof(struct kipc_message_header, sender) == 8, "wire layout");
_Static_assert(offsetof(struct kipc_message_header, destination) == 16, "wire layout");
_Static_assert(offsetof(struct kipc_message_header, request_id) == 24, "wire layout");
_Static_assert(KIPC_MESSAGE_DATA == 0 && KIPC_MESSAGE_REQUEST == 1 && KIPC_MESSAGE_RESPONSE == 2 &&
                   KIPC_MESSAGE_ERROR == 3 && KIPC_MESSAGE_CONTROL == 4,
               "wire values");

/* A whole message with a small payload. */
struct kipc_message_inline {
    struct kipc_message_header header;
    uint8_t data[KIPC_RING_INLINE_MAX];
};
_Static_assert(sizeof(struct kipc_message_inline) == KIPC_MESSAGE_HEADER_BYTES + KIPC_RING_INLINE_MAX, "no padding");

/*
 * Fills a header in; sender, destination and request id are 0.
 * header: caller's; may be the start of a loaned buffer. type, priority: go into it as they are. payload_length: bytes
 * that follow it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, unknown type); KIPC_E_INVAL_SIZE (the total does not fit 32 bits).
 * Does not block; thread or interrupt handler; any number of callers at once on different headers.
 */
KIPC_MUSTUSE int kipc_message_set_up(struct kipc_message_header *header, enum kipc_message_type type, uint8_t priority,
                                     size_t payload_length);

/*
 * Makes a whole small message.
 * message: caller's, overwritten; bytes behind the payload become 0. type, priority: of its header. data: borrowed, may
 * be NULL if length is 0. length: 0..KIPC_RING_INLINE_MAX bytes.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_INVAL_SIZE.
 * Does not block; thread or interrupt handler; any number of callers at once on different messages.
 */
KIPC_MUSTUSE int kipc_message_new_inline(struct kipc_message_inline *message, enum kipc_message_type type,
                                         uint8_t priority, const void *data, size_t length);

/*
 * Checks a header that came from a peer. Give it a private copy: a header in shared memory may change afterwards.
 * available: bytes that were really received, header included.
 * Returns KIPC_OK with all fields usable; KIPC_E_INVAL (NULL); KIPC_E_BADMSG (fewer bytes than a header, type, flag or
 * reserved byte unknown, total_size below a header or above `available`; a Response or Error without a request id).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_message_validate(const struct kipc_message_header *header, size_t available);

/*
 * What the kernel does to a header on its way: writes the true sender, and refuses a wrong destination.
 * sender: id of the sending process. peer: id of the process at the other end.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_SRCH (header->destination is not peer; header unchanged).
 * Does not block; thread or interrupt handler; any number of callers at once on different headers.
 */
KIPC_MUSTUSE int kipc_message_stamp(struct kipc_message_header *header, uint64_t sender, uint64_t peer);

/*
 * Makes the Error message that answers a request.
 * reply: caller's, overwritten. request: the header it answers. code: a negative KIPC_E_ value.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, request is no Request, code not negative).
 * Does not block; thread or interrupt handler; any number of callers at once on different messages.
 */
KIPC_MUSTUSE int kipc_message_new_error(struct kipc_message_inline *reply, const struct kipc_message_header *request,
                                        int32_t code);

/*
 * Reads the code out of an Error message.
 * code: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL; KIPC_E_BADMSG (not an Error message of the right size, or its code is not negative).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_message_error_code(const struct kipc_message_inline *message, int32_t *code);

/* Requests that wait for their answer; the caller provides a slot for each that may be outstanding. */
struct kipc_request_table {
    uint64_t *outstanding; /* request ids, 0: free */
    uint32_t capacity;
    uint64_t next;    /* next id; 64 bits and never 0, so ids of outstanding requests differ */
    uint64_t unknown; /* answers that matched nothing, dropped */
};

/*
 * Sets up a request table.
 * outstanding: caller's, borrowed for the table's life, `capacity` words. first_id: first id to give, 0 means 1.
 * Returns KIPC_OK; KIPC_E_INVAL.
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_request_set_up(struct kipc_request_table *table, uint64_t *outstanding, uint32_t capacity,
                                     uint64_t first_id);

/*
 * Gives a header its request id and remembers it.
 * header: the caller's Request. position: receives the slot, 0..capacity-1, where the caller may keep its own data.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, not a Request); KIPC_E_FULL (too many outstanding).
 * Does not block; thread; one caller at a time a table.
 */
KIPC_MUSTUSE int kipc_request_begin(struct kipc_request_table *table, struct kipc_message_header *header,
                                    uint32_t *position);

/*
 * Matches a Response or Error to its request, in any order, and forgets the request.
 * answer: its header, borrowed and validated. position: receives the slot that kipc_request_begin gave.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_BADMSG (neither Response nor Error); KIPC_E_NOTFOUND (no such request;
 * counted in `unknown`: drop the message).
 * Does not block; thread; one caller at a time a table.
 */
KIPC_MUSTUSE int kipc_request_match(struct kipc_request_table *table, const struct kipc_message_header *answer,
                                    uint32_t *position);

#endif
