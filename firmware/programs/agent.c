/* SPDX-License-Identifier: MIT */
/*
 * The agent as a whole: a pretended interrupt, interrupts as messages in memory, counters, and quiet. One hart plays
 * both agents; agent 1 is the one under test.
 */
#include "drivers/mailbox.h"
#include "drivers/mailbox_agent.h"
#include "kernel/program.h"
#include "programs/support/agents.h"
#include "programs/support/delay.h"
#include "programs/support/verdict.h"
#include "soc/csr.h"

const char program_name[] = "agent";

#define DATA 0xfeedface
#define LOOKS_MAX 10000u
#define ACCESSES 20
/* RAM ends here for the device. */
#define NO_MEMORY SOC_WINDOW_BASE

static struct mailbox *const mailbox = &agent_mailboxes[1];
static volatile uint32_t message;
static volatile unsigned pretended;

static void pretended_timer(void)
{
    pretended = pretended + 1;
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_TEST, 0);
}

/* A source that never was active takes the whole way to its handler. */
static void interrupt_test(void)
{
    mailbox->timer_function = pretended_timer;
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(TIMER));
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_TEST, MAILBOX_SOURCE(TIMER));
    for (unsigned i = 0; i < LOOKS_MAX && pretended == 0; i++) {
        delay_nops(1);
    }
    REQUIRE_EQUAL(pretended, 1, "pretended interrupts");
    REQUIRE_EQUAL(MAILBOX_READ(mailbox->frame, CONTROL, INTERRUPT_STATUS), 0, "INTERRUPT_STATUS after the test");
    print("interrupt test\n");
}

static uint32_t message_control(void)
{
    return MAILBOX_READ(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_CONTROL);
}

static void raise_and_wait(void)
{
    uint32_t pending = MAILBOX_MASK(CONTROL, MESSAGE_INTERRUPT_CONTROL, PENDING);

    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_TEST, MAILBOX_SOURCE(TIMER));
    for (unsigned i = 0; i < LOOKS_MAX && (message_control() & pending) != 0; i++) {
        delay_nops(1);
    }
    REQUIRE_EQUAL(message_control() & pending, 0, "pending message");
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_TEST, 0);
}

static void set_message_address(uint64_t address)
{
    MAILBOX_WRITE(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_ADDRESS_LOW, (uint32_t)address);
    MAILBOX_WRITE(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_ADDRESS_HIGH, (uint32_t)(address >> 32));
}

/* The wire is kept from the hart meanwhile: here the message is the interrupt. */
static void messages(void)
{
    const uint32_t enable = MAILBOX_MASK(CONTROL, MESSAGE_INTERRUPT_CONTROL, ENABLE);
    uint64_t before = interrupts_disable();

    set_message_address((uintptr_t)&message);
    MAILBOX_WRITE(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_DATA, DATA);
    raise_and_wait();
    REQUIRE_EQUAL(message, 0, "message before it was enabled");
    MAILBOX_WRITE(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_CONTROL, enable);
    raise_and_wait();
    fence_device_before_memory();
    REQUIRE_EQUAL(message, DATA, "message");
    REQUIRE_EQUAL(message_control(), enable, "MESSAGE_INTERRUPT_CONTROL after a message");
    /* A source that is high already is told of again by the write that ends a handler. */
    message = 0;
    MAILBOX_WRITE(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_CONTROL, 0);
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_TEST, MAILBOX_SOURCE(TIMER));
    MAILBOX_WRITE(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_CONTROL, enable);
    raise_and_wait();
    fence_device_before_memory();
    REQUIRE_EQUAL(message, DATA, "message of a source that was high");
    set_message_address(NO_MEMORY);
    harness_expect_errors(1);
    raise_and_wait();
    REQUIRE_EQUAL(message_control(), enable | MAILBOX_MASK(CONTROL, MESSAGE_INTERRUPT_CONTROL, FAILED),
                  "MESSAGE_INTERRUPT_CONTROL after a message to nowhere");
    MAILBOX_WRITE(mailbox->frame, CONTROL, MESSAGE_INTERRUPT_CONTROL, 0);
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_ENABLE_CLEAR, MAILBOX_SOURCE(TIMER));
    interrupts_restore(before);
    print("message interrupts\n");
}

static void counters(void)
{
    struct mailbox_refusal refusal;

    mailbox_clear_counters(mailbox);
    for (unsigned i = 0; i < ACCESSES; i++) {
        (void)MAILBOX_READ(mailbox->frame, CONTROL, IDENTITY);
    }
    harness_expect_errors(1);
    MAILBOX_WRITE(mailbox->frame, CONTROL, IDENTITY, 0);
    REQUIRE_OK(mailbox_take_refusal(mailbox, &refusal));
    struct mailbox_counters counted = mailbox_read_counters(mailbox);
    /* Taking the record is a read and a write. */
    REQUIRE_EQUAL(counted.accesses, ACCESSES + 2, "accesses counted");
    REQUIRE_EQUAL(counted.refusals, 1, "refusals counted");
    REQUIRE_EQUAL(counted.messages, 0, "messages counted");
    print("counters\n");
}

static volatile unsigned copied;

static void count_copy(void *context, const struct mailbox_copy_result *result)
{
    (void)context;
    REQUIRE_OK(result->status);
    copied = copied + 1;
}

/* Between quiesce and resume nothing of the agent moves; what it was given meanwhile is done after. */
static void quiet(void)
{
    static uint8_t from[4096], to[4096];
    const struct mailbox_copy copy = {
        .destination = (uintptr_t)to,
        .source = (uintptr_t)from,
        .length = sizeof(from),
        .done = count_copy,
    };

    REQUIRE_OK(mailbox_copy_start(mailbox, &copy));
    REQUIRE_OK(mailbox_quiesce(mailbox));
    unsigned before = copied;
    REQUIRE_OK(mailbox_copy_start(mailbox, &copy));
    delay_nops(DELAY_NOPS_MAX);
    delay_nops(DELAY_NOPS_MAX);
    REQUIRE(copied <= before + 1, "a copy was made while the agent was to be quiet");
    before = copied;
    delay_nops(DELAY_NOPS_MAX);
    REQUIRE(copied == before && copied < 2, "%u copies while the agent was to be quiet", copied);
    mailbox_resume(mailbox);
    for (unsigned i = 0; i < LOOKS_MAX && copied < 2; i++) {
        delay_nops(1);
    }
    REQUIRE_EQUAL(copied, 2, "copies after all");
    print("quiet\n");
}

void program_main(void)
{
    for (unsigned agent = 0; agent < AGENT_COUNT; agent++) {
        REQUIRE_OK(mailbox_open(&agent_mailboxes[agent], agent));
    }
    interrupt_test();
    messages();
    counters();
    quiet();
    verdict_pass();
}
