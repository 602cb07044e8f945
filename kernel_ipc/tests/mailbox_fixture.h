/* SPDX-License-Identifier: MIT */
/* Two kernels with a mailbox each, and a device between them that does as the test says: in time, late, or wrong. */
#ifndef KIPC_TESTS_MAILBOX_FIXTURE_H
#define KIPC_TESTS_MAILBOX_FIXTURE_H

#include "mock_scheduler.h"
#include "support.h"
#include <kipc/mailbox.h>

#define SIDES 2u
#define PORTS 3u
#define SLOTS 8u
#define PAYLOAD 100u
#define FIFO_WORDS 16u
#define COPIES 8u

struct fake_copy {
    void *destination;
    const void *source;
    uint32_t length;
    uint32_t flags;
};

/* One side of the device. */
struct fake_device {
    struct fake_device *peer;
    struct kipc_mailbox *mailbox;
    uint32_t words[FIFO_WORDS]; /* to this side */
    uint32_t word_count;
    bool is_damaged; /* the word at the head */
    bool wants_room;
    struct fake_copy copies[COPIES]; /* of this side: put, then submitted */
    uint32_t put, submitted;
    uint32_t ended;
    bool has_failed;
    bool is_awake;     /* its owner is to run */
    bool is_listening; /* since `idle` */
    bool doorbell;     /* rung while nobody listened */
    unsigned int interrupts;
};

struct mailbox_side {
    struct kipc_kernel kernel;
    struct kipc_mailbox mailbox;
    struct fake_device device;
    void *kernel_memory;
    void *area;
    void *staging;
    size_t area_bytes;
    uint64_t deadline; /* of the last run */
    kipc_pid_t pid;
    kipc_handle_t handles[PORTS];
};

struct mailbox_fixture {
    struct mock_scheduler mock;
    struct mailbox_side sides[SIDES];
    enum kipc_mailbox_policy policy;
    uint32_t threshold;
    uint32_t greetings;
};

/* A message of the tests. */
struct numbered {
    uint32_t epoch; /* of the test: how many resets there were when it was sent */
    uint32_t number;
    uint32_t opening; /* of the channel that it was sent through */
    uint8_t rest[PAYLOAD - 12];
};

void mailbox_fixture_set_up(struct mailbox_fixture *f, enum kipc_mailbox_policy policy, uint32_t threshold);
void mailbox_fixture_tear_down(struct mailbox_fixture *f);
/* Opens the channel of a port on a side, of this capacity. */
void mailbox_open_port(struct mailbox_fixture *f, uint32_t side, uint32_t port, uint32_t capacity);
/* Opens all ports of both sides. */
void mailbox_open_all(struct mailbox_fixture *f, uint32_t capacity);
/* Without waiting: through the channel of a port, and the result of the call. */
int mailbox_send(struct mailbox_side *side, uint32_t port, const void *data, uint32_t length);
int mailbox_receive(struct mailbox_side *side, uint32_t port, void *data);
/* Makes the first copies of a side, at most count. */
void device_copy(struct fake_device *device, uint32_t count);
/* The side's agent is reset: words of both directions and its copies are gone, and the other side is told. */
void device_reset(struct fake_device *device);
/* Lets the owner of a side run if it was woken; whether it did. */
bool mailbox_step(struct mailbox_side *side);
/* Everything goes on until nobody has anything to do. */
void mailbox_settle(struct mailbox_fixture *f);

#endif
