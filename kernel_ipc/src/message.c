/* SPDX-License-Identifier: MIT */
#include "internal.h"
#include <kipc/message.h>

int kipc_message_set_up(struct kipc_message_header *header, enum kipc_message_type type, uint8_t priority,
                        size_t payload_length)
{
    KIPC_GUARD(header != NULL && (unsigned int)type <= KIPC_MESSAGE_CONTROL, KIPC_E_INVAL);
    KIPC_GUARD(payload_length <= UINT32_MAX - KIPC_MESSAGE_HEADER_BYTES, KIPC_E_INVAL_SIZE);
    header->type = (uint8_t)type;
    header->flags = 0;
    header->priority = priority;
    header->reserved = 0;
    header->total_size = (uint32_t)(KIPC_MESSAGE_HEADER_BYTES + payload_length);
    header->sender = 0;
    header->destination = 0;
    header->request_id = 0;
    return KIPC_OK;
}

int kipc_message_new_inline(struct kipc_message_inline *message, enum kipc_message_type type, uint8_t priority,
                            const void *data, size_t length)
{
    KIPC_GUARD(message != NULL && (data != NULL || length == 0), KIPC_E_INVAL);
    KIPC_GUARD(kipc_ring_fits_inline(length), KIPC_E_INVAL_SIZE);
    int result = kipc_message_set_up(&message->header, type, priority, length);
    KIPC_GUARD(result == KIPC_OK, result);
    const uint8_t *source = data;
    /* Volatile, so that the loop does not become a call of memcpy, which a freestanding build may lack. */
    volatile uint8_t *target = message->data;
    for (size_t i = 0; i < KIPC_RING_INLINE_MAX; i++) {
        target[i] = i < length ? source[i] : 0;
    }
    return KIPC_OK;
}

int kipc_message_validate(const struct kipc_message_header *header, size_t available)
{
    KIPC_GUARD(header != NULL, KIPC_E_INVAL);
    KIPC_GUARD(available >= KIPC_MESSAGE_HEADER_BYTES, KIPC_E_BADMSG);
    KIPC_GUARD(header->type <= KIPC_MESSAGE_CONTROL && header->reserved == 0, KIPC_E_BADMSG);
    KIPC_GUARD((header->flags & ~(unsigned int)KIPC_MESSAGE_FLAGS) == 0, KIPC_E_BADMSG);
    KIPC_GUARD(header->total_size >= KIPC_MESSAGE_HEADER_BYTES && header->total_size <= available, KIPC_E_BADMSG);
    bool is_answer = header->type == KIPC_MESSAGE_RESPONSE || header->type == KIPC_MESSAGE_ERROR;
    KIPC_GUARD(!is_answer || header->request_id != 0, KIPC_E_BADMSG);
    return KIPC_OK;
}

int kipc_message_stamp(struct kipc_message_header *header, uint64_t sender, uint64_t peer)
{
    KIPC_GUARD(header != NULL, KIPC_E_INVAL);
    KIPC_GUARD(header->destination == peer, KIPC_E_SRCH);
    header->sender = sender;
    return KIPC_OK;
}

int kipc_message_new_error(struct kipc_message_inline *reply, const struct kipc_message_header *request, int32_t code)
{
    KIPC_GUARD(reply != NULL && request != NULL && code < 0, KIPC_E_INVAL);
    KIPC_GUARD(request->type == KIPC_MESSAGE_REQUEST, KIPC_E_INVAL);
    int result = kipc_message_new_inline(reply, KIPC_MESSAGE_ERROR, request->priority, &code, sizeof(code));
    KIPC_GUARD(result == KIPC_OK, result);
    reply->header.sender = request->destination;
    reply->header.destination = request->sender;
    reply->header.request_id = request->request_id;
    return KIPC_OK;
}

int kipc_message_error_code(const struct kipc_message_inline *message, int32_t *code)
{
    KIPC_GUARD(message != NULL && code != NULL, KIPC_E_INVAL);
    KIPC_GUARD(message->header.type == KIPC_MESSAGE_ERROR, KIPC_E_BADMSG);
    KIPC_GUARD(message->header.total_size == KIPC_MESSAGE_HEADER_BYTES + sizeof(*code), KIPC_E_BADMSG);
    uint32_t bits = 0;
    for (unsigned int i = 0; i < sizeof(bits); i++) {
        bits |= (uint32_t)message->data[i] << (8 * i);
    }
    int32_t value = (int32_t)bits;
    KIPC_GUARD(value < 0, KIPC_E_BADMSG);
    *code = value;
    return KIPC_OK;
}

int kipc_request_set_up(struct kipc_request_table *table, uint64_t *outstanding, uint32_t capacity, uint64_t first_id)
{
    KIPC_GUARD(table != NULL && outstanding != NULL && capacity >= 1, KIPC_E_INVAL);
    for (uint32_t i = 0; i < capacity; i++) {
        *(volatile uint64_t *)&outstanding[i] = 0;
    }
    table->outstanding = outstanding;
    table->capacity = capacity;
    table->next = first_id == 0 ? 1 : first_id;
    table->unknown = 0;
    return KIPC_OK;
}

/* Finds an id; 0 finds a free slot. Returns capacity if there is none. */
static uint32_t find(const struct kipc_request_table *table, uint64_t id)
{
    uint32_t position = 0;
    while (position < table->capacity && table->outstanding[position] != id) {
        position++;
    }
    return position;
}

int kipc_request_begin(struct kipc_request_table *table, struct kipc_message_header *header, uint32_t *position)
{
    KIPC_GUARD(table != NULL && header != NULL && position != NULL, KIPC_E_INVAL);
    KIPC_GUARD(header->type == KIPC_MESSAGE_REQUEST, KIPC_E_INVAL);
    uint32_t found = find(table, 0);
    KIPC_GUARD(found < table->capacity, KIPC_E_FULL);
    table->outstanding[found] = table->next;
    header->request_id = table->next;
    table->next = table->next == UINT64_MAX ? 1 : table->next + 1;
    *position = found;
    return KIPC_OK;
}

int kipc_request_match(struct kipc_request_table *table, const struct kipc_message_header *answer, uint32_t *position)
{
    KIPC_GUARD(table != NULL && answer != NULL && position != NULL, KIPC_E_INVAL);
    KIPC_GUARD(answer->type == KIPC_MESSAGE_RESPONSE || answer->type == KIPC_MESSAGE_ERROR, KIPC_E_BADMSG);
    /* Id 0 marks free slots, so it must not be looked for. */
    uint32_t found = answer->request_id == 0 ? table->capacity : find(table, answer->request_id);
    if (found == table->capacity) {
        table->unknown += 1;
        return KIPC_E_NOTFOUND;
    }
    table->outstanding[found] = 0;
    *position = found;
    return KIPC_OK;
}
