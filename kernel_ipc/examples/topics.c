/* SPDX-License-Identifier: MIT */
/* One message to all who subscribed: stored once, read by each at its own pace; who is too slow learns what it lost. */
#include "example.h"
#include <kipc/topic.h>

static struct example example;
static kipc_handle_t topic;

static int publish(uint32_t number)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = sizeof(number), .data = &number};
    return kipc_topic_publish(&example.kernel, example.pid, topic, &message, KIPC_FOREVER);
}

static int receive(kipc_handle_t subscription, uint32_t *number)
{
    return kipc_topic_receive(&example.kernel, example.pid, subscription, number, sizeof(*number), NULL, KIPC_NO_WAIT);
}

int main(void)
{
    const struct kipc_topic_config config = {.message_max = 64, .history = 1};
    const struct kipc_subscription_config patient = {.capacity = 4};
    const struct kipc_subscription_config short_one = {.capacity = 1};
    kipc_handle_t subscriptions[3];
    uint32_t number;
    example_set_up(&example);
    struct kipc_kernel *kernel = &example.kernel;
    REQUIRE(kipc_topic_create(kernel, example.pid, &config, &topic) == KIPC_OK);
    REQUIRE(kipc_topic_subscribe(kernel, example.pid, topic, &patient, &subscriptions[0]) == KIPC_OK);
    REQUIRE(kipc_topic_subscribe(kernel, example.pid, topic, &short_one, &subscriptions[1]) == KIPC_OK);

    example_print("published to %d", publish(1));
    example_print("published to %d", publish(2));
    REQUIRE(receive(subscriptions[0], &number) == sizeof(number) && number == 1);
    REQUIRE(receive(subscriptions[0], &number) == sizeof(number) && number == 2);
    example_print("the patient one has both");
    int lost = receive(subscriptions[1], &number);
    REQUIRE(lost == KIPC_E_OVERFLOW);
    REQUIRE(receive(subscriptions[1], &number) == sizeof(number));
    example_print("the short one: %s, then %u", kipc_error_name(lost), number);

    /* A topic may keep what came last for those who come late. */
    REQUIRE(kipc_topic_subscribe(kernel, example.pid, topic, &patient, &subscriptions[2]) == KIPC_OK);
    REQUIRE(receive(subscriptions[2], &number) == sizeof(number));
    example_print("the late one: %u", number);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   published to 2
 *   published to 2
 *   the patient one has both
 *   the short one: OVERFLOW, then 2
 *   the late one: 2
 */
