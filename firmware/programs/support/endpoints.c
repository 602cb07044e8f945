/* SPDX-License-Identifier: MIT */
#include "programs/support/endpoints.h"
#include "programs/support/verdict.h"

/* Which port: parameter spin=1 looks for a while before it blocks, which pays if the peer is another hart. */
static const struct kipc_port *port(void)
{
    return harness_parameter("spin", 0) != 0 ? &ipc_port_spinning : &ipc_port;
}

static void listen(struct mailbox *mailbox, struct mailbox_listener *listener, uint32_t flags,
                   mailbox_doorbell_function *function, void *context)
{
    listener->flags = flags;
    listener->function = function;
    listener->context = context;
    REQUIRE_OK(mailbox_listen(mailbox, listener));
}

static void ring_sender_rung(void *context, uint32_t flags)
{
    (void)flags;
    kipc_ring_producer_notified(context);
}

static void ring_receiver_rung(void *context, uint32_t flags)
{
    (void)flags;
    kipc_ring_consumer_notified(context);
}

static void link_sender_rung(void *context, uint32_t flags)
{
    (void)flags;
    kipc_link_sender_notified(context);
}

static void link_receiver_rung(void *context, uint32_t flags)
{
    (void)flags;
    kipc_link_receiver_notified(context);
}

void ring_sender_open(struct ring_sender *sender, struct mailbox *mailbox, unsigned path, void *memory, size_t bytes)
{
    sender->doorbell = (struct ipc_doorbell){.mailbox = mailbox, .flags = ENDPOINT_DATA_FLAG(path)};
    REQUIRE_OK(
        kipc_ring_producer_attach(&sender->ring, memory, bytes, port(), ipc_doorbell_notifier(&sender->doorbell)));
    listen(mailbox, &sender->listener, ENDPOINT_ROOM_FLAG(path), ring_sender_rung, &sender->ring);
}

void ring_receiver_open(struct ring_receiver *receiver, struct mailbox *mailbox, unsigned path, void *memory,
                        size_t bytes)
{
    receiver->doorbell = (struct ipc_doorbell){.mailbox = mailbox, .flags = ENDPOINT_ROOM_FLAG(path)};
    REQUIRE_OK(
        kipc_ring_consumer_attach(&receiver->ring, memory, bytes, port(), ipc_doorbell_notifier(&receiver->doorbell)));
    listen(mailbox, &receiver->listener, ENDPOINT_DATA_FLAG(path), ring_receiver_rung, &receiver->ring);
}

void link_sender_open(struct link_sender *sender, struct mailbox *mailbox, unsigned path,
                      struct kipc_link_sender_config config)
{
    sender->doorbell = (struct ipc_doorbell){.mailbox = mailbox, .flags = ENDPOINT_DATA_FLAG(path)};
    config.port = port();
    config.notifier = ipc_doorbell_notifier(&sender->doorbell);
    REQUIRE_OK(kipc_link_sender_attach(&sender->link, &config));
    listen(mailbox, &sender->listener, ENDPOINT_ROOM_FLAG(path), link_sender_rung, &sender->link);
}

void link_receiver_open(struct link_receiver *receiver, struct mailbox *mailbox, unsigned path,
                        struct kipc_link_receiver_config config)
{
    receiver->doorbell = (struct ipc_doorbell){.mailbox = mailbox, .flags = ENDPOINT_ROOM_FLAG(path)};
    config.port = port();
    config.notifier = ipc_doorbell_notifier(&receiver->doorbell);
    REQUIRE_OK(kipc_link_receiver_attach(&receiver->link, &config));
    listen(mailbox, &receiver->listener, ENDPOINT_DATA_FLAG(path), link_receiver_rung, &receiver->link);
}

static void signal_rung(void *context, uint32_t flags)
{
    struct signal *signal = context;

    (void)flags;
    signal->given++;
    thread_wake(signal->waiter);
}

void signal_open(struct signal *signal, struct mailbox *mailbox, uint32_t flag)
{
    signal->waiter = thread_self();
    listen(mailbox, &signal->listener, flag, signal_rung, signal);
}

void signal_take(struct signal *signal)
{
    while (signal->given == signal->taken) {
        /* A token of another wait may end this one early, hence the loop. A signal that never comes is a dead-lock. */
        (void)thread_block(THREAD_FOREVER);
    }
    signal->taken++;
}
