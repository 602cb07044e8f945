/* SPDX-License-Identifier: MIT */
#include "programs/support/ring_user.h"
#include "programs/support/verdict.h"

/* A message of the longest kind takes a hundredth of so many looks. */
#define LOOKS_MAX 100000u

static void ring_event(void *context, const struct mailbox_ring_events *events)
{
    struct ring_user *user = context;

    user->cycle = mailbox_cycles(user->ring.mailbox);
    user->interrupts += events->completion;
    user->errors += events->error;
    user->aborts += events->aborted;
    user->failures += events->memory_failed;
    user->address = events->address;
    thread_wake(user->waiter);
}

void ring_user_open(struct ring_user *user, struct mailbox *mailbox, unsigned number)
{
    const struct mailbox_ring_memory memory = {
        .descriptors = user->descriptors,
        .completions = user->completions,
        .descriptors_log2 = RING_USER_LOG2,
        .completions_log2 = RING_USER_LOG2,
    };

    user->waiter = thread_self();
    user->interrupts = user->errors = user->aborts = user->failures = 0;
    REQUIRE_OK(mailbox_ring_open(&user->ring, mailbox, number, &memory, ring_event, user));
}

void ring_user_close(struct ring_user *user)
{
    int result = MAILBOX_E_BUSY;

    for (unsigned i = 0; i < LOOKS_MAX && result == MAILBOX_E_BUSY; i++) {
        result = mailbox_ring_close(&user->ring);
    }
    REQUIRE_EQUAL(result, MAILBOX_OK, "result of closing a ring");
}

void ring_user_put(struct ring_user *user, struct mailbox_descriptor descriptor)
{
    REQUIRE_OK(mailbox_ring_put(&user->ring, &descriptor));
}

struct mailbox_completion ring_user_take(struct ring_user *user)
{
    struct mailbox_completion completion = {0};
    int result = MAILBOX_E_EMPTY;

    for (unsigned looks = 0; looks < LOOKS_MAX && result == MAILBOX_E_EMPTY; looks++) {
        result = mailbox_ring_take(&user->ring, &completion);
    }
    REQUIRE(result == MAILBOX_OK, "taking a completion ended with %d", result);
    mailbox_ring_release(&user->ring);
    return completion;
}

void ring_user_wait(struct ring_user *user, unsigned interrupts)
{
    while (user->interrupts < interrupts) {
        (void)thread_block(THREAD_FOREVER);
    }
}

struct mailbox_descriptor ring_user_piece(const uint8_t *source, uint8_t *destination, unsigned number, uint32_t length,
                                          unsigned flags)
{
    return (struct mailbox_descriptor){
        .source = (uintptr_t)&source[number * length],
        .destination = (uintptr_t)&destination[number * length],
        .length = length,
        .flags = (uint16_t)flags,
        .tag = (uint16_t)(RING_USER_TAG + number),
    };
}
