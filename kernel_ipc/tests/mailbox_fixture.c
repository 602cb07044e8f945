/* SPDX-License-Identifier: MIT */
#include "mailbox_fixture.h"

#define SETTLE_ROUNDS 10000u
/* Greetings that a side sends in one settling before the test takes it that nobody is there. */
#define GREETINGS 10u

static void tell(struct fake_device *device)
{
    if (device->is_listening) {
        device->is_listening = false;
        device->is_awake = true;
        device->interrupts += 1;
    } else {
        device->doorbell = true;
    }
}

static uint32_t word_room(void *context, uint32_t wanted)
{
    struct fake_device *device = context;
    uint32_t room = FIFO_WORDS - device->peer->word_count;
    device->wants_room = device->wants_room || room < wanted;
    return room;
}

static void push(void *context, const uint32_t *words, uint32_t count)
{
    struct fake_device *peer = ((struct fake_device *)context)->peer;
    assert_true(count <= FIFO_WORDS - peer->word_count);
    memcpy(&peer->words[peer->word_count], words, count * sizeof(*words));
    peer->word_count += count;
    tell(peer);
}

static int pop(void *context, uint32_t *word)
{
    struct fake_device *device = context;
    bool was_damaged = device->is_damaged;
    if (device->word_count == 0) {
        return KIPC_E_EMPTY;
    }
    *word = device->words[0];
    device->word_count -= 1;
    memmove(&device->words[0], &device->words[1], device->word_count * sizeof(*word));
    device->is_damaged = false;
    if (device->peer->wants_room) {
        device->peer->wants_room = false;
        device->peer->is_awake = true;
    }
    return was_damaged ? KIPC_E_INTEGRITY : KIPC_OK;
}

static uint32_t copy_room(void *context)
{
    return COPIES - ((struct fake_device *)context)->put;
}

static void copy(void *context, uint64_t destination, const void *source, uint32_t length, uint32_t flags)
{
    struct fake_device *device = context;
    assert_true(device->put < COPIES);
    device->copies[device->put] = (struct fake_copy){(void *)(uintptr_t)destination, source, length, flags};
    device->put += 1;
}

static void submit(void *context)
{
    struct fake_device *device = context;
    device->submitted = device->put;
}

static int ended(void *context)
{
    struct fake_device *device = context;
    int count = (int)device->ended;
    device->ended = 0;
    if (device->has_failed) {
        device->has_failed = false;
        return KIPC_E_FAULT;
    }
    return count;
}

static void idle(void *context)
{
    struct fake_device *device = context;
    device->is_listening = true;
    if (device->doorbell || device->word_count > 0) {
        device->doorbell = false;
        tell(device);
    }
}

static void wake(void *context)
{
    ((struct fake_device *)context)->is_awake = true;
}

static const struct kipc_mailbox_ops device_ops = {.word_room = word_room,
                                                   .push = push,
                                                   .pop = pop,
                                                   .copy_room = copy_room,
                                                   .copy = copy,
                                                   .submit = submit,
                                                   .ended = ended,
                                                   .idle = idle,
                                                   .wake = wake};

void device_copy(struct fake_device *device, uint32_t count)
{
    for (; count > 0 && device->submitted > 0; count--) {
        struct fake_copy one = device->copies[0];
        memcpy(one.destination, one.source, one.length);
        device->put -= 1;
        device->submitted -= 1;
        memmove(&device->copies[0], &device->copies[1], device->put * sizeof(one));
        device->ended += 1;
        if ((one.flags & KIPC_MAILBOX_COPY_NOTIFY) != 0) {
            tell(device->peer);
        }
        if ((one.flags & KIPC_MAILBOX_COPY_TELL) != 0) {
            device->is_awake = true;
        }
    }
}

void device_reset(struct fake_device *device)
{
    device->word_count = 0;
    device->peer->word_count = 0;
    device->is_damaged = false;
    device->peer->is_damaged = false;
    device->ended += device->put; /* they are over, if not made */
    device->put = 0;
    device->submitted = 0;
    device->doorbell = false;
    kipc_mailbox_peer_was_reset(device->peer->mailbox);
    kipc_mailbox_restart(device->mailbox);
}

static void set_up_side(struct mailbox_fixture *f, struct mailbox_side *side)
{
    struct kipc_limits limits = kipc_limits_soc();
    limits.blocks = 2048;
    struct kipc_process_config process = kipc_process_config_default();
    size_t bytes = kipc_kernel_bytes(&limits);
    side->kernel_memory = aligned_memory(bytes);
    assert_result(
        kipc_kernel_set_up(&side->kernel, &f->mock.port, &f->mock.scheduler, &limits, side->kernel_memory, bytes),
        KIPC_OK);
    assert_result(kipc_process_register(&side->kernel, &process, &side->pid), KIPC_OK);
    assert_result(kipc_thread_attach(&side->kernel, side->pid, 0, 1), KIPC_OK);
    side->area_bytes = kipc_mailbox_area_bytes(PORTS, SLOTS, PAYLOAD);
    side->area = aligned_memory(side->area_bytes);
    side->staging = aligned_memory(side->area_bytes);
}

void mailbox_fixture_set_up(struct mailbox_fixture *f, enum kipc_mailbox_policy policy, uint32_t threshold)
{
    memset(f, 0, sizeof(*f));
    mock_set_up(&f->mock);
    for (uint32_t i = 0; i < SIDES; i++) {
        f->sides[i].device.peer = &f->sides[1 - i].device;
        f->sides[i].device.mailbox = &f->sides[i].mailbox;
        set_up_side(f, &f->sides[i]);
    }
    for (uint32_t i = 0; i < SIDES; i++) {
        struct mailbox_side *side = &f->sides[i];
        const struct kipc_mailbox_config config = {.ops = &device_ops,
                                                   .context = &side->device,
                                                   .life = 0xFE + i, /* the low bytes soon pass through 0 */
                                                   .ports = PORTS,
                                                   .slots = SLOTS,
                                                   .payload_max = PAYLOAD,
                                                   .area = side->area,
                                                   .staging = side->staging,
                                                   .area_address = (uintptr_t)side->area,
                                                   .peer_first = (uintptr_t)f->sides[1 - i].area,
                                                   .peer_bytes = side->area_bytes,
                                                   .policy = policy,
                                                   .threshold = threshold,
                                                   .delay = 50,
                                                   .patience = 1000};
        assert_result(kipc_mailbox_open(&side->mailbox, &side->kernel, 4, &config), KIPC_OK);
        side->device.is_awake = true;
        side->deadline = KIPC_FOREVER;
    }
}

void mailbox_fixture_tear_down(struct mailbox_fixture *f)
{
    for (uint32_t i = 0; i < SIDES; i++) {
        struct mailbox_side *side = &f->sides[i];
        struct kipc_counts counts;
        assert_result(kipc_mailbox_close(&side->mailbox), KIPC_OK);
        assert_result(kipc_process_exit(&side->kernel, side->pid), KIPC_OK);
        assert_result(kipc_counts(&side->kernel, &counts), KIPC_OK);
        assert_int_equal(counts.used[KIPC_TABLE_CHANNEL], 0);
        assert_int_equal(counts.blocks_used, 0);
        assert_int_equal(counts.blocks_reserved, 0);
        assert_result(kipc_kernel_tear_down(&side->kernel), KIPC_OK);
        aligned_memory_free(side->kernel_memory);
        aligned_memory_free(side->area);
        aligned_memory_free(side->staging);
    }
    mock_tear_down(&f->mock);
}

void mailbox_open_port(struct mailbox_fixture *f, uint32_t side, uint32_t port, uint32_t capacity)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    struct mailbox_side *one = &f->sides[side];
    config.capacity = capacity;
    config.message_max = PAYLOAD;
    config.buffer_bytes = 4096;
    assert_result(kipc_channel_open_remote(&one->kernel, one->pid, &config, 4, port, &one->handles[port]), KIPC_OK);
}

bool mailbox_step(struct mailbox_side *side)
{
    if (!side->device.is_awake) {
        return false;
    }
    side->device.is_awake = false;
    side->deadline = kipc_mailbox_run(&side->mailbox);
    idle(&side->device);
    return true;
}

/* Lets time pass if a side waits for an answer to its greeting; false if none does. */
static bool greet_again(struct mailbox_fixture *f)
{
    bool any = false;
    for (uint32_t i = 0; i < SIDES; i++) {
        struct mailbox_side *side = &f->sides[i];
        if (!side->mailbox.is_up && side->deadline != KIPC_FOREVER && f->greetings > 0) {
            f->mock.now = side->deadline > f->mock.now ? side->deadline : f->mock.now;
            f->greetings -= 1;
            side->device.is_awake = true;
            any = true;
        }
    }
    return any;
}

void mailbox_settle(struct mailbox_fixture *f)
{
    f->greetings = GREETINGS;
    for (uint32_t i = 0; i < SETTLE_ROUNDS; i++) {
        bool any = false;
        for (uint32_t side = 0; side < SIDES; side++) {
            any = mailbox_step(&f->sides[side]) || any || f->sides[side].device.submitted > 0;
            device_copy(&f->sides[side].device, COPIES);
        }
        if (!any && !greet_again(f)) {
            return;
        }
    }
    fail_msg("the two sides never come to rest");
}

int mailbox_send(struct mailbox_side *side, uint32_t port, const void *data, uint32_t length)
{
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = length, .data = data};
    return kipc_channel_send(&side->kernel, side->pid, side->handles[port], &message, KIPC_NO_WAIT);
}

int mailbox_receive(struct mailbox_side *side, uint32_t port, void *data)
{
    return kipc_channel_receive(&side->kernel, side->pid, side->handles[port], data, PAYLOAD, NULL, KIPC_NO_WAIT);
}

void mailbox_open_all(struct mailbox_fixture *f, uint32_t capacity)
{
    for (uint32_t side = 0; side < SIDES; side++) {
        for (uint32_t port = 0; port < PORTS; port++) {
            mailbox_open_port(f, side, port, capacity);
        }
    }
}
