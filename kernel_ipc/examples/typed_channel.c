/* SPDX-License-Identifier: MIT */
/* A channel of values of one C type: the compiler refuses others, and so does the receiver. */
#include "example.h"
#include <kipc/typed.h>

struct point {
    int32_t x;
    int32_t y;
};
struct colour {
    uint8_t red, green, blue;
};
KIPC_DEFINE_TYPED(point, struct point)
KIPC_DEFINE_TYPED(colour, struct colour)

static struct example example;

int main(void)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct kipc_kernel *kernel = &example.kernel;
    const struct point sent = {3, -4};
    struct point point;
    struct colour colour;
    kipc_handle_t ends[2];
    example_set_up(&example);
    REQUIRE(kipc_channel_create(kernel, example.pid, &config, ends) == KIPC_OK);

    REQUIRE(point_send(kernel, example.pid, ends[0], &sent, KIPC_NO_WAIT) == KIPC_OK);
    int other_type = colour_receive(kernel, example.pid, ends[1], &colour, KIPC_NO_WAIT);
    REQUIRE(other_type == KIPC_E_TYPE); /* the message stays */
    REQUIRE(point_receive(kernel, example.pid, ends[1], &point, KIPC_NO_WAIT) == KIPC_OK);
    example_print("as a colour: %s, as a point: %d %d", kipc_error_name(other_type), point.x, point.y);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   as a colour: TYPE, as a point: 3 -4
 */
