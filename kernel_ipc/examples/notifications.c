/* SPDX-License-Identifier: MIT */
/* One wait for many sources: which one, which of its bits, how often. A full queue merges what one source says. */
#include "example.h"
#include <kipc/notification.h>

enum source { TIMER = 1, NETWORK = 2 };

static struct example example;
static kipc_handle_t queue;

static int post(enum source source, uint32_t bits)
{
    return kipc_notification_post(&example.kernel, example.pid, queue, source, bits);
}

static struct kipc_notification_entry take(void)
{
    struct kipc_notification_entry entry;
    REQUIRE(kipc_notification_take(&example.kernel, example.pid, queue, KIPC_NO_WAIT, &entry) == KIPC_OK);
    return entry;
}

int main(void)
{
    struct kipc_notification_entry entry;
    example_set_up(&example);
    REQUIRE(kipc_notification_create(&example.kernel, example.pid, KIPC_WAIT_FIFO, &queue) == KIPC_OK);

    REQUIRE(post(TIMER, 0x1) == KIPC_OK);
    REQUIRE(post(NETWORK, 0x4) == KIPC_OK);
    entry = take();
    example_print("first source %u, bits %x", entry.source, entry.bits);
    entry = take();
    example_print("then source %u, bits %x", entry.source, entry.bits);

    for (uint32_t i = 0; i < KIPC_CFG_NOTIFICATIONS_MAX; i++) {
        REQUIRE(post(TIMER, 0x1) == KIPC_OK);
    }
    REQUIRE(post(TIMER, 0x2) == KIPC_OK); /* merged into the latest of its source */
    int refused = post(NETWORK, 0x1);
    for (uint32_t i = 0; i < KIPC_CFG_NOTIFICATIONS_MAX; i++) {
        entry = take();
    }
    example_print("the last one: bits %x, %u of them; another source: %s", entry.bits, entry.count,
                  kipc_error_name(refused));
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   first source 1, bits 1
 *   then source 2, bits 4
 *   the last one: bits 3, 2 of them; another source: FULL
 */
