/* SPDX-License-Identifier: MIT */
/* Request ids without a kernel, for messages over a ring: each answer finds its request, in whatever order it comes. */
#include "ring_pair.h"
#include <kipc/message.h>

#define OUTSTANDING 4u

static uint64_t slots[OUTSTANDING];
static struct kipc_request_table table;
static struct ring_pair wire;

static void ask(const char *question, uint32_t *position)
{
    struct kipc_message_header header;
    REQUIRE(kipc_message_set_up(&header, KIPC_MESSAGE_REQUEST, 0, 0) == KIPC_OK);
    REQUIRE(kipc_request_begin(&table, &header, position) == KIPC_OK);
    REQUIRE(kipc_ring_send_sp(&wire.producer, &header, sizeof(header)) == KIPC_OK);
    example_print("asked: %s", question);
}

int main(void)
{
    static const char *const questions[] = {"how many?", "how old?"};
    struct kipc_message_header received[2];
    struct kipc_message_inline failure;
    uint32_t positions[2];
    uint32_t position;
    size_t size;
    int32_t code;
    example_begin();
    ring_pair_set_up(&wire, 4);
    REQUIRE(kipc_request_set_up(&table, slots, OUTSTANDING, 0) == KIPC_OK);
    ask(questions[0], &positions[0]);
    ask(questions[1], &positions[1]);

    /* The other side answers the second one first, and cannot answer the first one. */
    for (unsigned int i = 0; i < 2; i++) {
        REQUIRE(kipc_ring_receive_sc(&wire.consumer, &received[i], sizeof(received[i]), &size) == KIPC_OK);
        REQUIRE(kipc_message_validate(&received[i], size) == KIPC_OK);
    }
    received[1].type = KIPC_MESSAGE_RESPONSE;
    REQUIRE(kipc_message_new_error(&failure, &received[0], KIPC_E_NOTFOUND) == KIPC_OK);

    REQUIRE(kipc_request_match(&table, &received[1], &position) == KIPC_OK && position == positions[1]);
    example_print("answered: %s", questions[position]);
    REQUIRE(kipc_request_match(&table, &failure.header, &position) == KIPC_OK && position == positions[0]);
    REQUIRE(kipc_message_error_code(&failure, &code) == KIPC_OK);
    example_print("answered with %s: %s", kipc_error_name(code), questions[position]);
    int twice = kipc_request_match(&table, &received[1], &position);
    example_print("once more: %s", kipc_error_name(twice));
    example_end();
    return 0;
}

/* Prints:
 *   asked: how many?
 *   asked: how old?
 *   answered: how old?
 *   answered with NOTFOUND: how many?
 *   once more: NOTFOUND
 */
