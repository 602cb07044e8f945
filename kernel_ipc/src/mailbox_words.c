/* SPDX-License-Identifier: MIT */
/* The mailbox transport: frames of words. The first word says what it is and how long, the last one is a check sum. */
#include "copy.h"
#include "mailbox.h"

#define FRAME_GREETING 0xB1u
#define FRAME_SMALL 0x5Eu
#define VERSION 1u

/* Frame: kind 8 | version or port 8 | payload bytes 8 | words 8. */
#define GREETING_WORDS 7u
#define HEADER_WORDS (KIPC_MESSAGE_HEADER_BYTES / 4u)
#define SMALL_WORDS(length) (2u + HEADER_WORDS + ((length) + 3u) / 4u + 1u)
_Static_assert(SMALL_WORDS(KIPC_MAILBOX_SMALL_MAX) == KIPC_MAILBOX_FRAME_WORDS, "the longest frame fits");
_Static_assert(GREETING_WORDS <= KIPC_MAILBOX_FRAME_WORDS, "the greeting fits");

static uint32_t first_word(uint32_t kind, uint32_t number, uint32_t length, uint32_t words)
{
    return kind << 24 | number << 16 | length << 8 | words;
}

/* FNV-1a over words (Fowler, Noll, Vo): a word that is lost, repeated or changed gives another sum. */
static uint32_t check_sum(const uint32_t *words, uint32_t count)
{
    uint32_t sum = UINT32_C(2166136261);
    for (uint32_t i = 0; i < count; i++) {
        sum = (sum ^ words[i]) * UINT32_C(16777619);
    }
    return sum;
}

static bool send_frame(struct kipc_mailbox *mailbox, uint32_t *words, uint32_t count)
{
    const struct kipc_mailbox_config *config = &mailbox->config;
    KIPC_GUARD(config->ops->word_room(config->context, count) >= count, false);
    words[count - 1] = check_sum(words, count - 1);
    config->ops->push(config->context, words, count);
    return true;
}

void ki_mailbox_greet(struct kipc_mailbox *mailbox)
{
    uint64_t area = mailbox->config.area_address;
    uint32_t words[GREETING_WORDS] = {
        first_word(FRAME_GREETING, VERSION, 0, GREETING_WORDS),
        mailbox->life,
        mailbox->peer_life,
        (uint32_t)area,
        (uint32_t)(area >> 32),
        ki_mailbox_geometry(mailbox),
    };
    if (send_frame(mailbox, words, GREETING_WORDS)) {
        mailbox->must_greet = false;
        mailbox->greet_by = kipc_deadline_after(mailbox->kernel->port, mailbox->config.patience);
        mailbox->told_life = mailbox->peer_life;
    }
}

bool ki_mailbox_send_words(struct kipc_mailbox *mailbox, uint32_t number, const struct ki_mailbox_slot *slot)
{
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    uint32_t words[KIPC_MAILBOX_FRAME_WORDS] = {0};
    KIPC_GUARD(slot->length <= KIPC_MAILBOX_SMALL_MAX, false);
    /* One at a time, and none beside messages in slots: so the peer never has to hold more than one back. */
    KIPC_GUARD(port->tail == port->acknowledged && port->words_sent == port->words_acknowledged, false);
    words[0] = first_word(FRAME_SMALL, number, slot->length, SMALL_WORDS(slot->length));
    words[1] = ki_tagged(mailbox->session_sent, port->sequence_sent);
    ki_copy_bytes(&words[2], &slot->header, sizeof(slot->header));
    ki_copy_bytes(&words[2 + HEADER_WORDS], slot->data, slot->length);
    KIPC_GUARD(send_frame(mailbox, words, SMALL_WORDS(slot->length)), false);
    port->words_sent += 1;
    port->sequence_sent += 1;
    mailbox->counters.small += 1;
    return true;
}

static void take_small(struct kipc_mailbox *mailbox)
{
    const uint32_t *words = mailbox->frame;
    uint32_t number = words[0] >> 16 & 0xFF;
    uint32_t length = words[0] >> 8 & 0xFF;
    uint16_t sequence;
    if (!ki_untag(mailbox, words[1], &sequence) || !mailbox->is_up) {
        mailbox->counters.stale += 1;
        return;
    }
    struct kipc_mailbox_port *port = &mailbox->ports[number];
    if (sequence != port->sequence_taken || port->has_held) {
        ki_mailbox_violated(mailbox);
        return;
    }
    ki_copy_bytes(&port->held_header, &words[2], sizeof(port->held_header));
    ki_copy_bytes(port->held, &words[2 + HEADER_WORDS], length);
    port->held_length = (uint8_t)length;
    port->sequence_taken += 1;
    port->has_held = true;
}

/* Whether a first word can be one: the rest of the frame is not looked at before. */
static bool is_first(const struct kipc_mailbox *mailbox, uint32_t word)
{
    uint32_t length = word >> 8 & 0xFF;
    switch (word >> 24) {
    case FRAME_GREETING:
        return word == first_word(FRAME_GREETING, VERSION, 0, GREETING_WORDS);
    case FRAME_SMALL:
        return (word >> 16 & 0xFF) < mailbox->config.ports && length <= KIPC_MAILBOX_SMALL_MAX &&
               (word & 0xFF) == SMALL_WORDS(length);
    default:
        return false;
    }
}

/* A frame that is whole; false if it is damaged. */
static bool take_frame(struct kipc_mailbox *mailbox)
{
    const uint32_t *words = mailbox->frame;
    uint32_t count = words[0] & 0xFF;
    KIPC_GUARD(words[count - 1] == check_sum(words, count - 1), false);
    if (words[0] >> 24 == FRAME_GREETING) {
        ki_mailbox_greeted(mailbox, words[1], words[2], (uint64_t)words[4] << 32 | words[3], words[5]);
    } else {
        take_small(mailbox);
    }
    return true;
}

/* A word more; false if what came is damaged. */
static bool take_word(struct kipc_mailbox *mailbox, uint32_t word)
{
    if (mailbox->frame_words == 0 && !is_first(mailbox, word)) {
        return false;
    }
    mailbox->frame[mailbox->frame_words] = word;
    mailbox->frame_words += 1;
    if (mailbox->frame_words < (mailbox->frame[0] & 0xFF)) {
        return true;
    }
    mailbox->frame_words = 0;
    return take_frame(mailbox);
}

void ki_mailbox_take_words(struct kipc_mailbox *mailbox)
{
    const struct kipc_mailbox_config *config = &mailbox->config;
    uint32_t word = 0;
    /* Bounded: a peer that sends for ever is looked at again in the next round. */
    for (uint32_t i = 0; i < UINT16_MAX && !mailbox->must_restart; i++) {
        int result = config->ops->pop(config->context, &word);
        if (result == KIPC_E_EMPTY) {
            return;
        }
        if (result != KIPC_OK || !take_word(mailbox, word)) {
            ki_mailbox_violated(mailbox);
        }
    }
}
