/* SPDX-License-Identifier: MIT */
/*
 * Everything that must be refused. Each is announced to the harness first, so one that is not refused, or is refused
 * twice, fails the run. After each the device must be in the state it was in before, and must still work.
 */
#include "drivers/mailbox.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/pattern.h"
#include "programs/support/verdict.h"
#include "soc/memory.h"
#include "soc/trap.h"

const char program_name[] = "bad_access";

#define WORD 0x600dbeefu
#define FLAG 0x00000100u
/* RAM ends here for the copy engine; behind it there is the register window, which is no memory to it. */
#define NO_MEMORY SOC_WINDOW_BASE
#define EXCEPTION_ILLEGAL_INSTRUCTION 2

static uintptr_t frame, peer;
static uint8_t from[65536] __attribute__((section(".noinit"), aligned(64)));
static uint8_t to[65536] __attribute__((section(".noinit"), aligned(64)));

/* What a refused access must not change. */
struct state {
    uint32_t values[12];
};

static struct state read_state(void)
{
    return (struct state){{
        MAILBOX_READ(frame, IDENTITY),
        MAILBOX_READ(frame, TIMER_CONTROL),
        MAILBOX_READ(frame, DOORBELL_STATUS),
        MAILBOX_READ(peer, DOORBELL_STATUS),
        MAILBOX_READ(frame, DOORBELL_MASK),
        MAILBOX_READ(frame, FIFO_SEND_STATUS),
        MAILBOX_READ(peer, FIFO_SEND_STATUS),
        MAILBOX_READ(frame, FIFO_PEEK),
        MAILBOX_READ(peer, FIFO_PEEK),
        MAILBOX_READ(frame, DMA_LENGTH),
        MAILBOX_READ(frame, INTERRUPT_ENABLE),
        MAILBOX_READ(peer, INTERRUPT_ENABLE),
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
    uint32_t level = MAILBOX_FIELD(FIFO_SEND_STATUS, LEVEL, MAILBOX_READ(frame, FIFO_SEND_STATUS));

    MAILBOX_WRITE(frame, DOORBELL_SET, FLAG);
    REQUIRE((MAILBOX_READ(peer, DOORBELL_STATUS) & FLAG) != 0, "after %s no doorbell rings", what);
    MAILBOX_WRITE(peer, DOORBELL_CLEAR, FLAG);
    if (level == 0) {
        MAILBOX_WRITE(frame, FIFO_PUSH, WORD);
        REQUIRE(MAILBOX_READ(peer, FIFO_POP) == WORD, "after %s the FIFO does not work", what);
    }
}

static void refused_write(const char *what, uintptr_t address, uint32_t value)
{
    struct state before = read_state();

    harness_expect_errors(1);
    mmio_write32(address, value);
    check_same(&before, what);
    check_works(what);
}

static void refused_read(const char *what, uintptr_t address)
{
    struct state before = read_state();

    harness_expect_errors(1);
    (void)mmio_read32(address);
    check_same(&before, what);
    check_works(what);
}

static void fifo_errors(void)
{
    refused_read("a pop from an empty FIFO", MAILBOX_ADDRESS(frame, FIFO_POP));
    REQUIRE_EQUAL(MAILBOX_READ(frame, FIFO_ERROR), MAILBOX_MASK(FIFO_ERROR, UNDERFLOW), "FIFO_ERROR");
    for (unsigned i = 0; i < agent_mailboxes[0].features.fifo_depth; i++) {
        MAILBOX_WRITE(frame, FIFO_PUSH, i);
    }
    refused_write("a push to a full FIFO", MAILBOX_ADDRESS(frame, FIFO_PUSH), WORD);
    REQUIRE_EQUAL(MAILBOX_READ(frame, FIFO_ERROR),
                  MAILBOX_MASK(FIFO_ERROR, UNDERFLOW) | MAILBOX_MASK(FIFO_ERROR, OVERFLOW), "FIFO_ERROR");
    REQUIRE_EQUAL(MAILBOX_READ(peer, FIFO_ERROR), 0, "the peer's FIFO_ERROR");
    for (unsigned i = 0; i < agent_mailboxes[0].features.fifo_depth; i++) {
        REQUIRE_EQUAL(MAILBOX_READ(peer, FIFO_POP), i, "word behind a refused push");
    }
    MAILBOX_WRITE(frame, FIFO_ERROR, MAILBOX_MASK(FIFO_ERROR, UNDERFLOW));
    REQUIRE_EQUAL(MAILBOX_READ(frame, FIFO_ERROR), MAILBOX_MASK(FIFO_ERROR, OVERFLOW), "FIFO_ERROR half cleared");
    MAILBOX_WRITE(frame, FIFO_ERROR, MAILBOX_MASK(FIFO_ERROR, OVERFLOW));
    REQUIRE_EQUAL(MAILBOX_READ(frame, FIFO_ERROR), 0, "FIFO_ERROR cleared");
}

static void register_errors(void)
{
    const uintptr_t unmapped = frame + MAILBOX_FRAME_BYTES - 4;

    refused_read("a read of an unmapped register", unmapped);
    refused_write("a write to an unmapped register", unmapped, WORD);
    refused_write("a write to a read-only register", MAILBOX_ADDRESS(frame, IDENTITY), 0);
    refused_write("a write to a status register", MAILBOX_ADDRESS(frame, DOORBELL_STATUS), ~0u);
    refused_read("a read of a write-only register", MAILBOX_ADDRESS(frame, DOORBELL_SET));
}

static void narrow_write(void)
{
    struct state before = read_state();

    harness_expect_errors(1);
    mmio_write8(MAILBOX_ADDRESS(frame, DOORBELL_SET), 0xff);
    check_same(&before, "a byte write to a command register");
    check_works("a byte write to a command register");
}

/* Accesses that never get to the bus: the co-simulation refuses what it cannot carry out truly. */
static void unsupported_accesses(void)
{
    struct state before = read_state();
    uint32_t value = 1;

    harness_expect_errors(1);
    __asm__ volatile("amoadd.w %0, %0, (%1)" : "+r"(value) : "r"(MAILBOX_ADDRESS(frame, DOORBELL_SET)) : "memory");
    check_same(&before, "an atomic");
    check_works("an atomic");
    harness_expect_errors(1);
    __asm__ volatile("lw %0, 2(%1)" : "=r"(value) : "r"(MAILBOX_ADDRESS(frame, FIFO_POP)) : "memory");
    check_same(&before, "a misaligned load");
    check_works("a misaligned load");
    harness_expect_errors(1);
    __asm__ volatile("sw %0, 2(%1)" : : "r"(~0u), "r"(MAILBOX_ADDRESS(frame, DOORBELL_SET)) : "memory");
    check_same(&before, "a misaligned store");
    check_works("a misaligned store");
}

/* Where no register is and none was ever read there are zeros, which are an illegal instruction: the way back. */
static void fetch_from_window(void)
{
    struct state before = read_state();
    const uintptr_t target = frame + MAILBOX_FRAME_BYTES / 2;

    harness_expect_errors(1);
    trap_expect(EXCEPTION_ILLEGAL_INSTRUCTION);
    __asm__ volatile("jalr ra, 0(%0)" : : "r"(target) : "ra", "memory");
    REQUIRE_EQUAL(trap_expected_count(), 1, "traps of an instruction fetch from the window");
    check_same(&before, "an instruction fetch");
    check_works("an instruction fetch");
}

static void refused_copy(const char *what, uint64_t destination, uint64_t source, int status, uint64_t error_address)
{
    struct mailbox_copy_result result = {0};

    harness_expect_errors(1);
    int returned = mailbox_copy_and_wait(&agent_mailboxes[0], (void *)destination, (const void *)source, 8, &result);
    REQUIRE(returned == status, "%s: the copy ended with %d instead of %d", what, returned, status);
    REQUIRE(result.error_address == error_address, "%s: error address 0x%lx instead of 0x%lx", what,
            result.error_address, error_address);
    REQUIRE_EQUAL(result.bytes, 0, "bytes done by a refused copy");
    check_works(what);
}

static void copy_errors(void)
{
    memset(to, 0, sizeof(to));
    pattern_write(from, sizeof(from), harness_seed());
    refused_copy("a copy from no memory", (uintptr_t)to, NO_MEMORY, MAILBOX_E_READ, NO_MEMORY);
    REQUIRE(pattern_is_filled(to, 64, 0), "a refused copy wrote to its destination");
    refused_copy("a copy to no memory", NO_MEMORY, (uintptr_t)from, MAILBOX_E_WRITE, NO_MEMORY);
    /* Too long is refused by the device before it touches memory: no error on any bus. */
    REQUIRE_EQUAL(
        mailbox_copy_and_wait(&agent_mailboxes[0], to, from, agent_mailboxes[0].features.dma_length_maximum + 1, NULL),
        MAILBOX_E_LENGTH, "result of a copy that is too long");
    REQUIRE(pattern_is_filled(to, 64, 0), "a copy that is too long wrote to its destination");
    REQUIRE_OK(mailbox_copy_and_wait(&agent_mailboxes[0], to, from, 64, NULL));
    REQUIRE(pattern_check(to, 64, harness_seed()) == PATTERN_GOOD, "a copy after refused ones is wrong");
}

struct ended {
    struct thread *waiter;
    volatile bool ended;
    struct mailbox_copy_result result;
};

static void copy_ended(void *context, const struct mailbox_copy_result *result)
{
    struct ended *ended = context;

    ended->result = *result;
    ended->ended = true;
    thread_wake(ended->waiter);
}

static void start_while_busy(void)
{
    static struct ended ended;
    const struct mailbox_copy copy = {
        .destination = (uintptr_t)to,
        .source = (uintptr_t)from,
        .length = sizeof(from),
        .done = copy_ended,
        .context = &ended,
    };

    ended.waiter = thread_self();
    memset(to, 0, sizeof(to));
    REQUIRE_OK(mailbox_copy_start(&agent_mailboxes[0], &copy));
    REQUIRE_EQUAL(mailbox_copy_start(&agent_mailboxes[0], &copy), MAILBOX_E_BUSY, "the driver's answer while busy");
    harness_expect_errors(1);
    MAILBOX_WRITE(frame, DMA_START, MAILBOX_MASK(DMA_START, START));
    REQUIRE(!ended.ended, "the copy was over before the second start");
    check_works("a start while busy");
    while (!ended.ended) {
        (void)thread_block(THREAD_FOREVER);
    }
    REQUIRE_OK(ended.result.status);
    REQUIRE(pattern_check(to, sizeof(to), harness_seed()) == PATTERN_GOOD, "the copy that was disturbed is wrong");
}

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    frame = agent_mailboxes[0].frame;
    peer = agent_mailboxes[1].frame;
    check_works("the start");
    fifo_errors();
    print("FIFO\n");
    register_errors();
    narrow_write();
    print("registers\n");
    unsupported_accesses();
    fetch_from_window();
    print("unsupported accesses\n");
    copy_errors();
    start_while_busy();
    print("copies\n");
    verdict_pass();
}
