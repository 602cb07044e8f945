/* SPDX-License-Identifier: MIT */
/*
 * A channel: two ends, and messages from each to the other. Each end has an inbox, which the other end's messages wait
 * in, the most urgent first and in order among equals. A unidirectional channel has one inbox: its first end sends, its
 * second one receives. Ends are objects of their own: many threads of many processes may use one end.
 *
 * Messages wait in blocks of the kernel, of which a channel reserves as many as its inboxes may ever need when it is
 * made. So a send never fails for want of memory, unless it has a list of capabilities; a full inbox does what its
 * overflow policy says. A payload is copied into the blocks and out of them, outside of the critical section; a small
 * one within it, if nothing else is to be done there: leaving the section and entering it again would take longer.
 *
 * Rendezvous (capacity 0): a send returns only when a receiver has taken the message.
 *
 *     struct kipc_channel_config config = kipc_channel_config_default();
 *     const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 5, .data = "hello"};
 *     result = kipc_channel_create(kernel, pid, &config, ends);
 *     result = kipc_channel_send(kernel, pid, ends[0], &message, deadline);
 *     result = kipc_channel_receive(kernel, pid, ends[1], buffer, sizeof(buffer), &info, deadline); // 5, "hello"
 *
 * When: for messages between processes that need not trust each other. For a reply kipc/call.h, for many receivers of
 * one message kipc/topic.h, for two trusted sides and the least cost kipc/ring.h, for bytes beyond a megabyte a region
 * (kipc/region.h) whose handle travels in a message.
 * Memory: entries of the kernel's table, one for each end, and blocks that are reserved at creation; all until the last
 * handle of an end is closed. What a message points to is read during the call only.
 * Concurrency: any number of threads at each end. A thread must be attached to the process that it sends and receives
 * for.
 * Cost: constant, and a copy of the payload; a batch (kipc/batch.h) costs a part of it. `make budgets`: channel_send,
 * channel_receive, channel_send_limited, channel_create_few, channel_create_many.
 */
#ifndef KIPC_CHANNEL_H
#define KIPC_CHANNEL_H

#include <kipc/handle.h>
#include <kipc/message.h>

/* Payload of a message that needs one block. */
#define KIPC_MSG_SMALL_MAX 64
/* Handles that travel with a small message; a large one may carry KIPC_CFG_CAPS_PER_MSG_MAX of them. */
#define KIPC_MSG_CAPABILITIES 4
/* Most that any message carries. */
#define KIPC_MSG_CAPABILITIES_MAX                                                                                      \
    (KIPC_CFG_CAPS_PER_MSG_MAX > KIPC_MSG_CAPABILITIES ? KIPC_CFG_CAPS_PER_MSG_MAX : KIPC_MSG_CAPABILITIES)

/* Payload of a message through a register-only channel: four words. */
#define KIPC_MSG_REGISTER_MAX 32

/* One message as it waits: two cache lines. */
struct kipc_message_slot {
    struct kipc_message_header header;
    uint8_t data[KIPC_MSG_SMALL_MAX];
    uint64_t capabilities[KIPC_MSG_CAPABILITIES];
};
_Static_assert(sizeof(struct kipc_message_slot) == 2 * KIPC_CACHELINE, "header, data and capabilities without padding");

/* A further block of a larger payload uses all of the slot for it. */
#define KIPC_BLOCK_BYTES sizeof(struct kipc_message_slot)

/* One that is free has no rest, no sender and no capabilities: a send need not say so. */
struct kipc_block {
    alignas(KIPC_CACHELINE) struct kipc_message_slot slot;
    struct kipc_block *next;    /* in an inbox, or among the free ones */
    struct kipc_block *more;    /* rest of the payload */
    struct kipc_thread *sender; /* who waits until it is taken; NULL: nobody */
    uint64_t sequence;
    uint32_t length;            /* of the payload, bytes */
    uint32_t capability_count;  /* of the slot's, from the first on; of many the last place leads to a list */
    kipc_pid_t payer;           /* apart from the length: a plain send writes both, and a word each is cheapest */
    uint32_t references;        /* owners, where a message has several: kipc/topic.h */
    uint64_t sent_at;           /* the observer's cycles when it was sent */
    uint32_t observation;       /* the kernel's at that time, 0: nobody looked on */
    kipc_handle_t sent_through; /* meaningful if somebody looked on */
};
_Static_assert(sizeof(void *) != 8 || sizeof(struct kipc_block) == (size_t)3 * KIPC_CACHELINE, "a line for the links");

/* What becomes of a message for which there is no room. */
enum kipc_overflow {
    KIPC_OVERFLOW_BLOCK,           /* its sender waits */
    KIPC_OVERFLOW_ERROR,           /* it is refused: KIPC_E_FULL */
    KIPC_OVERFLOW_DROP_NEWEST,     /* it is lost: KIPC_E_OVERFLOW for its sender */
    KIPC_OVERFLOW_OVERWRITE_OLDEST /* the least urgent, oldest ones are lost: KIPC_E_OVERFLOW once for the receiver */
};

/* What a channel shall be: begin with kipc_channel_config_default, and change what differs. */
struct kipc_channel_config {
    bool is_unidirectional;
    bool is_fifo;          /* priorities do not matter */
    uint32_t capacity;     /* messages that wait in an inbox, up to KIPC_CFG_CH_DEPTH_MAX; 0: rendezvous */
    uint32_t buffer_bytes; /* of their payloads: KIPC_CFG_CH_BYTES_MIN..KIPC_CFG_CH_BYTES_MAX */
    uint32_t message_max;  /* bytes of one payload, up to buffer_bytes */
    uint32_t control_max;  /* Control messages that may wait in an inbox; 0: a quarter of its capacity, at least 1 */
    /* No message ever lies in memory: its few words go from the sender's registers to the receiver's, when both are
     * there. Needs capacity 0 and a message_max of up to KIPC_MSG_REGISTER_MAX; no capabilities, no calls. */
    bool is_register_only;
    bool announces; /* the kernel sends each end a Control message when it is connected, and when it is parted */
    enum kipc_overflow overflow;
    enum kipc_wait_order order; /* of threads that wait */
    uint64_t timeout;           /* ticks that kipc_channel_deadline gives; KIPC_FOREVER: no end */
};

/* What an end has seen. */
struct kipc_channel_stats {
    uint64_t sent;
    uint64_t sent_bytes;
    uint64_t received;
    uint64_t received_bytes;
    uint32_t depth_peak; /* most messages in its inbox at once */
    uint64_t sent_large; /* of those sent, messages that needed more than one block */
    uint64_t dropped;    /* messages for its inbox that its policy lost */
    uint64_t full_hits;  /* sends into its inbox that found no room */
    uint64_t empty_hits; /* receives that found nothing */
    uint64_t send_waits; /* of these, how many waited */
    uint64_t receive_waits;
    uint64_t filtered; /* messages for its inbox that its filter refused */
};

/* A process or a group that may, or may not, use an end. */
struct kipc_channel_rule {
    uint32_t id;
    bool is_group;
    bool is_denied;
};

/*
 * The first members are all that a send or a receive touches of an end which need not look closer, in two cache lines:
 * as long as nothing is special about either end, and nobody waits.
 */
struct kipc_channel {
    alignas(KIPC_CACHELINE) struct kipc_object object;
    struct kipc_channel *peer; /* NULL: disconnected */
    struct kipc_block *first;  /* the inbox */
    struct kipc_block *last;
    uint64_t next_sequence; /* of the inbox */
    uint32_t send_below;    /* shorter messages of the plain types may be sent without a closer look; 0: none may */
    uint32_t receive_below; /* likewise received */
    uint32_t queued;
    int32_t queue_max;               /* messages that may be queued: capacity, less those being written or read */
    uint32_t free_bytes;             /* for payloads of messages that have no place yet */
    uint32_t lost;                   /* overwritten, and the receiver was not told yet */
    struct kipc_channel_stats stats; /* up to depth_peak */
    /* From here on: what is looked at closely. */
    struct kipc_object_details details;
    struct kipc_operation *pending_sends;    /* into the inbox: kipc/async.h */
    struct kipc_operation *pending_receives; /* from the inbox */
    bool sends_plainly;      /* nothing but rights, room and who waits decides over a plain message that it sends */
    bool receives_plainly;   /* likewise over one that it receives */
    uint32_t types;          /* admitted: bit 1 << enum kipc_message_type */
    uint32_t reserved;       /* blocks */
    bool has_inbox;          /* not the first end of a unidirectional channel */
    uint32_t controls;       /* Control messages in the inbox */
    uint32_t announcements;  /* of these, the kernel's */
    uint32_t required_table; /* class and id of the object that messages for the inbox must carry a handle of; id 0: */
    uint32_t required_id;    /* none */
    struct kipc_thread *server; /* who received a request here last */
    struct kipc_channel_config config;
    struct kipc_wait_queue receivers;
    struct kipc_wait_queue senders; /* into the inbox, for room */
    struct kipc_wait_queue takers;  /* senders by rendezvous whose message is in the inbox */
    struct kipc_channel_rule rules[KIPC_CFG_CH_ACCESS_MAX];
    uint32_t rule_count;
    bool is_remote; /* the other end is on another node: kipc/transport.h */
    bool is_proxy;  /* it stands for that end: its inbox is what waits to leave */
    uint32_t node;
    uint32_t port;
    struct kipc_transport *transport; /* while it is connected */
    bool is_idle;                     /* of a proxy: the transport found nothing; the next message kicks it */
    bool has_refused;                 /* a message of the transport found no room */
};
_Static_assert(sizeof(struct kipc_channel) <= 4096, "MOS-PF-01: size of an end");
_Static_assert(offsetof(struct kipc_channel, stats.depth_peak) + sizeof(uint32_t) <= (size_t)2 * KIPC_CACHELINE,
               "VER-PF-02: what a plain message touches");

/* A message to send. */
struct kipc_channel_message {
    enum kipc_message_type type;
    uint8_t priority; /* larger first */
    uint8_t flags;    /* of enum kipc_message_flag */
    uint32_t length;
    const void *data; /* borrowed during the call; may be NULL if length is 0 */
    uint64_t tag;     /* what it is, as its receiver will understand it: in the header's `destination` */
    /* Handles of the sender, with KIPC_RIGHT_SHARE, that the receiver gets handles from, with the same rights. */
    kipc_handle_t capabilities[KIPC_MSG_CAPABILITIES];
    uint32_t capability_count; /* 0..KIPC_MSG_CAPABILITIES; large messages: 0..KIPC_CFG_CAPS_PER_MSG_MAX */
    bool moves_capabilities;   /* the sender loses its own, once the message is sent */
    /* All of them, instead of `capabilities`, if there are more than those; borrowed during the call. */
    const kipc_handle_t *capability_list;
};

/* What a receiver learns besides the payload. */
struct kipc_channel_info {
    struct kipc_message_header header; /* sender: the process that sent it, by the kernel's word */
    uint64_t sequence;                 /* from 0 on for each inbox and connection, in order of sending */
    kipc_handle_t
        capabilities[KIPC_MSG_CAPABILITIES]; /* KIPC_NO_ID: none came, it was revoked, or the quota is used up */
};

/* The same of a message with many capabilities. */
struct kipc_channel_large_info {
    struct kipc_channel_info info; /* with the first ones of them */
    uint32_t capability_count;     /* that were sent */
    /* In the order of sending; KIPC_NO_ID as above. */
    kipc_handle_t capabilities[KIPC_MSG_CAPABILITIES_MAX];
};

/*
 * Tells what a message of one block takes while it waits, header and capabilities included: any of up to
 * KIPC_MSG_SMALL_MAX bytes, and so a whole struct kipc_message_inline. (A ring's slot is one line, and has no header.)
 * Returns bytes, two cache lines.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_slot_size(void);

/*
 * Gives the choices that most channels want.
 * Returns: KIPC_CFG_CH_SLOTS messages of up to KIPC_MSG_SMALL_MAX bytes, blocking, by priority, no time-out.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_channel_config kipc_channel_config_default(void);

/* What a Control message of the kernel tells, in its header's `destination`; its payload is empty, its sender 0. */
enum kipc_control { KIPC_CONTROL_OPEN = 1, KIPC_CONTROL_CLOSE = 2 };

/*
 * Makes a channel, connected.
 * config: borrowed during the call. ends: receives two handles with all rights, but on a unidirectional channel the
 * first one without KIPC_RIGHT_RECEIVE and the second one without KIPC_RIGHT_SEND.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, a number or choice that is not allowed); KIPC_E_STATE; KIPC_E_SRCH;
 * KIPC_E_QUOTA; KIPC_E_NOSPC (no channel or handle left); KIPC_E_NOMEM (not enough blocks to reserve).
 * Does not block; thread or interrupt handler; any number of callers at once. Takes constant time.
 */
KIPC_MUSTUSE int kipc_channel_create(struct kipc_kernel *kernel, kipc_pid_t caller,
                                     const struct kipc_channel_config *config, kipc_handle_t ends[2]);

/*
 * Sends a message to the other end. Needs KIPC_RIGHT_SEND.
 * message: with all that it points to borrowed during the call. deadline: absolute ticks, KIPC_NO_WAIT or KIPC_FOREVER;
 * for room, and in a rendezvous for a receiver. Capabilities are transferred all or none, in one critical section: its
 * length grows with their number by a constant amount each.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, unknown type or flag, too many capabilities, or an end of this channel among
 * them); KIPC_E_BADCAP (a capability is no handle of the caller, or moves twice), KIPC_E_ACCES (one lacks
 * KIPC_RIGHT_SHARE): then none is transferred; KIPC_E_NOSPC (no handle left); KIPC_E_NOMEM (no blocks left for the list
 * of more than KIPC_MSG_CAPABILITIES; they are not reserved with the channel); KIPC_E_MSGSIZE (longer than the
 * channel's message_max); KIPC_E_FILTERED (the other end does not admit the type, or requires a capability that does
 * not come along); KIPC_E_FULL (no room, and KIPC_NO_WAIT or by policy); KIPC_E_OVERFLOW (lost by policy);
 * KIPC_E_WOULDBLOCK (rendezvous, no receiver waits, and KIPC_NO_WAIT); KIPC_E_QUOTA (the caller's messages, its rate,
 * or as many Control messages wait as may); KIPC_E_CLOSED (the other end is closed or disconnected, perhaps during the
 * wait); how else a wait ends (kipc/wait_queue.h); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES
 * (the right, or a rule of this end).
 * Blocks, unless KIPC_NO_WAIT or by policy; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_send(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                   const struct kipc_channel_message *message, uint64_t deadline);

/*
 * Takes the first message of the inbox, and waits while there is none. Needs KIPC_RIGHT_RECEIVE.
 * buffer: receives the payload; capacity: its size in bytes. info: receives the header; may be NULL. deadline: absolute
 * ticks, KIPC_NO_WAIT or KIPC_FOREVER. Capabilities that info has no place for are closed, without info all.
 * Returns the payload's length, 0 and up; KIPC_E_INVAL (NULL); KIPC_E_EMPTY, in a rendezvous KIPC_E_WOULDBLOCK
 * (nothing, and KIPC_NO_WAIT); KIPC_E_MSGSIZE (capacity is too small: the message stays); KIPC_E_OVERFLOW (messages
 * were overwritten since the last call; nothing is taken, the next call goes on); KIPC_E_CLOSED (nothing, and the other
 * end is gone); how else a wait ends (kipc/wait_queue.h); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE,
 * KIPC_E_ACCES. After an error the buffer is untouched.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_receive(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, void *buffer,
                                      uint32_t capacity, struct kipc_channel_info *info, uint64_t deadline);

/*
 * The same with room for all capabilities that a message may carry.
 * info: receives header and capabilities, and how many were sent; not NULL. Others as for kipc_channel_receive.
 * Returns as kipc_channel_receive.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_receive_large(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                            void *buffer, uint32_t capacity, struct kipc_channel_large_info *info,
                                            uint64_t deadline);

/*
 * Gives the deadline that the channel's own time-out means now.
 * Returns absolute ticks, or KIPC_FOREVER; KIPC_NO_WAIT if the handle is not one of a channel.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
uint64_t kipc_channel_deadline(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Parts an end from its peer. What waits in the inboxes can be received still; then, and for sends at once, both ends
 * give KIPC_E_CLOSED. Needs KIPC_RIGHT_ADMIN.
 * Returns KIPC_OK; KIPC_E_CLOSED (it has no peer); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_disconnect(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Connects two ends that have no peer; sequence numbers begin anew. Needs KIPC_RIGHT_ADMIN of both.
 * one, other: handles of the caller.
 * Returns KIPC_OK; KIPC_E_INVAL (one end with itself, or of different kinds); KIPC_E_STATE (one has a peer);
 * KIPC_E_BUSY (one has not received what the kernel announced before); KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE,
 * KIPC_E_ACCES, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_connect(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t one,
                                      kipc_handle_t other);

/*
 * Says which types of messages an inbox admits, for those sent from now on. Needs KIPC_RIGHT_ADMIN.
 * types: bits 1 << enum kipc_message_type.
 * Returns KIPC_OK; KIPC_E_INVAL (an unknown bit); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES,
 * KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_admit(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                    uint32_t types);

/*
 * Says which object the messages for an inbox must carry a handle of, from now on. Needs KIPC_RIGHT_ADMIN.
 * capability: any handle of the caller that names the object; KIPC_NO_ID: none is required.
 * Returns KIPC_OK; KIPC_E_BADCAP (no handle of the caller, or the object is closed); KIPC_E_STATE, KIPC_E_SRCH,
 * KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_require(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      kipc_handle_t capability);

/*
 * Takes the first message of the inbox if it has this tag. Needs KIPC_RIGHT_RECEIVE.
 * tag: what the message's header must have as `destination`. Others as for kipc_channel_receive.
 * Returns as kipc_channel_receive; KIPC_E_TYPE (it has another tag: it stays).
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_receive_tagged(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                             uint64_t tag, void *buffer, uint32_t capacity, uint64_t deadline);

/*
 * Adds a rule about who may use an end, besides having a handle with the right. Without rules everybody may. With one
 * that allows, only who is allowed by one may; who is denied by one may never. Needs KIPC_RIGHT_ADMIN.
 * rule: copied.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_NOSPC (KIPC_CFG_CH_ACCESS_MAX rules); KIPC_E_STATE, KIPC_E_SRCH,
 * KIPC_E_BADF, KIPC_E_TYPE, KIPC_E_ACCES, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_add_rule(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                       const struct kipc_channel_rule *rule);

/*
 * Copies what an end has seen.
 * stats: receives it.
 * Returns the number of messages in its inbox; KIPC_E_INVAL (NULL); KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF,
 * KIPC_E_TYPE, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_stats(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                    struct kipc_channel_stats *stats);

/* How the two sides of a connection are joined. */
enum kipc_connection_type {
    KIPC_CONNECTION_POINT_TO_POINT, /* a channel whose ends are both on this node */
    KIPC_CONNECTION_BROADCAST,      /* a topic, or a subscription to one: kipc/topic.h */
    KIPC_CONNECTION_REMOTE          /* a channel to another node, over a mailbox or alike: kipc/transport.h */
};

/* What kipc_connection_info tells. */
struct kipc_connection {
    enum kipc_connection_type type;
    bool is_connected; /* there is another side */
    uint32_t node;     /* of a remote channel, else 0 */
    uint32_t port;     /* likewise */
};

/*
 * Tells what a handle connects to. Needs no right.
 * connection: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_TYPE (neither a channel nor a topic nor a subscription); KIPC_E_STATE,
 * KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_connection_info(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      struct kipc_connection *connection);

#endif
