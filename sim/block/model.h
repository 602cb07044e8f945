/* SPDX-License-Identifier: MIT */
/*
 * The reference model of the mailbox, written from rtl/mailbox/mailbox.rdl and OPERATION.md alone. It predicts every
 * output of every cycle; on the memory port, where the specification leaves freedom, it judges what it sees.
 *
 * A model is plain data without pointers: where the specification allows a state change in one of several cycles, the
 * run keeps a copy of the model for each possibility until an output tells them apart (hypotheses.h).
 */
#ifndef BLOCK_MODEL_H
#define BLOCK_MODEL_H

#include "cosim/design.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    MODEL_AGENTS = 8,
    MODEL_WINDOWS = 2,
    MODEL_CHANNELS = 2,
    MODEL_DEPTH = 16,
    MODEL_RINGS = 16,
    MODEL_MESSAGES = 8,
    MODEL_SEGMENTS = 4,
    MODEL_BURSTS = 64,
    MODEL_LANES = 6,
};

enum refusal {
    REFUSAL_NONE = 0,
    REFUSAL_ADDRESS = 1,
    REFUSAL_PARTIAL = 2,
    REFUSAL_OVERFLOW = 3,
    REFUSAL_UNDERFLOW = 4,
    REFUSAL_PARITY = 5,
    REFUSAL_OWNER = 6,
    REFUSAL_LOCKED = 7,
    REFUSAL_BUSY = 8,
    REFUSAL_INDEX = 9,
    REFUSAL_RESETTING = 10,
    REFUSAL_DISABLED = 11,
};

enum source {
    SOURCE_DOORBELL = 1 << 0,
    SOURCE_ACKNOWLEDGE = 1 << 1,
    SOURCE_FIFO_RECEIVE = 1 << 2,
    SOURCE_FIFO_SPACE = 1 << 3,
    SOURCE_FIFO_ERROR = 1 << 4,
    SOURCE_RING_COMPLETION = 1 << 5,
    SOURCE_RING_ERROR = 1 << 6,
    SOURCE_TIMER = 1 << 7,
    SOURCE_PEER_RESET = 1 << 8,
    SOURCE_REFUSAL = 1 << 9,
    SOURCE_QUIESCED = 1 << 10,
    SOURCES_ALL = 0x7ff,
};

enum ring_event {
    RING_COMPLETION = 1 << 0,
    RING_ERROR = 1 << 1,
    RING_INDEX = 1 << 2,
    RING_ABORTED = 1 << 3,
    RING_FETCH_FAILED = 1 << 4,
    RING_COMPLETION_FAILED = 1 << 5,
};

enum trace_kind {
    TRACE_DOORBELL_SET = 1,
    TRACE_DOORBELL_CLEAR = 2,
    TRACE_FIFO_PUSH = 3,
    TRACE_FIFO_POP = 4,
    TRACE_FIFO_FLUSH = 5,
    TRACE_RING_SUBMIT = 6,
    TRACE_RING_ABORT = 7,
    TRACE_SOFT_RESET = 8,
    TRACE_REFUSED = 9,
    TRACE_DESCRIPTOR_READ = 16,
    TRACE_SEGMENT_START = 17,
    TRACE_COMPLETION = 18,
    TRACE_MESSAGE_INTERRUPT = 19,
    TRACE_WIRES = 32,
    TRACE_TIMER_MATCH = 33,
    TRACE_RESET_DONE = 34,
};

enum status {
    STATUS_OK = 0,
    STATUS_LENGTH = 1,
    STATUS_READ_REFUSED = 2,
    STATUS_WRITE_REFUSED = 4,
    STATUS_DESCRIPTOR = 6,
    STATUS_CHAIN = 7,
};

/** The design's parameters, OPERATION.md "Sizes". */
struct size {
    unsigned agents, windows, channels, depth, width, rings;
    uint32_t length_maximum;
    bool parity, crc;
};

struct owner {
    bool owned;
    uint8_t requester;
};

struct doorbell {
    uint32_t flags, mask, acknowledge, acknowledge_enable;
    uint32_t notified; /* rung by completions in this cycle */
    struct owner sender, receiver;
};

struct fifo {
    uint64_t words[MODEL_DEPTH];
    bool bad[MODEL_DEPTH];
    uint8_t level;
    bool inject, space_interrupt, receive_interrupt, auto_pop;
    bool overflow, underflow, sender_flushed, receiver_flushed, parity_event;
    uint16_t low_watermark, high_watermark, stall_cycles, dropped, high_water_mark;
    uint32_t push_high, auto_pop_high;
    uint64_t flushed_in; /* the cycle after that of the last flush */
    struct owner sender, receiver;
};

struct timer {
    uint64_t compare;
    uint32_t compare_high, period;
    bool enable, periodic, pending, armed;
};

struct message_interrupt {
    uint64_t address;
    uint32_t data;
    bool enable, failed;
    bool requested;     /* asked for and not offered */
    bool offered;       /* AWVALID has risen, B has not come */
    bool offer_allowed; /* in the cycle before; then what was to be sent is in the next two */
    uint64_t offer_address;
    uint32_t offer_data, sent_data;
};

struct agent {
    struct timer timer;
    struct message_interrupt message;
    uint32_t cycle_high;
    uint16_t enable, test, pending_before;
    bool resetting, quiesce, refusal_valid, refusal_write;
    uint8_t lock, peer_reset;
    uint8_t refusal_code, refusal_requester;
    uint16_t refusal_offset;
    uint32_t counts[6];                /* accesses, refusals, messages, bytes, read stalls, write stalls */
    uint64_t drained_for, reset_cycle; /* the cycle in which the reset that goes on was asked for */
};

struct ring {
    uint64_t submission_base, completion_base, error_address;
    uint8_t submission_log2, completion_log2;
    bool enable, high_priority, aborting;
    uint8_t drained_for; /* cycles for which an abort or a drop could have ended already */
    uint16_t tail, head, completion_head, completion_tail, fetched;
    uint16_t moderation_count, high_water_mark, counted;
    uint32_t moderation_time;
    uint64_t moderation_deadline, abort_cycle, abort_again; /* the last two: when it was asked for, and once more */
    uint64_t stopped_in;                                    /* the cycle of the last answer that disabled it */
    uint8_t events;
    struct owner owner;
};

struct segment {
    uint64_t source, destination;
    uint32_t length, read_offered, read_accepted, read_done, write_offered, write_done; /* bytes from its start */
    uint32_t written, good; /* bytes from its start with data and strobe; in bursts that memory has accepted */
    uint32_t read_bad;      /* first byte that memory refused to give; UINT32_MAX if none */
    uint16_t flags;
    uint8_t errors; /* statuses that memory's answers have given a cause for, one bit each */
    bool started, finished;
};

struct message {
    uint8_t ring;
    uint16_t descriptors, tag, flags;
    uint32_t notify;
    struct segment segments[MODEL_SEGMENTS];
    uint8_t segment_count;
    bool open; /* a further descriptor belongs to it as far as is known */
    bool fence, crc_wanted, aborted, dropped, offered, data_seen;
    uint8_t statuses;         /* statuses that it may complete with, one bit each; 0: ok */
    uint8_t pending_statuses; /* the same of a descriptor behind segments that are still copied */
    uint32_t bytes, crc;
    uint16_t number; /* of its completion, once offered */
    uint8_t status;  /* once its completion's data have been seen */
    uint64_t expected[2], completion_address;
};

enum burst_kind { BURST_PAYLOAD, BURST_COMPLETION, BURST_INTERRUPT };

/** A write burst from AWVALID to B. */
struct burst {
    uint8_t kind, agent, beats, beats_done;
    bool data_done;
    uint64_t address;
    uint32_t first, last; /* bytes of the segment */
};

struct fetch {
    bool active, error;
    uint8_t ring, beats;
    uint64_t address, words[4];
};

struct read_burst {
    uint64_t address;
    uint16_t beats, done;
};

/** What is on the memory port and in work behind it. */
struct engine {
    struct message messages[MODEL_MESSAGES]; /* in the order in which they were chosen */
    uint8_t message_count;
    struct fetch fetch;
    struct read_burst reads[MODEL_BURSTS]; /* of the payload, oldest first */
    uint8_t read_count;
    struct burst writes[MODEL_BURSTS]; /* in the order of AWVALID */
    uint8_t write_count;
    uint8_t last_high, last_low, passed_over;
    uint8_t last_interrupt;          /* agents send their messages in turn */
    int8_t choice;                   /* the ring that would have been chosen in the cycle before; -1: none */
    bool choice_high, choice_passes; /* its priority then; a ring of low priority was ready with it */
    bool ar_waits, aw_waits;         /* offered in the cycle before and not taken */
    bool beat_seen;                  /* the W beat that is offered has been offered before */
    uint64_t beat_cycle;             /* the cycle in which it was first offered */
};

struct port {
    bool aw_held, w_held, ar_held, b_waits, r_waits, last_write;
    uint32_t aw_address, w_data, ar_address, r_data, r_mask, waited;
    uint8_t aw_user, ar_user, w_strobe, b_response, r_response;
};

struct model {
    struct size size;
    uint64_t cycle;
    struct agent agents[MODEL_AGENTS];
    struct doorbell doorbells[MODEL_AGENTS][MODEL_AGENTS][MODEL_WINDOWS]; /* [sender][receiver] */
    struct fifo fifos[MODEL_AGENTS][MODEL_AGENTS][MODEL_CHANNELS];
    struct ring rings[MODEL_RINGS]; /* agent * size.rings + ring */
    struct engine engine;
    struct port port;
    uint32_t wires_before;
    bool quiesce_wire;
    const char *failed_check; /* static text; NULL while nothing is wrong */
    char failure[200];
};

struct access {
    bool write, outside;
    uint8_t agent, requester, strobe;
    uint16_t offset;
    uint32_t data;
};

/** How an access is answered. `mask` tells which bits of read data the specification determines. */
struct answer {
    enum refusal code;
    uint32_t data, mask;
};

struct lane {
    bool valid, optional;
    uint8_t kind, channel;
    uint32_t value, mask;
};

struct prediction {
    bool aw_ready, w_ready, ar_ready, b_valid, r_valid, quiesce_accept;
    uint8_t b_response, r_response;
    uint32_t r_data, r_mask;
    uint32_t wires, wires_mask;
    uint16_t sources[MODEL_AGENTS], sources_mask[MODEL_AGENTS];
    uint32_t doorbell[MODEL_AGENTS];
    struct lane lanes[MODEL_LANES];
    uint64_t quiet_bound;
    bool execute_write, execute_read; /* at most one */
    struct access access;
    struct answer answer;
};

/** One cycle as it was driven and seen. */
struct observation {
    const struct cosim_design_inputs *in;
    const struct cosim_design_outputs *out;
};

/** The state after a hardware reset. */
void model_reset(struct model *model, const struct size *size);
/** Takes notice of what rises on the memory port. First thing in a cycle. */
void model_observe(struct model *model, const struct observation *seen);
/** Predicts the outputs of this cycle. Does not change the model. */
void model_predict(const struct model *model, const struct observation *seen, struct prediction *prediction);
/** Moves to the next cycle. What the memory port must not do is reported through model_fail. */
void model_advance(struct model *model, const struct observation *seen, const struct prediction *prediction);
/** @return cycles from now on in which nothing but the cycle counter moves; UINT64_MAX: none ever */
uint64_t model_quiet_bound(const struct model *model);
/** Lets quiet cycles pass. */
void model_skip(struct model *model, uint64_t cycles);
/** Notes the first failed check. */
void model_fail(struct model *model, const char *check, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* --- parts ------------------------------------------------------------------------------------------------------- */

/** Splits an address of the register port. */
struct access access_of(const struct model *model, bool write, uint32_t address, uint32_t data, uint8_t strobe,
                        uint8_t requester);
/** How the access would be answered in this cycle. No side effect. */
struct answer access_judge(const struct model *model, const struct access *access);
/** The access's effects, refused or not. */
void access_apply(struct model *model, const struct access *access, const struct answer *answer);
/** What lane 0 shows of it. */
struct lane access_trace(const struct model *model, const struct access *access, const struct answer *answer);
bool owner_refuses(const struct owner *owner, uint8_t requester);
void owner_write(struct owner *owner, uint32_t data, uint8_t requester);
static inline uint32_t owner_read(const struct owner *owner)
{
    return (uint32_t)owner->owned | (uint32_t)owner->requester << 8;
}

/* Each frame judges and applies its own registers; the caller has dealt with reasons that are common to all. */
struct answer control_judge(const struct model *model, const struct access *access);
void control_apply(struct model *model, const struct access *access);
struct answer doorbell_judge(const struct model *model, const struct access *access);
void doorbell_apply(struct model *model, const struct access *access);
struct answer fifo_judge(const struct model *model, const struct access *access);
void fifo_apply(struct model *model, const struct access *access, const struct answer *answer);
struct answer ring_judge(const struct model *model, const struct access *access);
void ring_apply(struct model *model, const struct access *access, const struct answer *answer);

bool timer_matches(const struct model *model, unsigned agent);
/** What a match does; an access of the same cycle comes after. */
void timer_match(struct model *model, unsigned agent);
uint16_t interrupt_status(const struct model *model, unsigned agent);
uint16_t interrupt_pending(const struct model *model, unsigned agent);
bool agent_quiescing(const struct model *model, unsigned agent);
bool agent_memory_busy(const struct model *model, unsigned agent);
/** No register of the agent shows for sure whether it is busy: a reset has begun and the memory port is clear. */
bool agent_unsettled(const struct model *model, unsigned agent);
/** The resets of one cycle, a bit an agent. */
void agents_soft_reset(struct model *model, uint32_t agents);
void agent_count_clear(struct model *model, unsigned agent);
void message_interrupt_advance(struct model *model, unsigned agent, bool rearmed);

void doorbells_advance(struct model *model);
void fifo_flush(const struct model *model, struct fifo *fifo, bool by_sender, bool by_receiver);
void fifos_event(struct model *model);
/** @return a FIFO towards this agent changes with no access: its event `parity` is about to be set */
bool fifos_move(const struct model *model, unsigned receiver);

bool ring_busy(const struct model *model, unsigned ring);
unsigned ring_in_work(const struct model *model, unsigned ring);
bool ring_has_burst(const struct model *model, unsigned ring);
bool ring_ready(const struct model *model, unsigned ring);
void rings_moderate(struct model *model, const uint16_t *answered, uint8_t *events);
void ring_start_abort(struct model *model, unsigned ring);
/** Ends an abort, or drops messages that have nothing more to do. */
void ring_end(struct model *model, unsigned ring, bool event);
/** @return a message of the ring was dropped and nothing of it is on the port */
bool ring_dropped_idle(const struct model *model, unsigned ring);

/** @return the message that still takes descriptors; NULL if the next one begins another */
struct message *engine_open(struct model *model);
/** Ends a segment that had an error, or all of a message's. @return false if something is still on the port */
bool message_settle(struct model *model, struct message *message);
uint8_t *payload_buffer(void);
void engine_remove(struct engine *engine, unsigned index);
/** What rises on the memory port in this cycle: it shows in the registers of the same cycle. */
void engine_offers(struct model *model, const struct observation *seen);
/** The memory port's handshakes; what completions do to rings goes to `events` and `answered`. */
void engine_advance(struct model *model, const struct observation *seen, uint8_t *events, uint16_t *answered);
void engine_predict(const struct model *model, const struct observation *seen, struct prediction *prediction);
int engine_choose(const struct model *model, bool *passes);
struct message *payload_message(struct model *model);
struct segment *payload_segment(struct message *message);
void payload_start(struct model *model, const struct lane *lane);
void payload_read_offered(struct model *model, const struct cosim_memory_address *ar);
/** The memory takes the read that is offered. */
void payload_read_accepted(struct model *model);
void payload_read_beat(struct model *model, const struct cosim_memory_inputs *in);
void payload_write_offered(struct model *model, const struct cosim_memory_address *aw);
void payload_write_beat(struct model *model, struct burst *burst, const struct cosim_memory_outputs *out);
void payload_answered(struct model *model, const struct burst *burst, uint8_t response);
void descriptor_decode(struct model *model, struct message *message, const uint64_t *words);
void completion_offered(struct model *model, const struct cosim_memory_address *aw);
void completion_beat(struct model *model, struct burst *burst, const struct cosim_memory_outputs *out);
void completion_answered(struct model *model, uint8_t response, uint8_t *events, uint16_t *answered);
/** The oldest message whose completion has not been offered; NULL if there is none. */
struct message *completion_next(struct model *model);
uint32_t crc32c(uint32_t crc, const uint8_t *bytes, uint32_t count);

#endif
