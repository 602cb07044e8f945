/* SPDX-License-Identifier: MIT */
/* What all families have in common: finding the device, listeners, and waiting for a copy. */
#include "drivers/driver.h"
#include "drivers/mailbox.h"
#include "soc/csr.h"
#include "soc/harness_page.h"
#include "soc/panic.h"
#include "soc/plic.h"

static const struct mailbox_driver *const families[] = {
    &mailbox_reference_driver,
};

int mailbox_open(struct mailbox *mailbox, unsigned agent)
{
    uint64_t window_bytes = harness_window_bytes();
    int result = MAILBOX_E_ABSENT;

    for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && result == MAILBOX_E_ABSENT; i++) {
        result = families[i]->probe(mailbox, SOC_WINDOW_BASE, window_bytes, agent);
        mailbox->driver = families[i];
    }
    if (result != MAILBOX_OK) {
        return result;
    }
    if (plic_connect(SOC_PLIC_SOURCE_WIRE0 + agent, mailbox->driver->interrupt, mailbox) != 0) {
        return MAILBOX_E_ARGUMENT;
    }
    return MAILBOX_OK;
}

static uint64_t clock_now(void *context)
{
    return mailbox_cycles(context);
}

static void clock_arm(void *context, uint64_t cycle)
{
    struct mailbox *mailbox = context;

    mailbox->driver->timer_arm(mailbox, cycle);
}

static void clock_disarm(void *context)
{
    struct mailbox *mailbox = context;

    mailbox->driver->timer_disarm(mailbox);
}

int mailbox_use_as_clock(struct mailbox *mailbox, uint64_t tick_cycles, uint64_t slice_ticks)
{
    const struct clock_source source = {
        .now = clock_now,
        .arm = clock_arm,
        .disarm = clock_disarm,
        .context = mailbox,
    };

    if (!mailbox->features.timer) {
        return MAILBOX_E_ABSENT;
    }
    mailbox->timer_function = scheduler_clock_interrupt;
    scheduler_set_clock(&source, tick_cycles, slice_ticks);
    return MAILBOX_OK;
}

int mailbox_window_listen(struct mailbox_window *window, struct mailbox_listener *listener)
{
    const struct mailbox *mailbox = window->mailbox;
    uint32_t taken = 0;

    for (const struct mailbox_listener *other = window->listeners; other != NULL; other = other->next) {
        taken |= other->flags;
    }
    if (listener->function == NULL || listener->flags == 0 || (listener->flags & taken) != 0 ||
        (uint64_t)listener->flags >> mailbox->features.doorbells != 0) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    listener->next = window->listeners;
    window->listeners = listener;
    mailbox->driver->doorbell_unmask(window, listener->flags);
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_listen(struct mailbox *mailbox, struct mailbox_listener *listener)
{
    return mailbox_window_listen(&mailbox->window, listener);
}

int mailbox_fifo_listen(struct mailbox_fifo *fifo, mailbox_fifo_function *function, void *context)
{
    const struct mailbox *mailbox = fifo->mailbox;

    if (mailbox->features.fifo_depth == 0) {
        return MAILBOX_E_ABSENT;
    }
    if (function == NULL) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    fifo->receive_context = context;
    fifo->receive = function;
    mailbox->driver->fifo_interrupt_enable(fifo);
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_listen_fifo(struct mailbox *mailbox, mailbox_fifo_function *function, void *context)
{
    return mailbox_fifo_listen(&mailbox->fifo, function, context);
}

int mailbox_copy_start(struct mailbox *mailbox, const struct mailbox_copy *copy)
{
    if (!mailbox->features.dma) {
        return MAILBOX_E_ABSENT;
    }
    /* A copy that is too long goes to the device, whose refusal comes like every other end of a copy. */
    if (copy->destination > UINT64_MAX - copy->length || copy->source > UINT64_MAX - copy->length ||
        (copy->doorbell & (copy->doorbell - 1)) != 0) {
        return MAILBOX_E_ARGUMENT;
    }
    uint64_t before = interrupts_disable();
    int result = mailbox->driver->copy_start(mailbox, copy);
    interrupts_restore(before);
    return result;
}

struct waiting_copy {
    struct thread *thread;
    volatile bool ended;
    struct mailbox_copy_result result;
};

static void wake_waiting(void *context, const struct mailbox_copy_result *result)
{
    struct waiting_copy *waiting = context;

    waiting->result = *result;
    waiting->ended = true;
    thread_wake(waiting->thread);
}

int mailbox_copy_and_wait(struct mailbox *mailbox, void *destination, const void *source, uint32_t length,
                          struct mailbox_copy_result *result)
{
    struct waiting_copy waiting = {.thread = thread_self()};
    const struct mailbox_copy copy = {
        .destination = (uintptr_t)destination,
        .source = (uintptr_t)source,
        .length = length,
        .done = wake_waiting,
        .context = &waiting,
    };

    mutex_lock(&mailbox->copy_mutex);
    int status = mailbox_copy_start(mailbox, &copy);
    if (status == MAILBOX_OK) {
        /*
         * Ends with the device's interrupt: every started copy ends. One that does not is a dead-lock, or a run into
         * the cycle limit, which the harness reports with this thread's place. Tokens from elsewhere are tolerated.
         */
        while (!waiting.ended) {
            (void)thread_block(THREAD_FOREVER);
        }
        status = waiting.result.status;
        if (result != NULL) {
            *result = waiting.result;
        }
    }
    mutex_unlock(&mailbox->copy_mutex);
    return status;
}
