/* SPDX-License-Identifier: MIT */
/*
 * Everything that must be refused. Each is announced to the harness first, so one that is not refused, or is refused
 * twice, fails the run. After each the device must be in the state it was in before, and must still work.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/pattern.h"
#include "programs/support/refused.h"
#include "programs/support/verdict.h"
#include "soc/memory.h"
#include "soc/trap.h"

const char program_name[] = "bad_access";

#define WORD 0x600dbeefu
#define FLAG 0x00000100u
/* RAM ends here for the copy engine; behind it there is the register window, which is no memory to it. */
#define NO_MEMORY SOC_WINDOW_BASE
#define EXCEPTION_ILLEGAL_INSTRUCTION 2

/* The agent that is badly used, and the other one. */
static struct mailbox *const user = &agent_mailboxes[0];
static struct mailbox *const other = &agent_mailboxes[1];
static uint8_t from[65536] __attribute__((section(".noinit"), aligned(64)));
static uint8_t to[65536] __attribute__((section(".noinit"), aligned(64)));

/* What a refused access must not change. */
struct state {
    uint32_t values[15];
};

static struct state read_state(void)
{
    uintptr_t ring = MAILBOX_PART(user->frame, ring[1]);

    return (struct state){{
        MAILBOX_READ(user->frame, CONTROL, IDENTITY),
        MAILBOX_READ(user->frame, CONTROL, TIMER_CONTROL),
        MAILBOX_READ(user->frame, CONTROL, INTERRUPT_ENABLE),
        MAILBOX_READ(other->frame, CONTROL, INTERRUPT_ENABLE),
        MAILBOX_READ(user->window.receiver, DOORBELL_RECEIVER, DOORBELL_STATUS),
        MAILBOX_READ(user->window.receiver, DOORBELL_RECEIVER, DOORBELL_MASK),
        MAILBOX_READ(other->window.receiver, DOORBELL_RECEIVER, DOORBELL_STATUS),
        MAILBOX_READ(user->fifo.sender, FIFO_SENDER, FIFO_SEND_STATUS),
        MAILBOX_READ(other->fifo.sender, FIFO_SENDER, FIFO_SEND_STATUS),
        MAILBOX_READ(user->fifo.receiver, FIFO_RECEIVER, FIFO_PEEK),
        MAILBOX_READ(other->fifo.receiver, FIFO_RECEIVER, FIFO_PEEK),
        MAILBOX_READ(ring, RING, RING_SUBMISSION_BASE_LOW),
        MAILBOX_READ(ring, RING, RING_SIZE),
        MAILBOX_READ(ring, RING, RING_CONTROL),
        MAILBOX_READ(ring, RING, RING_SUBMISSION_TAIL),
    }};
}

static void check_same(const struct state *before, const char *what)
{
    struct state after = read_state();

    for (unsigned i = 0; i < sizeof(after.values) / sizeof(after.values[0]); i++) {
        REQUIRE(after.values[i] == before->values[i], "%s: register %u of the list changed from 0x%x to 0x%x", what, i,
                before->values[i], after.values[i]);
    }
}

static void check_works(const char *what)
{
    uint32_t status = MAILBOX_READ(user->fifo.sender, FIFO_SENDER, FIFO_SEND_STATUS);

    MAILBOX_WRITE(user->window.sender, DOORBELL_SENDER, DOORBELL_SET, FLAG);
    REQUIRE((MAILBOX_READ(other->window.receiver, DOORBELL_RECEIVER, DOORBELL_STATUS) & FLAG) != 0,
            "after %s no doorbell rings", what);
    MAILBOX_WRITE(other->window.receiver, DOORBELL_RECEIVER, DOORBELL_CLEAR, FLAG);
    if (MAILBOX_FIELD(FIFO_SENDER, FIFO_SEND_STATUS, LEVEL, status) == 0) {
        MAILBOX_WRITE(user->fifo.sender, FIFO_SENDER, FIFO_PUSH, WORD);
        REQUIRE(MAILBOX_READ(other->fifo.receiver, FIFO_RECEIVER, FIFO_PEEK) == WORD, "after %s the FIFO does not work",
                what);
        MAILBOX_WRITE(other->fifo.receiver, FIFO_RECEIVER, FIFO_POP, 1);
    }
}

static struct mailbox *agent_of(uintptr_t address)
{
    return address < other->frame ? user : other;
}

static void try_write(const char *what, uintptr_t address, uint32_t value, uint8_t code)
{
    struct state before = read_state();

    refused_write(agent_of(address), what, address, value, code);
    check_same(&before, what);
    check_works(what);
}

static void try_read(const char *what, uintptr_t address, uint8_t code)
{
    struct state before = read_state();

    refused_read(agent_of(address), what, address, code);
    check_same(&before, what);
    check_works(what);
}

static void fifo_errors(void)
{
    const uintptr_t sender = user->fifo.sender;
    const uintptr_t receiver = other->fifo.receiver;
    const unsigned depth = user->features.fifo_depth;

    try_write("a pop from an empty FIFO", MAILBOX_ADDRESS(receiver, FIFO_RECEIVER, FIFO_POP), 1, REFUSED(UNDERFLOW));
    try_read("an auto-pop that is off", MAILBOX_ADDRESS(receiver, FIFO_RECEIVER, FIFO_AUTO_POP), REFUSED(DISABLED));
    REQUIRE_EQUAL(MAILBOX_READ(receiver, FIFO_RECEIVER, FIFO_RECEIVE_EVENT),
                  MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_EVENT, UNDERFLOW), "FIFO_RECEIVE_EVENT");
    for (unsigned i = 0; i < depth; i++) {
        MAILBOX_WRITE(sender, FIFO_SENDER, FIFO_PUSH, i);
    }
    try_write("a push to a full FIFO", MAILBOX_ADDRESS(sender, FIFO_SENDER, FIFO_PUSH), WORD, REFUSED(OVERFLOW));
    try_write("a pop of more than there is", MAILBOX_ADDRESS(receiver, FIFO_RECEIVER, FIFO_POP), depth + 1,
              REFUSED(UNDERFLOW));
    REQUIRE_EQUAL(MAILBOX_READ(sender, FIFO_SENDER, FIFO_SEND_EVENT),
                  MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_EVENT, OVERFLOW), "FIFO_SEND_EVENT");
    for (unsigned i = 0; i < depth; i++) {
        REQUIRE_EQUAL(MAILBOX_READ(receiver, FIFO_RECEIVER, FIFO_PEEK), i, "word behind a refused push");
        MAILBOX_WRITE(receiver, FIFO_RECEIVER, FIFO_POP, 1);
    }
    MAILBOX_WRITE(sender, FIFO_SENDER, FIFO_SEND_EVENT, MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_EVENT, FLUSHED));
    REQUIRE_EQUAL(MAILBOX_READ(sender, FIFO_SENDER, FIFO_SEND_EVENT),
                  MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_EVENT, OVERFLOW), "FIFO_SEND_EVENT, another bit cleared");
    MAILBOX_WRITE(sender, FIFO_SENDER, FIFO_SEND_EVENT, MAILBOX_MASK(FIFO_SENDER, FIFO_SEND_EVENT, OVERFLOW));
    REQUIRE_EQUAL(MAILBOX_READ(sender, FIFO_SENDER, FIFO_SEND_EVENT), 0, "FIFO_SEND_EVENT cleared");
    MAILBOX_WRITE(receiver, FIFO_RECEIVER, FIFO_RECEIVE_EVENT,
                  MAILBOX_MASK(FIFO_RECEIVER, FIFO_RECEIVE_EVENT, UNDERFLOW));
    REQUIRE_EQUAL(MAILBOX_READ(receiver, FIFO_RECEIVER, FIFO_RECEIVE_EVENT), 0, "FIFO_RECEIVE_EVENT cleared");
}

static void register_errors(void)
{
    const uintptr_t frame = user->frame;
    const uintptr_t unmapped = frame + MAILBOX_WINDOW_BYTES - 4;
    const uintptr_t own_window = MAILBOX_PART(frame, doorbell_sender[user->agent][0]);

    try_read("a read of an unmapped register", unmapped, REFUSED(ADDRESS));
    try_write("a write to an unmapped register", unmapped, WORD, REFUSED(ADDRESS));
    try_read("a read of a window to oneself", own_window, REFUSED(ADDRESS));
    try_write("a write to a read-only register", MAILBOX_ADDRESS(frame, CONTROL, IDENTITY), 0, REFUSED(ADDRESS));
    try_write("a write to a status register",
              MAILBOX_ADDRESS(user->window.receiver, DOORBELL_RECEIVER, DOORBELL_STATUS), ~0u, REFUSED(ADDRESS));
    try_read("a read of a write-only register", MAILBOX_ADDRESS(user->window.sender, DOORBELL_SENDER, DOORBELL_SET),
             REFUSED(ADDRESS));
}

static void narrow_write(void)
{
    static const char what[] = "a byte write to a command register";
    const uintptr_t address = MAILBOX_ADDRESS(user->window.sender, DOORBELL_SENDER, DOORBELL_SET);
    struct state before = read_state();

    harness_expect_errors(1);
    mmio_write8(address, 0xff);
    refused_is_noted(user, what, address, true, REFUSED(PARTIAL_WRITE));
    check_same(&before, what);
    check_works(what);
}

/* Ring 1, which the driver leaves alone. An index that is refused sets an event, which is nobody's here. */
static void ring_errors(void)
{
    static struct mailbox_descriptor descriptors[2];
    static struct mailbox_completion completions[2];
    const uintptr_t ring = MAILBOX_PART(user->frame, ring[1]);
    const uint32_t enable = MAILBOX_MASK(RING, RING_CONTROL, ENABLE);

    try_write("a tail of a ring that is off", MAILBOX_ADDRESS(ring, RING, RING_SUBMISSION_TAIL), 1, REFUSED(DISABLED));
    MAILBOX_WRITE(ring, RING, RING_SUBMISSION_BASE_LOW, (uint32_t)(uintptr_t)descriptors);
    MAILBOX_WRITE(ring, RING, RING_COMPLETION_BASE_LOW, (uint32_t)(uintptr_t)completions);
    MAILBOX_WRITE(ring, RING, RING_SIZE,
                  MAILBOX_VALUE(RING, RING_SIZE, SUBMISSION_LOG2, 1) |
                      MAILBOX_VALUE(RING, RING_SIZE, COMPLETION_LOG2, 1));
    MAILBOX_WRITE(ring, RING, RING_CONTROL, enable);
    try_write("the size of a ring that is on", MAILBOX_ADDRESS(ring, RING, RING_SIZE), 0, REFUSED(BUSY));
    try_write("a tail beyond the ring", MAILBOX_ADDRESS(ring, RING, RING_SUBMISSION_TAIL), 3, REFUSED(INDEX));
    try_write("a head beyond the tail", MAILBOX_ADDRESS(ring, RING, RING_COMPLETION_HEAD), 1, REFUSED(INDEX));
    REQUIRE_EQUAL(MAILBOX_READ(ring, RING, RING_EVENT), MAILBOX_MASK(RING, RING_EVENT, INDEX), "RING_EVENT");
    MAILBOX_WRITE(ring, RING, RING_EVENT, MAILBOX_MASK(RING, RING_EVENT, INDEX));
    MAILBOX_WRITE(ring, RING, RING_CONTROL, 0);
}

/* Accesses that never get to the bus: the co-simulation refuses what it cannot carry out truly. */
static void unsupported_accesses(void)
{
    struct state before = read_state();
    const uintptr_t set = MAILBOX_ADDRESS(user->window.sender, DOORBELL_SENDER, DOORBELL_SET);
    uint32_t value = 1;

    harness_expect_errors(1);
    __asm__ volatile("amoadd.w %0, %0, (%1)" : "+r"(value) : "r"(set) : "memory");
    check_same(&before, "an atomic");
    check_works("an atomic");
    harness_expect_errors(1);
    __asm__ volatile("lw %0, 2(%1)"
                     : "=r"(value)
                     : "r"(MAILBOX_ADDRESS(user->fifo.receiver, FIFO_RECEIVER, FIFO_PEEK))
                     : "memory");
    check_same(&before, "a misaligned load");
    check_works("a misaligned load");
    harness_expect_errors(1);
    __asm__ volatile("sw %0, 2(%1)" : : "r"(~0u), "r"(set) : "memory");
    check_same(&before, "a misaligned store");
    check_works("a misaligned store");
}

/* Where no register is and none was ever read there are zeros, which are an illegal instruction: the way back. */
static void fetch_from_window(void)
{
    struct state before = read_state();
    const uintptr_t target = user->frame + MAILBOX_WINDOW_BYTES / 2;

    harness_expect_errors(1);
    trap_expect(EXCEPTION_ILLEGAL_INSTRUCTION);
    __asm__ volatile("jalr ra, 0(%0)" : : "r"(target) : "ra", "memory");
    REQUIRE_EQUAL(trap_expected_count(), 1, "traps of an instruction fetch from the window");
    check_same(&before, "an instruction fetch");
    check_works("an instruction fetch");
}

static void refused_copy(const char *what, uint64_t destination, uint64_t source, int status)
{
    struct mailbox_copy_result result = {0};

    harness_expect_errors(1);
    int returned = mailbox_copy_and_wait(user, (void *)destination, (const void *)source, 8, &result);
    REQUIRE(returned == status, "%s: the copy ended with %d instead of %d", what, returned, status);
    REQUIRE_EQUAL(result.bytes, 0, "bytes done by a refused copy");
    check_works(what);
}

static void copy_errors(void)
{
    memset(to, 0, sizeof(to));
    pattern_write(from, sizeof(from), harness_seed());
    refused_copy("a copy from no memory", (uintptr_t)to, NO_MEMORY, MAILBOX_E_READ);
    REQUIRE(pattern_is_filled(to, 64, 0), "a refused copy wrote to its destination");
    refused_copy("a copy to no memory", NO_MEMORY, (uintptr_t)from, MAILBOX_E_WRITE);
    /* Too long is refused by the device before it touches memory: no error on any bus. */
    REQUIRE_EQUAL(mailbox_copy_and_wait(user, to, from, user->features.dma_length_maximum + 1, NULL), MAILBOX_E_LENGTH,
                  "result of a copy that is too long");
    REQUIRE(pattern_is_filled(to, 64, 0), "a copy that is too long wrote to its destination");
    REQUIRE_OK(mailbox_copy_and_wait(user, to, from, 64, NULL));
    REQUIRE(pattern_check(to, 64, harness_seed()) == PATTERN_GOOD, "a copy after refused ones is wrong");
}

struct ended {
    struct thread *waiter;
    volatile unsigned good, bad;
};

static void copy_ended(void *context, const struct mailbox_copy_result *result)
{
    struct ended *ended = context;

    if (result->status == MAILBOX_OK && result->bytes == sizeof(from)) {
        ended->good++;
    } else {
        ended->bad++;
    }
    thread_wake(ended->waiter);
}

/* As many copies as the driver takes; what is refused meanwhile must not disturb them. */
static void misuse_while_busy(void)
{
    static struct ended ended;
    struct mailbox_copy copy = {
        .destination = (uintptr_t)to,
        .source = (uintptr_t)from,
        .length = sizeof(from),
        .done = copy_ended,
        .context = &ended,
    };

    ended.waiter = thread_self();
    memset(to, 0, sizeof(to));
    for (unsigned i = 0; i < MAILBOX_COPIES_MAX; i++) {
        REQUIRE_OK(mailbox_copy_start(user, &copy));
    }
    REQUIRE_EQUAL(mailbox_copy_start(user, &copy), MAILBOX_E_BUSY, "the driver's answer while busy");
    copy.doorbell = 3;
    REQUIRE_EQUAL(mailbox_copy_start(user, &copy), MAILBOX_E_ARGUMENT, "the driver's answer to two doorbells");
    try_write("the base of a ring at work",
              MAILBOX_ADDRESS(MAILBOX_PART(user->frame, ring[0]), RING, RING_SUBMISSION_BASE_LOW), 0, REFUSED(BUSY));
    REQUIRE(ended.good < MAILBOX_COPIES_MAX, "the copies were over before they were disturbed");
    while (ended.good + ended.bad < MAILBOX_COPIES_MAX) {
        (void)thread_block(THREAD_FOREVER);
    }
    REQUIRE_EQUAL(ended.good, MAILBOX_COPIES_MAX, "copies that ended well");
    REQUIRE(pattern_check(to, sizeof(to), harness_seed()) == PATTERN_GOOD, "the copy that was disturbed is wrong");
}

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    check_works("the start");
    fifo_errors();
    print("FIFO\n");
    register_errors();
    narrow_write();
    ring_errors();
    print("registers\n");
    unsupported_accesses();
    fetch_from_window();
    print("unsupported accesses\n");
    copy_errors();
    misuse_while_busy();
    print("copies\n");
    verdict_pass();
}
