/* SPDX-License-Identifier: MIT */
#include "observer_fixture.h"
#include <stdlib.h>

/* The port's and the scheduler's context is the mock, which lies in the fixture that this names. */
static struct observer_fixture *the_fixture;

static uint64_t read_cycles(void *context)
{
    (void)context;
    struct observer_fixture *o = the_fixture;
    bool is_whole = o->port.cycle_bits == 0 || o->port.cycle_bits == 64;
    return is_whole ? o->cycles : o->cycles & ((UINT64_C(1) << o->port.cycle_bits) - 1);
}

static uintptr_t lock_for_cycles(void *context)
{
    the_fixture->cycles += the_fixture->cycles_a_lock;
    return the_fixture->lock(context);
}

static bool has_waited(void *context)
{
    (void)context;
    return the_fixture->waits;
}

int observer_fixture_set_up(void **state)
{
    struct observer_fixture *o = calloc(1, sizeof(*o));
    assert_non_null(o);
    void *gate_state = NULL;
    assert_int_equal(gate_fixture_set_up(&gate_state), 0);
    o->g = gate_state;
    o->kernel = &o->g->f->kernel;
    o->pid = o->g->f->first;
    o->ops = *o->g->f->mock.port.ops;
    o->ops.cycles = read_cycles;
    o->port = o->g->f->mock.port;
    o->port.ops = &o->ops;
    o->kernel->port = &o->port;
    o->lock = o->kernel->scheduler.ops->lock;
    o->scheduler_ops = *o->kernel->scheduler.ops;
    o->scheduler_ops.lock = lock_for_cycles;
    o->kernel->scheduler.ops = &o->scheduler_ops;
    o->kernel->scheduler.lock_waited = has_waited;
    o->cycles = 5000;
    the_fixture = o;
    o->config = (struct kipc_observer_config){.trace = o->trace,
                                              .trace_records = TRACE_RECORDS,
                                              .audit = o->audit,
                                              .audit_records = AUDIT_RECORDS,
                                              .channels = o->profiles,
                                              .channel_count = PROFILES,
                                              .samples = o->samples,
                                              .sample_count = SAMPLES,
                                              .interval = 100};
    o->writer = text_writer(&o->out);
    struct kipc_channel_config config = channel_config(32);
    assert_result(kipc_channel_create(o->kernel, o->pid, &config, o->ends), KIPC_OK);
    *state = o;
    return 0;
}

int observer_fixture_tear_down(void **state)
{
    struct observer_fixture *o = *state;
    void *gate_state = o->g;
    int result = gate_fixture_tear_down(&gate_state);
    free(o);
    return result;
}

void attach(struct observer_fixture *o)
{
    assert_result(kipc_observer_attach(o->kernel, &o->observer, &o->config), KIPC_OK);
}

intptr_t send_bytes(struct observer_fixture *o, uint32_t length, uint8_t priority)
{
    o->g->user_used = 0;
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .priority = priority, .length = length, .data = user_memory(o->g, 256)};
    void *in = user_copy(o->g, &message, sizeof(message));
    return sys(o->g, CHANNEL_SEND, o->ends[0], (uintptr_t)in, KIPC_NO_WAIT);
}

intptr_t receive_bytes(struct observer_fixture *o)
{
    o->g->user_used = 0;
    void *buffer = user_memory(o->g, 256);
    return sys(o->g, CHANNEL_RECEIVE, o->ends[1], (uintptr_t)buffer, 256, 0, KIPC_NO_WAIT);
}

uint32_t position_of(struct observer_fixture *o, kipc_handle_t end, uint32_t *id)
{
    assert_result(kipc_object_id(o->kernel, o->pid, end, id), KIPC_OK);
    return (*id & KIPC_TABLE_ENTRIES_MAX) - 1;
}
