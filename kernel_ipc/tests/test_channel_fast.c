/* SPDX-License-Identifier: MIT */
/*
 * The fast call against the ordinary one: two kernels get the same random calls, and must not differ in anything that
 * can be seen. A receiver is put into its queue by hand, so that no thread need run.
 */
#include "channel.h"
#include "gate_fixture.h"

#define CALLS 100000u
#define CHANNELS 6u
#define RECEIVER 1u

struct twin {
    struct gate_fixture *g;
    struct kipc_kernel *kernel;
    kipc_handle_t ends[CHANNELS][2];
    kipc_handle_t weak; /* may not send */
    void *message;
    uint8_t *data;
    uint8_t *room;
};

static void set_up_twin(struct twin *twin)
{
    static const struct {
        uint32_t capacity;
        uint32_t message_max;
        enum kipc_overflow overflow;
    } kinds[CHANNELS] = {
        {4, 64, KIPC_OVERFLOW_BLOCK},
        {0, 64, KIPC_OVERFLOW_BLOCK},
        {2, 16, KIPC_OVERFLOW_ERROR},
        {2, 64, KIPC_OVERFLOW_DROP_NEWEST},
        {2, 64, KIPC_OVERFLOW_OVERWRITE_OLDEST},
        {1, 256, KIPC_OVERFLOW_BLOCK},
    };
    void *state = NULL;
    assert_int_equal(gate_fixture_set_up(&state), 0);
    twin->g = state;
    twin->kernel = &twin->g->f->kernel;
    for (uint32_t i = 0; i < CHANNELS; i++) {
        struct kipc_channel_config config = channel_config(kinds[i].capacity);
        config.buffer_bytes = kinds[i].message_max > 64 ? 256 : 64;
        config.message_max = kinds[i].message_max;
        config.overflow = kinds[i].overflow;
        assert_result(kipc_channel_create(twin->kernel, twin->g->f->first, &config, twin->ends[i]), KIPC_OK);
    }
    assert_result(kipc_handle_duplicate(twin->kernel, twin->g->f->first, twin->ends[0][0], twin->g->f->first,
                                        KIPC_RIGHT_RECEIVE, &twin->weak),
                  KIPC_OK);
    assert_result(kipc_thread_attach(twin->kernel, twin->g->f->first, RECEIVER, 1), KIPC_OK);
    twin->message = user_memory(twin->g, sizeof(struct kipc_channel_message));
    twin->data = user_memory(twin->g, KIPC_FAST_BYTES);
    twin->room = user_memory(twin->g, 256);
}

static struct kipc_channel *inbox_of(const struct twin *twin, uint32_t channel)
{
    const struct kipc_handle_entry *entry =
        kipc_table_find(&twin->kernel->tables[KIPC_TABLE_HANDLE], twin->ends[channel][1]);
    return entry != NULL ? (struct kipc_channel *)(void *)entry->object : NULL;
}

/* What a receive of this capacity would do on an empty inbox. */
static void let_wait(struct twin *twin, uint32_t channel, uint32_t capacity)
{
    struct kipc_channel *inbox = inbox_of(twin, channel);
    struct kipc_thread *thread = &twin->kernel->threads[RECEIVER];
    if (thread->state != KIPC_THREAD_RUNNING || inbox->first != NULL || inbox->lost != 0 || inbox->peer == NULL) {
        return;
    }
    ki_lock(twin->kernel);
    thread->request = capacity;
    thread->given_pointer = NULL;
    ki_channel_look_closer(inbox);
    ki_wait_begin(thread, KIPC_FOREVER);
    ki_wait_on(twin->kernel, thread, &inbox->receivers);
    ki_unlock(twin->kernel);
}

static intptr_t send_fast(struct twin *twin, kipc_handle_t handle, uint32_t length, uint32_t priority,
                          const uintptr_t *words)
{
    return sys(twin->g, CHANNEL_SEND_FAST, handle, length | (uintptr_t)priority << 16, words[0], words[1], words[2],
               words[3]);
}

static intptr_t send_ordinarily(struct twin *twin, kipc_handle_t handle, uint32_t length, uint32_t priority,
                                const uintptr_t *words)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .priority = (uint8_t)priority, .length = length, .data = twin->data};
    memcpy(twin->data, words, KIPC_FAST_BYTES);
    memcpy(twin->message, &message, sizeof(message));
    return sys(twin->g, CHANNEL_SEND, handle, (uintptr_t)twin->message, KIPC_NO_WAIT);
}

static void assert_same_channel(const struct twin *one, const struct twin *other, uint32_t channel)
{
    const struct kipc_channel *a = inbox_of(one, channel);
    const struct kipc_channel *b = inbox_of(other, channel);
    assert_int_equal(a->queued, b->queued);
    assert_int_equal(a->queue_max, b->queue_max);
    assert_int_equal(a->free_bytes, b->free_bytes);
    assert_int_equal(a->lost, b->lost);
    assert_int_equal(a->next_sequence, b->next_sequence);
    assert_int_equal(a->receivers.count, b->receivers.count);
    assert_memory_equal(&a->stats, &b->stats, sizeof(a->stats));
    if (a->peer != NULL) {
        assert_memory_equal(&a->peer->stats, &b->peer->stats, sizeof(a->stats));
    }
}

static void assert_same_block(const struct kipc_block *a, const struct kipc_block *b)
{
    assert_memory_equal(&a->slot.header, &b->slot.header, sizeof(a->slot.header));
    assert_int_equal(a->length, b->length);
    assert_int_equal(a->sequence, b->sequence);
    assert_int_equal(a->payer, b->payer);
    assert_memory_equal(a->slot.data, b->slot.data, a->length);
}

static void assert_same_receiver(const struct twin *one, const struct twin *other)
{
    const struct kipc_thread *a = &one->kernel->threads[RECEIVER];
    const struct kipc_thread *b = &other->kernel->threads[RECEIVER];
    assert_int_equal(a->state, b->state);
    if (a->state == KIPC_THREAD_SETTLED) {
        assert_result(a->result, b->result);
        assert_true((a->given_pointer == NULL) == (b->given_pointer == NULL));
        if (a->given_pointer != NULL) {
            assert_same_block(a->given_pointer, b->given_pointer);
        }
    }
    const struct kipc_process *p = a->process;
    const struct kipc_process *q = b->process;
    assert_memory_equal(p->used, q->used, sizeof(p->used));
    assert_memory_equal(p->refused, q->refused, sizeof(p->refused));
    assert_int_equal(one->kernel->copied_bytes, other->kernel->copied_bytes);
    assert_int_equal(one->kernel->blocks_free, other->kernel->blocks_free);
}

/* The receiver reads what it was given, and returns. */
static void let_return(struct twin *twin, uint32_t channel)
{
    struct kipc_thread *thread = &twin->kernel->threads[RECEIVER];
    if (thread->state != KIPC_THREAD_SETTLED) {
        return;
    }
    ki_lock(twin->kernel);
    if (thread->result == KIPC_OK) {
        struct kipc_block *block = thread->given_pointer;
        ki_channel_give_up(twin->kernel, inbox_of(twin, channel), block, block->length);
    }
    thread->state = KIPC_THREAD_RUNNING;
    ki_unlock(twin->kernel);
}

static struct kipc_process *process_of(const struct twin *twin)
{
    return kipc_table_find(&twin->kernel->tables[KIPC_TABLE_PROCESS], twin->g->f->first);
}

/* What may be in the way of the fast call, or no longer. */
static void disturb(struct twin *twin, uint32_t channel, uint32_t choice)
{
    struct kipc_kernel *kernel = twin->kernel;
    kipc_pid_t pid = twin->g->f->first;
    kipc_handle_t *ends = twin->ends[channel];
    struct kipc_process *process = process_of(twin);
    switch (choice) {
    case 0:
        process->limits[KIPC_QUOTA_MESSAGES] = process->used[KIPC_QUOTA_MESSAGES];
        break;
    case 1:
        process->limits[KIPC_QUOTA_MESSAGES] = KIPC_QUOTA_UNLIMITED;
        break;
    case 2:
        assert_result(kipc_channel_admit(kernel, pid, ends[1], 2), KIPC_OK);
        break;
    case 3:
        assert_result(kipc_channel_admit(kernel, pid, ends[1], 3), KIPC_OK);
        break;
    case 4:
        if (kernel->threads[RECEIVER].state == KIPC_THREAD_RUNNING) {
            (void)!kipc_channel_disconnect(kernel, pid, ends[0]);
        }
        break;
    default: /* mostly all is as it should be */
        process->limits[KIPC_QUOTA_MESSAGES] = KIPC_QUOTA_UNLIMITED;
        (void)!kipc_channel_connect(kernel, pid, ends[0], ends[1]);
        assert_result(kipc_channel_admit(kernel, pid, ends[1], 0x1F), KIPC_OK);
        break;
    }
}

static void test_VER_FP_02_fast_and_ordinary_calls_do_the_same(void **state)
{
    (void)state;
    struct random_numbers random = {.state = 2};
    struct twin twins[2];
    uint32_t handed_over = 0;
    uint32_t refused = 0;
    uint32_t waiting_in = 0;
    set_up_twin(&twins[0]);
    set_up_twin(&twins[1]);
    for (uint32_t i = 0; i < CALLS; i++) {
        uint64_t chance = random_next(&random);
        uint32_t channel = (uint32_t)(chance % CHANNELS);
        uint32_t length = (uint32_t)(chance >> 8) % (KIPC_FAST_BYTES + 1);
        uint32_t priority = (uint32_t)(chance >> 16) & 0xFF;
        uint32_t capacity = (uint32_t)(chance >> 24) % 64;
        const uintptr_t words[KIPC_FAST_WORDS] = {(uintptr_t)random_next(&random), (uintptr_t)random_next(&random),
                                                  (uintptr_t)random_next(&random), i};
        bool was_waiting = twins[0].kernel->threads[RECEIVER].state == KIPC_THREAD_WAITING;
        channel = was_waiting && (chance >> 52) % 4 != 0 ? waiting_in : channel; /* mostly to who waits */
        for (uint32_t j = 0; j < 2; j++) {
            if ((chance >> 32) % 16 == 0) {
                disturb(&twins[j], channel, (uint32_t)(chance >> 36) % 16);
            }
            if ((chance >> 40) % 2 == 0) {
                let_wait(&twins[j], channel, capacity);
            }
        }
        waiting_in =
            !was_waiting && twins[0].kernel->threads[RECEIVER].state == KIPC_THREAD_WAITING ? channel : waiting_in;
        kipc_handle_t handle = (chance >> 44) % 64 == 0 ? twins[0].weak : twins[0].ends[channel][0];
        intptr_t fast = send_fast(&twins[0], handle, length, priority, words);
        intptr_t ordinary = send_ordinarily(&twins[1], handle, length, priority, words);
        assert_true(fast == ordinary);
        assert_same_channel(&twins[0], &twins[1], channel);
        assert_same_receiver(&twins[0], &twins[1]);
        const struct kipc_thread *thread = &twins[0].kernel->threads[RECEIVER];
        handed_over += thread->state == KIPC_THREAD_SETTLED && thread->result == KIPC_OK;
        refused += fast < 0;
        for (uint32_t j = 0; j < 2; j++) {
            let_return(&twins[j], waiting_in);
            if ((chance >> 48) % 3 != 0 && twins[j].kernel->threads[RECEIVER].state == KIPC_THREAD_RUNNING) {
                (void)!sys(twins[j].g, CHANNEL_RECEIVE, twins[j].ends[channel][1], (uintptr_t)twins[j].room, 256);
            }
        }
        assert_same_channel(&twins[0], &twins[1], channel);
    }
    assert_true(handed_over > CALLS / 10 && refused > CALLS / 20 && refused < CALLS * 3 / 4); /* all of it happened */
    for (uint32_t j = 0; j < 2; j++) {
        void *gate_state = twins[j].g;
        if (twins[j].kernel->threads[RECEIVER].state == KIPC_THREAD_WAITING) {
            assert_result(kipc_thread_cancel(twins[j].kernel, RECEIVER), KIPC_OK);
            let_return(&twins[j], waiting_in);
        }
        assert_int_equal(gate_fixture_tear_down(&gate_state), 0);
    }
}

static void test_VER_FP_02_what_does_not_fit_registers(void **state)
{
    struct gate_fixture *g = *state;
    make_one_of_each(g);
    uintptr_t channel = g->handles[KIPC_TABLE_CHANNEL];
    const uintptr_t words[KIPC_FAST_WORDS] = {0};
    assert_result(sys(g, CHANNEL_SEND_FAST, channel, KIPC_FAST_BYTES + 1), KIPC_E_INVAL);
    assert_result(sys(g, CHANNEL_SEND_FAST, channel, 256u << 16), KIPC_E_INVAL);
    assert_result(kipc_channel_send_fast(&g->f->kernel, g->f->first, g->handles[KIPC_TABLE_CHANNEL], 1, 0, NULL),
                  KIPC_E_INVAL);
    struct kipc_kernel kernel = {0};
    assert_result(kipc_channel_send_fast(&kernel, 1, 1, 1, 0, words), KIPC_E_STATE);
    assert_int_equal(g->copy_count + g->lent, 0); /* no memory of the process was looked at */
}

static void take_words(struct actor *actor)
{
    struct kernel_fixture *f = actor->fixture;
    struct kipc_channel_info info;
    uintptr_t words[KIPC_FAST_WORDS];
    actor->result =
        kipc_channel_receive(&f->kernel, actor->pid, actor->handle, words, sizeof(words), &info, KIPC_FOREVER);
    assert_int_equal(words[0], 11);
    assert_int_equal(words[1], 22);
    assert_int_equal(info.header.priority, 9);
    assert_int_equal(info.header.sender, f->first);
    assert_int_equal(info.capabilities[0], KIPC_NO_ID);
}

static void test_VER_FP_02_words_reach_who_waits(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_channel_config config = channel_config(2);
    make_channel(g->f, &config);
    struct actor *receiver = act(g->f, g->f->first, 5, take_words);
    receiver->handle = g->f->other;
    assert_int_equal(mock_run(&g->f->mock), 1);
    unsigned int locks = g->f->mock.locks;
    assert_result(sys(g, CHANNEL_SEND_FAST, g->f->handle, 2 * sizeof(uintptr_t) | 9u << 16, 11, 22), KIPC_OK);
    assert_int_equal(g->f->mock.locks - locks, 2); /* the permission, and one critical section */
    assert_int_equal(mock_run(&g->f->mock), 0);
    assert_result(receiver->result, 2 * sizeof(uintptr_t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_FP_02_fast_and_ordinary_calls_do_the_same),
        cmocka_unit_test_setup_teardown(test_VER_FP_02_what_does_not_fit_registers, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_VER_FP_02_words_reach_who_waits, gate_fixture_set_up,
                                        gate_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
