/* SPDX-License-Identifier: MIT */
#include "kernel/ipc_mailbox.h"
#include "drivers/mailbox_agent.h"
#include "kernel/ipc_scheduler.h"
#include "soc/panic.h"

static void wake_owner(void *context)
{
    struct ipc_mailbox *own = context;

    ipc_scheduler_wake(NULL, (uint32_t)own->thread.id);
}

static uint32_t word_room(void *context, uint32_t wanted)
{
    struct ipc_mailbox *own = context;
    struct mailbox_fifo *fifo = &own->device->fifo;
    unsigned room = mailbox_fifo_room(fifo);

    if (room < wanted && (mailbox_fifo_set_watermarks(fifo, fifo->mailbox->features.fifo_depth - wanted, 1) != 0 ||
                          mailbox_fifo_listen_space(fifo, wake_owner, own) != 0)) {
        panic("the FIFO of agent %u is too short for %u words", own->device->agent, wanted);
    }
    return room;
}

static void push(void *context, const uint32_t *words, uint32_t count)
{
    struct mailbox_fifo *fifo = &((struct ipc_mailbox *)context)->device->fifo;

    for (uint32_t i = 0; i < count; i++) {
        if (fifo->mailbox->driver->fifo_push(fifo, words[i]) != MAILBOX_OK) {
            panic("the FIFO of agent %u has less room than it said", fifo->mailbox->agent);
        }
    }
}

static int pop(void *context, uint32_t *word)
{
    struct mailbox_fifo *fifo = &((struct ipc_mailbox *)context)->device->fifo;

    switch (fifo->mailbox->driver->fifo_pop(fifo, word)) {
    case MAILBOX_OK:
        return KIPC_OK;
    case MAILBOX_E_EMPTY:
        return KIPC_E_EMPTY;
    default:
        return KIPC_E_INTEGRITY;
    }
}

static uint32_t copy_room(void *context)
{
    return IPC_MAILBOX_COPIES - ((struct ipc_mailbox *)context)->copies;
}

static void copy(void *context, uint64_t destination, const void *source, uint32_t length, uint32_t flags)
{
    struct ipc_mailbox *own = context;
    const struct mailbox_descriptor descriptor = {
        .source = (uintptr_t)source,
        .destination = destination,
        .length = length,
        .flags = (uint16_t)(((flags & KIPC_MAILBOX_COPY_FENCE) != 0 ? MAILBOX_DESCRIPTOR_FENCE : 0) |
                            ((flags & KIPC_MAILBOX_COPY_NOTIFY) != 0 ? MAILBOX_DESCRIPTOR_NOTIFY : 0) |
                            ((flags & KIPC_MAILBOX_COPY_TELL) != 0 ? MAILBOX_DESCRIPTOR_INTERRUPT : 0)),
        .notify = (flags & KIPC_MAILBOX_COPY_NOTIFY) != 0
                      ? MAILBOX_NOTIFY(own->device->peer, 0, IPC_MAILBOX_FLAG_NUMBER)
                      : 0, /* the device refuses a number that no flag of the descriptor asks for */
    };

    if (mailbox_ring_put(&own->ring, &descriptor) != MAILBOX_OK) {
        panic("ring %u of agent %u has less room than it said", own->ring_number, own->device->agent);
    }
    own->copies++;
}

static void submit(void *context)
{
    mailbox_ring_submit(&((struct ipc_mailbox *)context)->ring);
}

static int ended(void *context)
{
    struct ipc_mailbox *own = context;
    struct mailbox_completion completion = {0};
    int count = (int)own->lost;
    bool failed = false;
    int result = mailbox_ring_take(&own->ring, &completion);

    own->lost = 0;
    for (; result == MAILBOX_OK; result = mailbox_ring_take(&own->ring, &completion)) {
        failed = failed || completion.status != MAILBOX_COMPLETION_OK;
        count++;
        own->copies--;
    }
    if (count > 0) {
        mailbox_ring_release(&own->ring);
    }
    return failed || result != MAILBOX_E_EMPTY ? KIPC_E_FAULT : count;
}

static void idle(void *context)
{
    struct ipc_mailbox *own = context;

    if (own->masks) {
        own->device->driver->doorbell_unmask(&own->device->window, IPC_MAILBOX_FLAG);
    }
    if (mailbox_fifo_listen(&own->device->fifo, wake_owner, own) != MAILBOX_OK) {
        panic("agent %u has no FIFO", own->device->agent);
    }
}

static const struct kipc_mailbox_ops ops = {
    .word_room = word_room,
    .push = push,
    .pop = pop,
    .copy_room = copy_room,
    .copy = copy,
    .submit = submit,
    .ended = ended,
    .idle = idle,
    .wake = wake_owner,
};

static void rung(void *context, uint32_t flags)
{
    struct ipc_mailbox *own = context;

    own->doorbells++;
    if (own->masks) {
        own->device->driver->doorbell_mask(&own->device->window, flags);
    }
    wake_owner(own);
}

static void ring_told(void *context, const struct mailbox_ring_events *events)
{
    struct ipc_mailbox *own = context;

    if (events->memory_failed || events->aborted) {
        panic("ring %u of agent %u was closed by the device", own->ring_number, own->device->agent);
    }
    wake_owner(own);
}

static void peer_reset(void *context, uint32_t agents)
{
    struct ipc_mailbox *own = context;

    if ((agents & 1u << own->device->peer) != 0) {
        kipc_mailbox_peer_was_reset(&own->mailbox);
    }
}

static int listen(struct ipc_mailbox *own)
{
    const struct mailbox_ring_memory memory = {
        .descriptors = own->descriptors,
        .completions = own->completions,
        .descriptors_log2 = IPC_MAILBOX_COPIES_LOG2,
        .completions_log2 = IPC_MAILBOX_COPIES_LOG2,
    };
    int result = mailbox_ring_open(&own->ring, own->device, own->ring_number, &memory, ring_told, own);

    return result == MAILBOX_OK ? mailbox_listen_peer_reset(own->device, peer_reset, own) : result;
}

/* Whatever was under way has ended with the reset, and nothing of it will be told. */
static void reset(struct ipc_mailbox *own)
{
    own->is_due = false;
    if (mailbox_reset(own->device) != MAILBOX_OK || listen(own) != MAILBOX_OK) {
        panic("agent %u does not come back from its reset", own->device->agent);
    }
    own->lost += own->copies;
    own->copies = 0;
    kipc_mailbox_restart(&own->mailbox);
}

static void serve(void *argument)
{
    struct ipc_mailbox *own = argument;

    for (;;) {
        if (own->is_due) {
            reset(own);
        }
        uint64_t deadline = kipc_mailbox_run(&own->mailbox);
        idle(own);
        (void)thread_block(deadline);
    }
}

int ipc_mailbox_open(struct ipc_mailbox *own, struct kipc_kernel *kernel, uint32_t node,
                     const struct ipc_mailbox_config *config)
{
    struct kipc_mailbox_config transport = config->transport;
    const struct thread_description description = {
        .name = "mailbox",
        .entry = serve,
        .argument = own,
        .priority = config->priority,
        .stack = config->stack,
        .stack_bytes = IPC_MAILBOX_STACK_BYTES,
    };

    own->device = config->device;
    own->ring_number = config->ring;
    own->masks = config->on_empty;
    own->listener = (struct mailbox_listener){.flags = IPC_MAILBOX_FLAG, .function = rung, .context = own};
    if (listen(own) != MAILBOX_OK || mailbox_listen(own->device, &own->listener) != MAILBOX_OK) {
        return KIPC_E_NOTSUP;
    }
    transport.ops = &ops;
    transport.context = own;
    int result = kipc_mailbox_open(&own->mailbox, kernel, node, &transport);
    if (result == KIPC_OK && thread_create(&own->thread, &description) != 0) {
        return KIPC_E_INVAL;
    }
    return result;
}

void ipc_mailbox_reset(struct ipc_mailbox *own)
{
    own->is_due = true;
    wake_owner(own);
}
