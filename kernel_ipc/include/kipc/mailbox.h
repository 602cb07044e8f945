/* SPDX-License-Identifier: MIT */
/*
 * A transport over a hardware mailbox: channels to the kernel behind it (kipc/transport.h).
 *
 * Small messages go as words through the mailbox's FIFO. Others are copied by its copy engine from slots here into
 * slots of the peer, and published by one more copy, that of a board with this side's indices, for as many messages as
 * there are. The same board gives the peer its slots back. A doorbell comes with the board's arrival.
 *
 *   staging slots --copies--> area of the peer: slots        everything in an area is written by the other side only
 *   board         --copy----> area of the peer: board, doorbell
 *
 * Sessions: each side has a life, a number that changes whenever it begins anew, and tells it in a greeting. Every word
 * frame, slot and index carries both lives, so what was on its way when a side was reset is never taken for a message
 * of the new session. When one side begins anew, all channels of the route are parted on both (kipc_transport_lost).
 *
 * One thread owns a mailbox and calls kipc_mailbox_run; everybody else only wakes it. Nothing that the peer writes is
 * trusted: words have a check sum, indices a range, slots a tag and a length; what cannot be ends the session.
 *
 *     result = kipc_mailbox_open(&mailbox, kernel, node, &config); // and the route is there
 *     for (;;) { // the owner, a thread of its own
 *         uint64_t again = kipc_mailbox_run(&mailbox);
 *         port->ops->block(port->context, again); // wake of the operations ends it
 *     }
 *
 * When: the transport for a hardware mailbox with a FIFO of words, doorbells and a copy engine; for any other wire
 * write one (kipc/transport.h).
 * Memory: the structure, an area that the peer writes and staging memory of kipc_mailbox_area_bytes each, all the
 * caller's until kipc_mailbox_close.
 * Concurrency: one owner runs it; wake, peer_was_reset and restart from anywhere.
 * Cost: a short message takes its frame's words, a longer one a copy, many of them one publication; a run is bounded by
 * what was there when it began.
 */
#ifndef KIPC_MAILBOX_H
#define KIPC_MAILBOX_H

#include <kipc/transport.h>

/* Longest payload that goes by words, and words of the longest frame. */
#define KIPC_MAILBOX_SMALL_MAX 16u
#define KIPC_MAILBOX_FRAME_WORDS 15u
/* Boards that may be on their way at once. */
#define KIPC_MAILBOX_BOARDS 4u
#define KIPC_MAILBOX_SLOTS_MAX 128u

/* How a copy is made. */
enum kipc_mailbox_copy_flag {
    KIPC_MAILBOX_COPY_FENCE = 1,  /* it begins when all before it are in memory */
    KIPC_MAILBOX_COPY_NOTIFY = 2, /* the peer's doorbell rings when it is in memory */
    KIPC_MAILBOX_COPY_TELL = 4    /* this side is woken when it has ended */
};

/* What the transport asks of a device, or of its driver. None may block; all are called by the owner but for wake. */
struct kipc_mailbox_ops {
    /* Words that the FIFO takes now. If there are fewer than `wanted`, the owner is woken when there may be more. */
    uint32_t (*word_room)(void *context, uint32_t wanted);
    /* Sends words, in order; there is room for them. */
    void (*push)(void *context, const uint32_t *words, uint32_t count);
    /* Takes a word: KIPC_OK, KIPC_E_EMPTY, or KIPC_E_INTEGRITY if it was damaged and is lost. */
    int (*pop)(void *context, uint32_t *word);
    /* Copies that can be put now. */
    uint32_t (*copy_room)(void *context);
    /* Puts a copy into memory of the peer; there is room for it. Copies are made in order. flags: of the enum above. */
    void (*copy)(void *context, uint64_t destination, const void *source, uint32_t length, uint32_t flags);
    /* Begins all copies that were put. What was written to their sources before is visible to the device. */
    void (*submit)(void *context);
    /* Returns how many copies have ended since the last call, 0 and up; KIPC_E_FAULT if one of them has failed. */
    int (*ended)(void *context);
    /* The owner found nothing to do: whatever arrives from now on, or has arrived since, wakes it. */
    void (*idle)(void *context);
    /* Lets the owner run. From any thread, and from the kernel's critical section. */
    void (*wake)(void *context);
};

/* Indices of one side, each with the session in its upper half. The peer reads them in its own memory. */
struct kipc_mailbox_board {
    alignas(KIPC_CACHELINE) uint32_t tails[KIPC_CFG_PORTS_MAX]; /* messages put into the peer's slots */
    uint32_t heads[KIPC_CFG_PORTS_MAX];                         /* messages taken out of its own slots */
    uint32_t words[KIPC_CFG_PORTS_MAX];                         /* messages taken out of the FIFO */
    uint32_t wants;                                             /* lower half: ports that wait for slots */
};

/*
 * When the peer's doorbell rings for messages. With a device that keeps its interrupt masked from the first one until
 * `idle`, KIPC_MAILBOX_ALWAYS means: once on the way from nothing to something.
 */
enum kipc_mailbox_policy {
    KIPC_MAILBOX_ALWAYS,   /* with each publication, which may be of many messages */
    KIPC_MAILBOX_THRESHOLD /* when `threshold` messages are published, or the oldest of them is `delay` ticks old */
};

/* What both sides must agree about, and what is this side's own. */
struct kipc_mailbox_config {
    const struct kipc_mailbox_ops *ops;
    void *context;
    uint32_t life;         /* not 0, and another one than that of the last use of this side */
    uint32_t ports;        /* 1..KIPC_CFG_PORTS_MAX; as the peer's */
    uint32_t slots;        /* messages a port on their way: a power of two, 2..KIPC_MAILBOX_SLOTS_MAX; as the peer's */
    uint32_t payload_max;  /* bytes of the largest message; as the peer's */
    void *area;            /* what the peer writes: kipc_mailbox_area_bytes, aligned to KIPC_CACHELINE */
    void *staging;         /* what this side's copies read: as many */
    uint64_t area_address; /* of the area, as the peer's device reaches it */
    uint64_t peer_first;   /* where the peer's area may be, as this device reaches it: copies never leave this range */
    uint64_t peer_bytes;
    enum kipc_mailbox_policy policy;
    uint32_t threshold; /* 1 and up */
    uint64_t delay;     /* ticks */
    uint64_t patience;  /* ticks after which a greeting that nobody has answered is sent again */
};

/* What has happened, since the set-up. */
struct kipc_mailbox_counters {
    uint64_t sessions;     /* that came about */
    uint64_t small;        /* messages sent as words */
    uint64_t large;        /* messages sent by copies */
    uint64_t publications; /* boards sent */
    uint64_t notified;     /* of these, with a doorbell */
    uint64_t delivered;    /* messages given to the kernel */
    uint64_t undelivered;  /* messages that it did not take: the channel was closed, a type or a size not admitted */
    uint64_t parted;       /* channels that ended with a session */
    uint64_t stale;        /* frames of another session, dropped */
    uint64_t violations;   /* what a peer may never send: each ended the session */
};

/* A channel of the mailbox. Members are for the library. */
struct kipc_mailbox_port {
    volatile bool is_kicked;  /* there may be something to take */
    volatile bool was_closed; /* by the program, in this session: what comes for it is dropped */
    uint16_t tail;            /* messages put into slots of the peer */
    uint16_t acknowledged;    /* of these, known to be taken */
    uint16_t head;            /* messages taken out of slots here */
    uint16_t words_sent;
    uint16_t words_acknowledged;
    uint16_t words_taken;
    uint16_t sequence_sent; /* of all messages, by words and by slots */
    uint16_t sequence_taken;
    bool has_held;       /* a small message for which the inbox had no room */
    uint8_t held_length; /* bytes that came of its payload */
    struct kipc_message_header held_header;
    uint8_t held[KIPC_MAILBOX_SMALL_MAX];
};

/* The members are the library's, but for `transport`, which the caller gives to kipc_route_add. */
struct kipc_mailbox {
    struct kipc_transport transport;
    struct kipc_mailbox_config config;
    struct kipc_kernel *kernel;
    uint32_t node;
    uint32_t slot_bytes;
    bool is_up;
    uint64_t greet_by;      /* ticks: the next greeting, unless it is up before */
    bool must_greet;        /* a greeting is to be sent as soon as there is room */
    volatile bool was_lost; /* the device says that the peer was reset */
    volatile bool must_restart;
    uint32_t life;
    uint32_t peer_life;    /* 0: unknown */
    uint32_t told_life;    /* the peer's life that the last greeting named */
    uint16_t session_sent; /* what frames to the peer carry, and what those from it must */
    uint16_t session_expected;
    uint64_t peer_area;
    uint32_t frame[KIPC_MAILBOX_FRAME_WORDS];
    uint32_t frame_words; /* that have arrived of it */
    uint64_t copies_put;
    uint64_t copies_ended;
    uint64_t board_copies[KIPC_MAILBOX_BOARDS]; /* the number of the last copy of each */
    uint32_t next_board;
    bool must_publish;   /* indices have changed since the last board */
    bool must_notify;    /* and the peer waits for it */
    uint32_t unnotified; /* messages published without a doorbell */
    uint64_t notify_by;  /* ticks */
    uint32_t wanted;     /* the peer's `wants` that was answered last */
    uint32_t told_wants; /* ports that were last said to wait for slots */
    struct kipc_mailbox_port ports[KIPC_CFG_PORTS_MAX];
    struct kipc_mailbox_counters counters;
};

/*
 * Gives the bytes of an area, and of the staging memory.
 * ports, slots, payload_max: as in struct kipc_mailbox_config.
 * Returns the size, or 0 if a number is not allowed.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_mailbox_area_bytes(uint32_t ports, uint32_t slots, uint32_t payload_max);

/*
 * Sets a mailbox up and adds the route to the node behind it.
 * mailbox: caller's, overwritten, in use until kipc_mailbox_close. config: copied; what it points to is borrowed. node:
 * as for kipc_route_add.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, an operation is missing, a number that is not allowed, misaligned memory); as
 * kipc_route_add. The owner then calls kipc_mailbox_run, which greets the peer.
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_mailbox_open(struct kipc_mailbox *mailbox, struct kipc_kernel *kernel, uint32_t node,
                                   const struct kipc_mailbox_config *config);

/*
 * Does all that there is to do: takes what arrived, sends what waits, publishes.
 * Returns the tick at which it must be called again even if nobody wakes the owner; KIPC_FOREVER: none.
 * Does not block, and its time is bounded by what was there at its begin; the owner's thread only.
 */
uint64_t kipc_mailbox_run(struct kipc_mailbox *mailbox);

/*
 * What the device's driver calls when the peer was reset; the next run parts the channels and greets anew.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
void kipc_mailbox_peer_was_reset(struct kipc_mailbox *mailbox);

/*
 * Begins a new life: what is under way is dropped, the channels are parted, the peer is greeted anew. For the side
 * whose own device was reset, after its driver is ready again.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
void kipc_mailbox_restart(struct kipc_mailbox *mailbox);

/*
 * Ends the use of a mailbox: removes the route. The device must have ended its copies.
 * Returns as kipc_route_remove.
 * Does not block; the owner's thread, or any after it has ended.
 */
KIPC_MUSTUSE int kipc_mailbox_close(struct kipc_mailbox *mailbox);

#endif
