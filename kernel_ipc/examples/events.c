/* SPDX-License-Identifier: MIT */
/* An event that resets itself: signalled with a word, waited for with a deadline; and a wait for any of two. */
#include "example.h"
#include <kipc/event.h>

static struct example example;

int main(void)
{
    struct kipc_kernel *kernel = &example.kernel;
    struct kipc_event_signal signal;
    kipc_handle_t events[2];
    example_set_up(&example);
    kipc_pid_t pid = example.pid;
    REQUIRE(kipc_event_create(kernel, pid, KIPC_EVENT_AUTO, KIPC_WAIT_PRIORITY, &events[0]) == KIPC_OK);
    REQUIRE(kipc_event_create(kernel, pid, KIPC_EVENT_MANUAL, KIPC_WAIT_PRIORITY, &events[1]) == KIPC_OK);

    REQUIRE(kipc_event_signal(kernel, pid, events[0], 7) == 0); /* nobody waits: it stays set */
    uint64_t deadline = kipc_deadline_after(example_port(), 100);
    REQUIRE(kipc_event_wait(kernel, pid, events[0], deadline, &signal) == KIPC_OK);
    REQUIRE(signal.sender == pid && signal.count == 1);
    example_print("signalled with %lu", signal.data);

    deadline = kipc_deadline_after(example_port(), 100);
    int again = kipc_event_wait(kernel, pid, events[0], deadline, &signal);
    REQUIRE(again == KIPC_E_TIMEDOUT);
    example_print("it reset itself: %s", kipc_error_name(again));

    /* A manual event stays set until it is reset. */
    REQUIRE(kipc_event_signal(kernel, pid, events[1], 8) == 0);
    REQUIRE(kipc_event_wait_any(kernel, pid, events, 2, KIPC_FOREVER, &signal) == 1 && signal.data == 8);
    REQUIRE(kipc_event_wait_any(kernel, pid, events, 2, KIPC_FOREVER, &signal) == 1);
    REQUIRE(kipc_event_wait_all(kernel, pid, events, 2, KIPC_NO_WAIT) == KIPC_E_WOULDBLOCK);
    example_print("any of two: the second; all of two: not yet");
    REQUIRE(kipc_event_reset(kernel, pid, events[1]) == KIPC_OK);
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   signalled with 7
 *   it reset itself: TIMEDOUT
 *   any of two: the second; all of two: not yet
 */
