/* SPDX-License-Identifier: MIT */
#include "ring_fixture.h"

int ring_fixture_attach_producer(struct ring_fixture *f)
{
    return kipc_ring_producer_attach(&f->producer, f->shared, f->bytes, &f->fake.port, fake_notifier(&f->to_consumer));
}

int ring_fixture_attach_consumer(struct ring_fixture *f)
{
    return kipc_ring_consumer_attach(&f->consumer, f->shared, f->bytes, &f->fake.port, fake_notifier(&f->to_producer));
}

struct ring_fixture *ring_fixture_set_up(uint32_t slots, uint32_t first_index, uint32_t spin_iterations)
{
    static struct ring_fixture fixture;
    struct ring_fixture *f = &fixture;
    memset(f, 0, sizeof(*f));
    fake_port_set_up(&f->fake, spin_iterations);
    f->fake.script_context = f;
    f->bytes = kipc_ring_bytes(slots);
    f->shared = aligned_memory(f->bytes);
    assert_result(kipc_ring_format(f->shared, f->bytes, slots, first_index), KIPC_OK);
    assert_result(ring_fixture_attach_producer(f), KIPC_OK);
    assert_result(ring_fixture_attach_consumer(f), KIPC_OK);
    return f;
}

int ring_fixture_tear_down(void **state)
{
    struct ring_fixture *f = *state;
    bool clean = (f->shared->producer.waiting.registration & 1) == 0 &&
                 (f->shared->consumer.waiting.registration & 1) == 0 && f->producer.waiter.thread == KIPC_NO_THREAD &&
                 f->consumer.waiter.thread == KIPC_NO_THREAD;
    aligned_memory_free(f->shared);
    return clean && failed_asserts() == 0 ? 0 : -1;
}
