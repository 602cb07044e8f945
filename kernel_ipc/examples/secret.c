/* SPDX-License-Identifier: MIT */
/* A right as sixteen bytes, passed on through memory that both can write; forged ones, and revoked ones, are refused.
 */
#include "example.h"
#include <kipc/capability.h>
#include <kipc/semaphore.h>

static struct example example;

int main(void)
{
    /* In earnest from a random number generator. */
    static const uint8_t key[KIPC_CAPABILITY_KEY_BYTES] = {7, 1, 4, 8, 2, 9, 3, 5, 6, 0, 11, 15, 13, 12, 14, 10};
    struct kipc_kernel *kernel = &example.kernel;
    struct kipc_capability secret;
    kipc_handle_t semaphore;
    kipc_handle_t redeemed;
    example_set_up(&example);
    kipc_pid_t other = example_process(&example);
    REQUIRE(kipc_kernel_set_capability_key(kernel, key) == KIPC_OK);
    REQUIRE(kipc_semaphore_create(kernel, example.pid, 0, 1, KIPC_WAIT_FIFO, &semaphore) == KIPC_OK);

    REQUIRE(kipc_capability_make(kernel, example.pid, semaphore, KIPC_RIGHT_SEND, &secret) == KIPC_OK);
    REQUIRE(kipc_capability_redeem(kernel, other, &secret, &redeemed) == KIPC_OK);
    REQUIRE(kipc_semaphore_post(kernel, other, redeemed) == KIPC_OK);
    example_print("redeemed, and posted");

    struct kipc_capability forged = secret;
    forged.rights = KIPC_RIGHT_SEND | KIPC_RIGHT_RECEIVE; /* one right more */
    int refused = kipc_capability_redeem(kernel, other, &forged, &redeemed);
    int closed = kipc_handle_revoke(kernel, example.pid, semaphore);
    int too_late = kipc_capability_redeem(kernel, other, &secret, &redeemed);
    example_print("forged: %s; revoked %d handle, then: %s", kipc_error_name(refused), closed,
                  kipc_error_name(too_late));
    REQUIRE(kipc_process_exit(kernel, other) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   redeemed, and posted
 *   forged: BADCAP; revoked 1 handle, then: BADCAP
 */
