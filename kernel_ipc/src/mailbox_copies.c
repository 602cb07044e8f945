/* SPDX-License-Identifier: MIT */
/* The mailbox transport: messages in slots, and the boards that publish them and give them back. */
#include "mailbox.h"

#define BOARD_BYTES ((uint32_t)sizeof(struct kipc_mailbox_board))

static size_t slot_offset(const struct kipc_mailbox *mailbox, uint32_t port, uint16_t index)
{
    uint32_t place = port * mailbox->config.slots + (index & (mailbox->config.slots - 1));
    return KIPC_MAILBOX_BOARDS * sizeof(struct kipc_mailbox_board) + (size_t)place * mailbox->slot_bytes;
}

static const volatile struct kipc_mailbox_board *board_of_peer(const struct kipc_mailbox *mailbox)
{
    return (const volatile struct kipc_mailbox_board *)mailbox->config.area;
}

void ki_mailbox_clear(struct kipc_mailbox *mailbox)
{
    /* What the last session left must not be taken for this one's when the lives come round. */
    ki_clear(mailbox->config.area, sizeof(struct kipc_mailbox_board));
    ki_clear(mailbox->ports, sizeof(mailbox->ports));
    mailbox->must_publish = false;
    mailbox->must_notify = false;
    mailbox->unnotified = 0;
    mailbox->wanted = 0;
    mailbox->told_wants = 0;
}

/* What the peer has taken: indices only go forward, and not past what was sent. */
static void follow_peer(struct kipc_mailbox *mailbox, uint32_t number)
{
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    const volatile struct kipc_mailbox_board *board = board_of_peer(mailbox);
    uint16_t head;
    uint16_t words;
    if (ki_untag(mailbox, board->heads[number], &head)) {
        if ((uint16_t)(port->tail - head) > (uint16_t)(port->tail - port->acknowledged)) {
            ki_mailbox_violated(mailbox);
            return;
        }
        port->acknowledged = head;
    }
    if (ki_untag(mailbox, board->words[number], &words)) {
        if ((uint16_t)(port->words_sent - words) > (uint16_t)(port->words_sent - port->words_acknowledged)) {
            ki_mailbox_violated(mailbox);
            return;
        }
        port->words_acknowledged = words;
    }
}

static bool take_held(struct kipc_mailbox *mailbox, uint32_t number)
{
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    if (port->has_held) {
        KIPC_GUARD(ki_mailbox_deliver(mailbox, number, &port->held_header, port->held, port->held_length), false);
        port->has_held = false;
        port->words_taken += 1;
        mailbox->must_publish = true;
    }
    return true;
}

/* One message out of a slot; false if it must stay, or the peer has broken a rule. */
static bool take_slot(struct kipc_mailbox *mailbox, uint32_t number)
{
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    const uint8_t *area = mailbox->config.area;
    const struct ki_mailbox_slot *slot = (const void *)(area + slot_offset(mailbox, number, port->head));
    /* Private copies, once: the peer can write there again at any time. */
    uint32_t tag = *(const volatile uint32_t *)&slot->tag;
    uint32_t length = *(const volatile uint32_t *)&slot->length;
    if (tag != ki_tagged(mailbox->session_expected, port->sequence_taken) || length > mailbox->config.payload_max) {
        ki_mailbox_violated(mailbox);
        return false;
    }
    struct kipc_message_header header = slot->header;
    KIPC_GUARD(ki_mailbox_deliver(mailbox, number, &header, slot->data, length), false);
    port->head += 1;
    port->sequence_taken += 1;
    mailbox->must_publish = true;
    return true;
}

/*
 * A small message that was sent before one in a slot was in the FIFO before that one was published. So the FIFO is
 * looked at once more after the index: then a slot that is not the next message is a violation.
 */
static void take_port(struct kipc_mailbox *mailbox, uint32_t number)
{
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    uint16_t tail;
    bool is_new = ki_untag(mailbox, board_of_peer(mailbox)->tails[number], &tail) && tail != port->head;
    if (is_new) {
        /* The slots are read after the index that says that they are there. */
        mailbox->kernel->port->ops->fence_from_device(mailbox->kernel->port->context);
        ki_mailbox_take_words(mailbox);
        if ((uint16_t)(tail - port->head) > mailbox->config.slots) {
            ki_mailbox_violated(mailbox);
        }
    }
    if (mailbox->must_restart || !mailbox->is_up || !take_held(mailbox, number)) {
        return;
    }
    while (is_new && port->head != tail && take_slot(mailbox, number)) {
    }
}

void ki_mailbox_take_slots(struct kipc_mailbox *mailbox)
{
    uint32_t wants = board_of_peer(mailbox)->wants;
    for (uint32_t i = 0; i < mailbox->config.ports && mailbox->is_up && !mailbox->must_restart; i++) {
        follow_peer(mailbox, i);
        take_port(mailbox, i);
    }
    if (wants >> 16 != mailbox->session_expected) {
        return;
    }
    /* It began to wait for slots: it is told how things are. While it waits, it is told of each change. */
    mailbox->must_publish = mailbox->must_publish || wants != mailbox->wanted;
    mailbox->must_notify = mailbox->must_notify || (mailbox->must_publish && (uint16_t)wants != 0);
    mailbox->wanted = wants;
}

static void fill_and_put(struct kipc_mailbox *mailbox, uint32_t number, struct ki_mailbox_slot *slot)
{
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    const struct kipc_mailbox_config *config = &mailbox->config;
    uint64_t destination = mailbox->peer_area + slot_offset(mailbox, number, port->tail);
    slot->tag = ki_tagged(mailbox->session_sent, port->sequence_sent);
    config->ops->copy(config->context, destination, slot, (uint32_t)sizeof(*slot) + slot->length, 0);
    mailbox->copies_put += 1;
    port->tail += 1;
    port->sequence_sent += 1;
    mailbox->counters.large += 1;
    mailbox->must_publish = true;
    if (mailbox->unnotified == 0) {
        mailbox->notify_by = kipc_deadline_after(mailbox->kernel->port, config->delay);
    }
    mailbox->unnotified += 1;
}

static bool has_slot(const struct kipc_mailbox *mailbox, const struct kipc_mailbox_port *port)
{
    return (uint16_t)(port->tail - port->acknowledged) < mailbox->config.slots;
}

/* Takes what the channel has, as far as there are slots and copies for it. The last copy is kept for a board. */
static void send_port(struct kipc_mailbox *mailbox, uint32_t number)
{
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    const struct kipc_mailbox_config *config = &mailbox->config;
    uint8_t *staging = config->staging;
    /* Taken back before the look: a kick that comes after the look lets the owner run again. */
    port->is_kicked = false;
    while (has_slot(mailbox, port) && config->ops->copy_room(config->context) >= 2) {
        struct ki_mailbox_slot *slot = (void *)(staging + slot_offset(mailbox, number, port->tail));
        int length =
            kipc_transport_take(mailbox->kernel, mailbox->node, number, &slot->header, slot->data, config->payload_max);
        if (length < 0) {
            return;
        }
        slot->length = (uint32_t)length;
        if (!ki_mailbox_send_words(mailbox, number, slot)) {
            fill_and_put(mailbox, number, slot);
        }
    }
    port->is_kicked = true;
}

void ki_mailbox_send_slots(struct kipc_mailbox *mailbox)
{
    for (uint32_t i = 0; i < mailbox->config.ports && mailbox->is_up && !mailbox->must_restart; i++) {
        if (mailbox->ports[i].is_kicked) {
            send_port(mailbox, i);
        }
    }
}

static bool is_notify_due(const struct kipc_mailbox *mailbox)
{
    const struct kipc_mailbox_config *config = &mailbox->config;
    if (mailbox->must_notify) {
        return true;
    }
    if (mailbox->unnotified == 0) {
        return false;
    }
    return config->policy == KIPC_MAILBOX_ALWAYS || mailbox->unnotified >= config->threshold ||
           mailbox->kernel->port->ops->ticks(mailbox->kernel->port->context) >= mailbox->notify_by;
}

/* Ports that have something to send: those without a slot for it, or those that had none of the copies left. */
static uint32_t ports_that_wait(const struct kipc_mailbox *mailbox, bool for_slots)
{
    uint32_t ports = 0;
    for (uint32_t i = 0; i < mailbox->config.ports; i++) {
        const struct kipc_mailbox_port *port = &mailbox->ports[i];
        ports |= port->is_kicked && has_slot(mailbox, port) != for_slots ? 1u << i : 0;
    }
    return ports;
}

static void fill_board(const struct kipc_mailbox *mailbox, struct kipc_mailbox_board *board, uint32_t wants)
{
    uint16_t session = mailbox->session_sent;
    for (uint32_t i = 0; i < KIPC_CFG_PORTS_MAX; i++) {
        board->tails[i] = ki_tagged(session, mailbox->ports[i].tail);
        board->heads[i] = ki_tagged(session, mailbox->ports[i].head);
        board->words[i] = ki_tagged(session, mailbox->ports[i].words_taken);
    }
    board->wants = wants;
}

/*
 * The flags of a board's copy. FENCE: the peer may look at the indices as soon as they are there, so all that they
 * announce must be there before. TELL: this side lacks copies or boards, and goes on when this one has ended.
 */
static uint32_t copy_flags(const struct kipc_mailbox *mailbox, uint32_t copies, bool notify)
{
    uint32_t after = (mailbox->next_board + 1) % KIPC_MAILBOX_BOARDS;
    bool is_short =
        copies == 1 || mailbox->board_copies[after] > mailbox->copies_ended || ports_that_wait(mailbox, false) != 0;
    return KIPC_MAILBOX_COPY_FENCE | (notify ? (uint32_t)KIPC_MAILBOX_COPY_NOTIFY : 0) |
           (is_short ? (uint32_t)KIPC_MAILBOX_COPY_TELL : 0);
}

static void send_board(struct kipc_mailbox *mailbox, uint32_t copies, uint32_t wants, bool notify)
{
    const struct kipc_mailbox_config *config = &mailbox->config;
    uint32_t number = mailbox->next_board;
    struct kipc_mailbox_board *board = (struct kipc_mailbox_board *)config->staging + number;
    fill_board(mailbox, board, ki_tagged(mailbox->session_sent, (uint16_t)wants));
    config->ops->copy(config->context, mailbox->peer_area, board, BOARD_BYTES, copy_flags(mailbox, copies, notify));
    config->ops->submit(config->context);
    mailbox->copies_put += 1;
    mailbox->board_copies[number] = mailbox->copies_put;
    mailbox->next_board = (number + 1) % KIPC_MAILBOX_BOARDS;
    mailbox->must_publish = false;
    mailbox->must_notify = false;
    mailbox->told_wants = wants;
    mailbox->unnotified = notify ? 0 : mailbox->unnotified;
    mailbox->counters.publications += 1;
    mailbox->counters.notified += notify;
}

void ki_mailbox_publish(struct kipc_mailbox *mailbox)
{
    const struct kipc_mailbox_config *config = &mailbox->config;
    uint32_t wants = ports_that_wait(mailbox, true);
    bool begins_to_wait = (wants & ~mailbox->told_wants) != 0;
    bool notify = is_notify_due(mailbox) || begins_to_wait;
    if (mailbox->must_restart || !(mailbox->must_publish || notify)) {
        return;
    }
    /* The copy that read this board last must have ended; the copy after it lets the owner run again. */
    uint32_t copies = config->ops->copy_room(config->context);
    if (copies > 0 && mailbox->board_copies[mailbox->next_board] <= mailbox->copies_ended) {
        send_board(mailbox, copies, wants, notify);
    }
}
