/* SPDX-License-Identifier: MIT */
/* The mailbox transport: set-up, sessions, and the owner's round. */
#include "mailbox.h"

#define BOARD_BYTES ((uint32_t)sizeof(struct kipc_mailbox_board))

static uint32_t slot_bytes_for(uint32_t payload_max)
{
    uint32_t bytes = (uint32_t)sizeof(struct ki_mailbox_slot) + payload_max;
    return (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE;
}

size_t kipc_mailbox_area_bytes(uint32_t ports, uint32_t slots, uint32_t payload_max)
{
    KIPC_GUARD(ports >= 1 && ports <= KIPC_CFG_PORTS_MAX, 0);
    KIPC_GUARD(slots >= 2 && slots <= KIPC_MAILBOX_SLOTS_MAX && (slots & (slots - 1)) == 0, 0);
    KIPC_GUARD(payload_max >= 1 && payload_max <= KIPC_CFG_CH_BYTES_MAX, 0);
    /* The staging memory has room for its boards where an area has room for one. */
    uint64_t bytes =
        (uint64_t)KIPC_MAILBOX_BOARDS * BOARD_BYTES + (uint64_t)ports * slots * slot_bytes_for(payload_max);
    return bytes <= SIZE_MAX ? (size_t)bytes : 0;
}

uint32_t ki_mailbox_geometry(const struct kipc_mailbox *mailbox)
{
    return mailbox->config.ports << 24 | mailbox->config.slots << 16 | mailbox->slot_bytes / KIPC_CACHELINE;
}

static void kick(void *context, uint32_t port)
{
    struct kipc_mailbox *mailbox = context;
    mailbox->ports[port].is_kicked = true;
    mailbox->config.ops->wake(mailbox->config.context);
}

static void room(void *context, uint32_t port)
{
    struct kipc_mailbox *mailbox = context;
    (void)port;
    mailbox->config.ops->wake(mailbox->config.context);
}

static void parted(void *context, uint32_t port)
{
    struct kipc_mailbox *mailbox = context;
    mailbox->ports[port].is_kicked = false;
    mailbox->ports[port].was_closed = true;
}

static const struct kipc_transport_ops transport_ops = {.kick = kick, .room = room, .parted = parted};

static bool is_complete(const struct kipc_mailbox_ops *ops)
{
    return ops != NULL && ops->word_room != NULL && ops->push != NULL && ops->pop != NULL && ops->copy_room != NULL &&
           ops->copy != NULL && ops->submit != NULL && ops->ended != NULL && ops->idle != NULL && ops->wake != NULL;
}

int kipc_mailbox_open(struct kipc_mailbox *mailbox, struct kipc_kernel *kernel, uint32_t node,
                      const struct kipc_mailbox_config *config)
{
    KIPC_GUARD(mailbox != NULL && kernel != NULL && config != NULL && is_complete(config->ops), KIPC_E_INVAL);
    KIPC_GUARD(kipc_mailbox_area_bytes(config->ports, config->slots, config->payload_max) != 0, KIPC_E_INVAL);
    KIPC_GUARD(config->area != NULL && ki_is_aligned(config->area, KIPC_CACHELINE), KIPC_E_INVAL);
    KIPC_GUARD(config->staging != NULL && ki_is_aligned(config->staging, KIPC_CACHELINE), KIPC_E_INVAL);
    KIPC_GUARD(config->life != 0 && config->threshold >= 1, KIPC_E_INVAL);
    KIPC_GUARD((unsigned int)config->policy <= KIPC_MAILBOX_THRESHOLD, KIPC_E_INVAL);
    ki_clear(mailbox, sizeof(*mailbox));
    mailbox->config = *config;
    mailbox->kernel = kernel;
    mailbox->node = node;
    mailbox->slot_bytes = slot_bytes_for(config->payload_max);
    mailbox->life = config->life;
    mailbox->must_greet = true;
    mailbox->transport.ops = &transport_ops;
    mailbox->transport.context = mailbox;
    mailbox->transport.payload_max = config->payload_max;
    ki_mailbox_clear(mailbox);
    return kipc_route_add(kernel, node, &mailbox->transport);
}

int kipc_mailbox_close(struct kipc_mailbox *mailbox)
{
    KIPC_GUARD(mailbox != NULL, KIPC_E_INVAL);
    return kipc_route_remove(mailbox->kernel, mailbox->node);
}

void kipc_mailbox_peer_was_reset(struct kipc_mailbox *mailbox)
{
    mailbox->was_lost = true;
    mailbox->config.ops->wake(mailbox->config.context);
}

void kipc_mailbox_restart(struct kipc_mailbox *mailbox)
{
    mailbox->must_restart = true;
    mailbox->config.ops->wake(mailbox->config.context);
}

/* What the two sides had is over; nothing of it may be delivered or sent. One of them has a new life, or gets one. */
static void end_session(struct kipc_mailbox *mailbox)
{
    mailbox->is_up = false;
    mailbox->peer_life = 0;
    int parted_ends = kipc_transport_lost(mailbox->kernel, mailbox->node);
    mailbox->counters.parted += parted_ends > 0 ? (uint64_t)parted_ends : 0; /* below 0: the route is gone */
    ki_mailbox_clear(mailbox);
}

/* Drops what is in the FIFO: after a damaged frame nobody knows where the next one begins. */
static void drop_words(struct kipc_mailbox *mailbox)
{
    uint32_t word;
    /* At most as many as a FIFO may hold; what comes later is of a greeting, or is dropped as it comes. */
    for (uint32_t i = 0; i < UINT16_MAX; i++) {
        if (mailbox->config.ops->pop(mailbox->config.context, &word) == KIPC_E_EMPTY) {
            return;
        }
    }
}

static void begin_anew(struct kipc_mailbox *mailbox)
{
    end_session(mailbox);
    mailbox->frame_words = 0;
    mailbox->life = mailbox->life == UINT32_MAX ? 1 : mailbox->life + 1;
    mailbox->must_greet = true;
}

static bool is_inside(const struct kipc_mailbox *mailbox, uint64_t address)
{
    const struct kipc_mailbox_config *config = &mailbox->config;
    uint64_t bytes = kipc_mailbox_area_bytes(config->ports, config->slots, config->payload_max);
    return address % KIPC_CACHELINE == 0 && address >= config->peer_first && config->peer_bytes >= bytes &&
           address - config->peer_first <= config->peer_bytes - bytes;
}

/*
 * Both sides come to a session by telling what they know: a side is up when the other one has named its life. A side
 * answers whatever teaches it something new, and nothing else, so the two do not answer each other for ever.
 */
void ki_mailbox_greeted(struct kipc_mailbox *mailbox, uint32_t life, uint32_t known, uint64_t area, uint32_t geometry)
{
    if (life == 0 || geometry != ki_mailbox_geometry(mailbox) || !is_inside(mailbox, area)) {
        mailbox->counters.violations += 1;
        return;
    }
    if (life != mailbox->peer_life) {
        if (mailbox->peer_life != 0 || mailbox->is_up) {
            end_session(mailbox);
        }
        mailbox->peer_life = life;
        mailbox->peer_area = area;
        mailbox->session_sent = (uint16_t)((mailbox->life & 0xFF) << 8 | (life & 0xFF));
        mailbox->session_expected = (uint16_t)((life & 0xFF) << 8 | (mailbox->life & 0xFF));
    }
    if (mailbox->told_life != life || known != mailbox->life) {
        mailbox->must_greet = true;
    }
    if (known == mailbox->life && !mailbox->is_up) {
        mailbox->is_up = true;
        mailbox->counters.sessions += 1;
        for (uint32_t i = 0; i < mailbox->config.ports; i++) {
            mailbox->ports[i].is_kicked = true;
        }
    }
}

bool ki_mailbox_deliver(struct kipc_mailbox *mailbox, uint32_t port, const struct kipc_message_header *header,
                        const void *data, uint32_t length)
{
    int result = kipc_transport_deliver(mailbox->kernel, mailbox->node, port, header, data, length);
    KIPC_GUARD(result != KIPC_E_FULL, false);
    /* The program has not opened its channel yet: it is kept, and tried again when the channel first sends. */
    KIPC_GUARD(result != KIPC_E_NOTFOUND || mailbox->ports[port].was_closed, false);
    if (result == KIPC_OK || result == KIPC_E_OVERFLOW) {
        mailbox->counters.delivered += 1;
    } else {
        mailbox->counters.undelivered += 1;
    }
    return true;
}

static void follow_copies(struct kipc_mailbox *mailbox)
{
    int ended = mailbox->config.ops->ended(mailbox->config.context);
    if (ended < 0 || (uint64_t)ended > mailbox->copies_put - mailbox->copies_ended) {
        ki_mailbox_violated(mailbox);
        return;
    }
    mailbox->copies_ended += (uint64_t)ended;
}

/* A greeting may be lost on its way; one that arrives twice does no harm. */
static bool is_unanswered(const struct kipc_mailbox *mailbox)
{
    const struct kipc_port *port = mailbox->kernel->port;
    return !mailbox->is_up && mailbox->greet_by != KIPC_FOREVER && port->ops->ticks(port->context) >= mailbox->greet_by;
}

uint64_t kipc_mailbox_run(struct kipc_mailbox *mailbox)
{
    if (mailbox->was_lost) {
        /* The reset has flushed the FIFO; what is in it now is of the peer's new life. */
        mailbox->was_lost = false;
        begin_anew(mailbox);
    }
    if (mailbox->must_restart) {
        mailbox->must_restart = false;
        drop_words(mailbox);
        begin_anew(mailbox);
    }
    ki_mailbox_take_words(mailbox);
    follow_copies(mailbox);
    mailbox->must_greet = mailbox->must_greet || is_unanswered(mailbox);
    if (mailbox->must_greet && !mailbox->must_restart) {
        ki_mailbox_greet(mailbox);
    }
    /* Nothing goes before the greeting that the peer needs to know it for what it is. */
    if (mailbox->is_up && !mailbox->must_greet) {
        ki_mailbox_take_slots(mailbox);
        ki_mailbox_send_slots(mailbox);
        ki_mailbox_publish(mailbox);
    }
    if (mailbox->must_restart) {
        mailbox->config.ops->wake(mailbox->config.context);
    }
    if (!mailbox->is_up) {
        return mailbox->must_greet ? KIPC_FOREVER : mailbox->greet_by; /* room for a greeting wakes the owner */
    }
    return mailbox->unnotified > 0 ? mailbox->notify_by : KIPC_FOREVER;
}
