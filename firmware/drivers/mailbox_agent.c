/* SPDX-License-Identifier: MIT */
/* The reference mailbox's agent as a whole. */
#include "drivers/mailbox_agent.h"
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/csr.h"

/* A reset, or quiet, waits for what memory owes the agent: a burst or two. This many looks are far more. */
#define LOOKS_MAX 100000u

_Static_assert(MAILBOX_LOCK_MESSAGE_INTERRUPT == MAILBOX_CONTROL_REGISTERS__LOCK__MESSAGE_INTERRUPT_bm &&
                   MAILBOX_LOCK_OWNER == MAILBOX_CONTROL_REGISTERS__LOCK__OWNER_bm &&
                   MAILBOX_LOCK_RING == MAILBOX_CONTROL_REGISTERS__LOCK__RING_bm,
               "the bits are the register's");

static int wait_for_status(struct mailbox *mailbox, uint32_t mask, uint32_t value)
{
    for (unsigned looks = 0; looks < LOOKS_MAX; looks++) {
        if ((MAILBOX_READ(mailbox->frame, CONTROL, STATUS) & mask) == value) {
            return MAILBOX_OK;
        }
    }
    return MAILBOX_E_DEVICE;
}

/* Interrupts disabled. The listeners' flags are unmasked again, which the reset of the device has forgotten. */
static void begin_anew(struct mailbox *mailbox)
{
    mailbox_part_set_up(mailbox);
    for (struct mailbox_window *window = &mailbox->window; window != NULL; window = window->next) {
        window->acknowledged = NULL;
        for (const struct mailbox_listener *listener = window->listeners; listener != NULL; listener = listener->next) {
            mailbox_part_doorbell_unmask(window, listener->flags);
        }
    }
    mailbox->peer_reset_function = NULL;
    mailbox->timer_enabled = false;
    mailbox->timer_high = 0;
    for (unsigned number = 0; number < MAILBOX_RINGS_MAX; number++) {
        mailbox->rings[number] = NULL;
    }
    mailbox_part_fifos_reset(mailbox);
}

int mailbox_reset(struct mailbox *mailbox)
{
    if (mailbox->timer_function == scheduler_clock_interrupt) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    MAILBOX_WRITE(mailbox->frame, CONTROL, CONTROL, MAILBOX_MASK(CONTROL, CONTROL, SOFT_RESET));
    int result = wait_for_status(mailbox, MAILBOX_MASK(CONTROL, STATUS, RESETTING), 0);
    if (result == MAILBOX_OK) {
        begin_anew(mailbox);
        mailbox_part_copies_reset(mailbox);
    }
    interrupts_restore(before);
    return result;
}

int mailbox_listen_peer_reset(struct mailbox *mailbox, mailbox_agents_function *function, void *context)
{
    if (function == NULL) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    mailbox->peer_reset_function = function;
    mailbox->peer_reset_context = context;
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET, MAILBOX_SOURCE(PEER_RESET));
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_quiesce(struct mailbox *mailbox)
{
    uint32_t quiesced = MAILBOX_MASK(CONTROL, STATUS, QUIESCED);

    MAILBOX_WRITE(mailbox->frame, CONTROL, CONTROL, MAILBOX_MASK(CONTROL, CONTROL, QUIESCE));
    return wait_for_status(mailbox, quiesced, quiesced);
}

void mailbox_resume(struct mailbox *mailbox)
{
    MAILBOX_WRITE(mailbox->frame, CONTROL, CONTROL, MAILBOX_MASK(CONTROL, CONTROL, RESUME));
}

int mailbox_lock(struct mailbox *mailbox, uint32_t bits)
{
    MAILBOX_WRITE(mailbox->frame, CONTROL, LOCK, bits);
    return (MAILBOX_READ(mailbox->frame, CONTROL, LOCK) & bits) == bits ? MAILBOX_OK : MAILBOX_E_DEVICE;
}

int mailbox_take_refusal(struct mailbox *mailbox, struct mailbox_refusal *refusal)
{
    uint32_t record = MAILBOX_READ(mailbox->frame, CONTROL, REFUSAL);

    if (MAILBOX_FIELD(CONTROL, REFUSAL, VALID, record) == 0) {
        return MAILBOX_E_EMPTY;
    }
    MAILBOX_WRITE(mailbox->frame, CONTROL, REFUSAL, MAILBOX_MASK(CONTROL, REFUSAL, VALID));
    *refusal = (struct mailbox_refusal){
        .write = MAILBOX_FIELD(CONTROL, REFUSAL, WRITE, record) != 0,
        .code = (uint8_t)MAILBOX_FIELD(CONTROL, REFUSAL, CODE, record),
        .requester = (uint8_t)MAILBOX_FIELD(CONTROL, REFUSAL, REQUESTER, record),
        .offset = (uint16_t)MAILBOX_FIELD(CONTROL, REFUSAL, OFFSET, record),
    };
    return MAILBOX_OK;
}

struct mailbox_counters mailbox_read_counters(struct mailbox *mailbox)
{
    return (struct mailbox_counters){
        .accesses = MAILBOX_READ(mailbox->frame, CONTROL, COUNT_ACCESSES),
        .refusals = MAILBOX_READ(mailbox->frame, CONTROL, COUNT_REFUSALS),
        .messages = MAILBOX_READ(mailbox->frame, CONTROL, COUNT_MESSAGES),
        .bytes = MAILBOX_READ(mailbox->frame, CONTROL, COUNT_BYTES),
        .read_stalls = MAILBOX_READ(mailbox->frame, CONTROL, COUNT_READ_STALLS),
        .write_stalls = MAILBOX_READ(mailbox->frame, CONTROL, COUNT_WRITE_STALLS),
    };
}

void mailbox_clear_counters(struct mailbox *mailbox)
{
    MAILBOX_WRITE(mailbox->frame, CONTROL, COUNT_CLEAR, MAILBOX_MASK(CONTROL, COUNT_CLEAR, CLEAR));
}
