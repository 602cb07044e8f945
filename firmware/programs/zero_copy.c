/* SPDX-License-Identifier: MIT */
/*
 * Large payloads handed over without a copy: in share mode the very buffer changes hands, in move mode the mailbox's
 * copy engine carries it into the receiver's pool. The consumer checks every byte.
 * Parameters: mode (0 both, 1 share, 2 move), rounds (1), copy (0). With copy=1 a function that has no business there
 * reads each payload between send and receive, in share mode: a harness that does not name it is broken.
 */
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/endpoints.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"

const char program_name[] = "zero_copy";

#define SLOTS 8
#define RING_BYTES (sizeof(struct kipc_ring_shared) + SLOTS * sizeof(struct kipc_ring_slot))
#define BUFFERS 2
#define BUFFER_BYTES 65536
#define POOL_BYTES (BUFFERS * BUFFER_BYTES + 4096)
#define SECOND_PRIORITY (PROGRAM_MAIN_PRIORITY - 1)
#define COPIED_FLAG ENDPOINT_FREE_FLAG

enum mode { SHARE, MOVE, MODE_COUNT };

struct size {
    size_t bytes;
    const char *phase[MODE_COUNT];
};

#define SIZE(n)                                                                                                        \
    {                                                                                                                  \
        n,                                                                                                             \
        {                                                                                                              \
            "share " #n, "move " #n                                                                                    \
        }                                                                                                              \
    }
static const struct size sizes[] = {
    SIZE(57),   SIZE(64),   SIZE(100),  SIZE(128),  SIZE(256),   SIZE(512),   SIZE(1000),  SIZE(1024),  SIZE(2048),
    SIZE(4095), SIZE(4096), SIZE(4097), SIZE(8192), SIZE(16384), SIZE(32768), SIZE(65535), SIZE(65536),
};
#define SIZE_COUNT (sizeof(sizes) / sizeof(sizes[0]))

/* One path in one mode: what is shared, and the ends. */
struct path {
    alignas(64) uint8_t ring[RING_BYTES];
    struct kipc_buffer_record sender_records[BUFFERS], remote_records[BUFFERS], receiver_records[BUFFERS];
    struct link_sender sender;
    struct link_receiver receiver;
};

static struct path paths[MODE_COUNT];
static alignas(64) uint8_t pools[MODE_COUNT][POOL_BYTES] __attribute__((section(".noinit")));
static alignas(64) uint8_t receiver_pool[POOL_BYTES] __attribute__((section(".noinit")));
static alignas(64) uint8_t ring_back[RING_BYTES];
static struct ring_receiver receiver_back;
static struct ring_sender sender_back;
static struct kipc_mover mover;

/* Only with copy=1. */
static uint8_t stolen[BUFFER_BYTES] __attribute__((section(".noinit")));
static struct signal payload_copied;

static unsigned first_mode(void)
{
    return harness_parameter("mode", 0) == 2 ? MOVE : SHARE;
}

static unsigned last_mode(void)
{
    return harness_parameter("mode", 0) == 1 || harness_parameter("copy", 0) != 0 ? SHARE : MOVE;
}

static uint64_t seed_of(unsigned mode, size_t index, uint64_t round)
{
    return harness_seed() + (mode << 24) + (index << 16) + round;
}

/* The planted fault: what a driver does that says "zero copy" and copies. Not inlined, so that it has its own name. */
__attribute__((noinline)) static void copy_on_purpose(uint8_t *destination, const volatile uint8_t *source,
                                                      size_t length)
{
    for (size_t i = 0; i < length; i++) {
        destination[i] = source[i];
    }
}

static void send_one(unsigned mode, size_t index, uint64_t round, bool copy)
{
    struct kipc_link_sender *link = &paths[mode].sender.link;
    size_t bytes = sizes[index].bytes;
    struct kipc_loan loan;

    REQUIRE_OK(kipc_link_loan(link, bytes, &loan, KIPC_FOREVER));
    const uint8_t *payload = loan.data;
    pattern_write(loan.data, bytes, seed_of(mode, index, round));
    REQUIRE_OK(kipc_link_commit(link, &loan, bytes, KIPC_FOREVER));
    if (copy) {
        copy_on_purpose(stolen, payload, bytes);
        mailbox_ring_doorbell(&agent_mailboxes[0], COPIED_FLAG);
    }
}

static void receive_one(unsigned mode, size_t index, uint64_t round, bool copy)
{
    struct kipc_link_receiver *link = &paths[mode].receiver.link;
    struct kipc_link_message message;

    if (copy) {
        signal_take(&payload_copied);
    }
    REQUIRE_OK(kipc_link_receive(link, &message, KIPC_FOREVER));
    REQUIRE_EQUAL(message.kind, KIPC_SLOT_LOAN, "kind of the message");
    REQUIRE_EQUAL(message.length, sizes[index].bytes, "length of the message");
    size_t wrong = pattern_check(message.view.data, message.length, seed_of(mode, index, round));
    REQUIRE(wrong == PATTERN_GOOD, "%s: payload differs near byte %lu", sizes[index].phase[mode], wrong);
    REQUIRE_OK(kipc_link_release(link, &message.view));
    /* Tells the sender that this size is over. */
    REQUIRE_OK(kipc_ring_send_blocking(&sender_back.ring, &message.length, sizeof(message.length), KIPC_FOREVER));
}

static void second_agent(void *argument)
{
    struct mailbox *mailbox = &agent_mailboxes[1];
    bool copy = harness_parameter("copy", 0) != 0;
    uint64_t rounds = harness_parameter("rounds", 1);

    (void)argument;
    for (unsigned mode = first_mode(); mode <= last_mode(); mode++) {
        link_receiver_open(&paths[mode].receiver, mailbox, mode,
                           (struct kipc_link_receiver_config){
                               .ring_memory = paths[mode].ring,
                               .ring_bytes = RING_BYTES,
                               .pool = {.memory = mode == SHARE ? pools[SHARE] : receiver_pool,
                                        .bytes = POOL_BYTES,
                                        .records = paths[mode].receiver_records,
                                        .record_count = BUFFERS},
                           });
    }
    ring_sender_open(&sender_back, mailbox, MODE_COUNT, ring_back, sizeof(ring_back));
    signal_open(&payload_copied, mailbox, COPIED_FLAG);
    agents_second_is_ready();
    for (unsigned mode = first_mode(); mode <= last_mode(); mode++) {
        for (size_t index = 0; index < SIZE_COUNT; index++) {
            for (uint64_t round = 0; round < rounds; round++) {
                receive_one(mode, index, round, copy);
            }
        }
    }
}

void program_second_hart(void)
{
    agents_second_hart(second_agent, SECOND_PRIORITY);
}

static void open_sender(unsigned mode)
{
    struct path *path = &paths[mode];
    struct kipc_link_sender_config config = {
        .ring_memory = path->ring,
        .ring_bytes = RING_BYTES,
        .pool = {.memory = pools[mode], .bytes = POOL_BYTES, .records = path->sender_records, .record_count = BUFFERS},
    };

    REQUIRE_OK(kipc_ring_format(path->ring, RING_BYTES, SLOTS, 0));
    REQUIRE_OK(kipc_pool_format(pools[mode], POOL_BYTES, BUFFERS, BUFFER_BYTES, 0));
    if (mode == MOVE) {
        REQUIRE_OK(kipc_pool_format(receiver_pool, POOL_BYTES, BUFFERS, BUFFER_BYTES, 0));
        mover = ipc_copy_mover(&agent_mailboxes[0]);
        config.mover = &mover;
        config.remote = (struct kipc_link_pool){receiver_pool, POOL_BYTES, path->remote_records, BUFFERS};
    }
    link_sender_open(&path->sender, &agent_mailboxes[0], mode, config);
}

static void check_counters(unsigned mode, uint64_t messages, uint64_t bytes)
{
    struct kipc_link_counters counters = kipc_link_sender_counters(&paths[mode].sender.link);

    REQUIRE_EQUAL(counters.path_large, messages, "messages on the loan path");
    REQUIRE_EQUAL(counters.copied_bytes, 0, "bytes copied by the CPU");
    REQUIRE_EQUAL(counters.moved_bytes, mode == MOVE ? bytes : 0, "bytes moved by the copy engine");
    print("%s mode: %lu messages, %lu bytes, %lu moved\n", mode == SHARE ? "share" : "move", messages, bytes,
          counters.moved_bytes);
}

static void run_mode(unsigned mode, uint64_t rounds, bool copy)
{
    uint64_t bytes = 0;

    for (size_t index = 0; index < SIZE_COUNT; index++) {
        harness_phase_begin(sizes[index].phase[mode]);
        for (uint64_t round = 0; round < rounds; round++) {
            size_t seen = 0;
            size_t length = 0;
            send_one(mode, index, round, copy);
            REQUIRE_OK(kipc_ring_receive_blocking(&receiver_back.ring, &seen, sizeof(seen), &length, KIPC_FOREVER));
            REQUIRE_EQUAL(seen, sizes[index].bytes, "length that the receiver saw");
            bytes += sizes[index].bytes;
        }
        harness_phase_end(sizes[index].phase[mode]);
    }
    check_counters(mode, SIZE_COUNT * rounds, bytes);
}

void program_main(void)
{
    bool copy = harness_parameter("copy", 0) != 0;

    REQUIRE(!copy || harness_parameter("mode", 0) != 2, "copy=1 works in share mode only");
    agents_open();
    for (unsigned mode = first_mode(); mode <= last_mode(); mode++) {
        open_sender(mode);
    }
    REQUIRE_OK(kipc_ring_format(ring_back, sizeof(ring_back), SLOTS, 0));
    ring_receiver_open(&receiver_back, &agent_mailboxes[0], MODE_COUNT, ring_back, sizeof(ring_back));
    agents_release_second_hart();
    agents_start_second(second_agent, SECOND_PRIORITY);
    for (unsigned mode = first_mode(); mode <= last_mode(); mode++) {
        run_mode(mode, harness_parameter("rounds", 1), copy);
    }
    verdict_pass();
}
