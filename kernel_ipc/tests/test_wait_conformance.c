/* SPDX-License-Identifier: MIT */
/*
 * One table of rules for everything that threads wait for: each rule is tried with each kind of wait, in both orders.
 * All of them stand on the one wait queue (src/wait_queue.c), and none may differ from the others in how a wait ends.
 */
#include "wait_kinds.h"

#define LATER 10u /* ticks until deadlines */

/* What a rule works with: a kind, opened in an order, and three waiters of it at most. */
struct trial {
    struct kernel_fixture *f;
    const struct wait_kind *kind;
    enum kipc_wait_order order;
};

static const struct wait_kind *kind_of_actors; /* of the present trial; actors have no room for it */

static void wait_and_note(struct actor *actor)
{
    actor->result = kind_of_actors->wait(actor);
    if (actor->result == KIPC_OK && !kind_of_actors->is_lock) {
        note(actor, (uint32_t)actor->number);
    }
}

static struct actor *waiter(struct trial *t, uint32_t number, uint8_t priority, uint64_t deadline)
{
    struct actor *actor = act(t->f, t->f->first, priority, wait_and_note);
    actor->number = number;
    actor->deadline = deadline;
    return actor;
}

/* Starts it, and lets it come to its wait. */
static struct actor *settled(struct trial *t, uint32_t number, uint8_t priority, uint64_t deadline)
{
    struct actor *actor = waiter(t, number, priority, deadline);
    (void)mock_run_now(&t->f->mock);
    assert_false(actor->has_ended);
    return actor;
}

static void wake_one(struct trial *t)
{
    t->kind->wake(t->f);
    (void)mock_run_now(&t->f->mock);
}

static void try_not_now(struct trial *t)
{
    unsigned int blocks = t->f->mock.blocks;
    struct actor *actor = waiter(t, 1, 20, KIPC_NO_WAIT);
    assert_int_equal(mock_run_now(&t->f->mock), 0);
    assert_result(actor->result, t->kind->not_now);
    assert_int_equal(t->f->mock.blocks, blocks);
}

static void try_time_out(struct trial *t)
{
    uint64_t deadline = t->f->mock.now + LATER;
    struct actor *early = settled(t, 1, 20, deadline);
    struct actor *late = settled(t, 2, 20, deadline + LATER);
    wake_one(t); /* the first of them, unless each waits alone: that one, too, is the first to have come */
    assert_result(early->result, KIPC_OK);
    if (!late->has_ended) {
        assert_int_equal(mock_run(&t->f->mock), 0);
        assert_result(late->result, KIPC_E_TIMEDOUT);
        assert_int_equal(t->f->mock.now, deadline + LATER);
    }
    uint64_t third = t->f->mock.now + LATER;
    struct actor *last = waiter(t, 3, 20, third);
    assert_int_equal(mock_run(&t->f->mock), 0);
    bool is_free = last->result == KIPC_OK; /* a lock that nobody holds any more */
    assert_true(is_free || (last->result == KIPC_E_TIMEDOUT && t->f->mock.now == third));
}

static void try_order(struct trial *t)
{
    static const uint8_t priorities[] = {20, 40, 30};
    for (uint32_t i = 0; i < COUNT_OF(priorities); i++) {
        (void)settled(t, i + 1, priorities[i], KIPC_FOREVER);
    }
    for (uint32_t i = 0; i < COUNT_OF(priorities); i++) {
        wake_one(t);
    }
    /* Readers get their lock together, and then the most urgent runs first, as after each of their wake-ups. */
    if (t->order == KIPC_WAIT_FIFO && t->kind->wait != wait_reader) {
        assert_order(t->f, 1, 2, 3);
    } else if (t->kind->has_own_queue) {
        assert_order(t->f, 1, 2, 3);
    } else {
        assert_order(t->f, 2, 3, 1);
    }
}

static void try_equals(struct trial *t)
{
    for (uint32_t i = 1; i <= 3; i++) {
        (void)settled(t, i, 20, KIPC_FOREVER);
    }
    for (uint32_t i = 1; i <= 3; i++) {
        wake_one(t);
    }
    assert_order(t->f, 1, 2, 3);
}

static void try_change_of_priority(struct trial *t)
{
    (void)settled(t, 1, 20, KIPC_FOREVER);
    (void)settled(t, 2, 20, KIPC_FOREVER);
    struct actor *last = settled(t, 3, 20, KIPC_FOREVER);
    assert_result(kipc_thread_set_priority(&t->f->kernel, last->thread, 60), KIPC_OK);
    for (uint32_t i = 1; i <= 3; i++) {
        wake_one(t);
    }
    bool by_queue = t->order == KIPC_WAIT_FIFO || t->kind->has_own_queue;
    if (by_queue && t->kind->wait != wait_reader) {
        assert_order(t->f, 1, 2, 3);
    } else {
        assert_order(t->f, 3, 1, 2);
    }
}

/* Ends the wait of the second of three; the others go on as if it had never been there. */
static void try_end_in_the_middle(struct trial *t, int (*end)(struct kipc_kernel *, uint32_t), int expected)
{
    (void)settled(t, 1, 20, KIPC_FOREVER);
    struct actor *ended = settled(t, 2, 20, KIPC_FOREVER);
    (void)settled(t, 3, 20, KIPC_FOREVER);
    assert_result(end(&t->f->kernel, ended->thread), KIPC_OK);
    (void)mock_run_now(&t->f->mock);
    assert_true(ended->has_ended);
    assert_result(ended->result, expected);
    wake_one(t);
    wake_one(t);
    assert_order(t->f, 1, 3);
}

static void try_cancel(struct trial *t)
{
    try_end_in_the_middle(t, kipc_thread_cancel, KIPC_E_CANCELED);
}

static void try_interrupt(struct trial *t)
{
    try_end_in_the_middle(t, kipc_thread_interrupt, KIPC_E_INTR);
}

static void try_close(struct trial *t)
{
    struct actor *actors[2] = {settled(t, 1, 20, KIPC_FOREVER), settled(t, 2, 40, KIPC_FOREVER)};
    /* A call waits for the other end's answer, which a request that is there already can get from no end but that. */
    kipc_handle_t handle = t->kind->has_own_queue ? t->f->other : t->f->handle;
    assert_result(kipc_object_close(&t->f->kernel, t->f->first, handle), KIPC_OK);
    assert_int_equal(mock_run_now(&t->f->mock), 0);
    assert_result(actors[0]->result, KIPC_E_CLOSED);
    assert_result(actors[1]->result, KIPC_E_CLOSED);
}

static void try_exit(struct trial *t)
{
    struct kernel_fixture *f = t->f;
    kipc_handle_t mine[2] = {f->handle, f->other};
    for (uint32_t i = 0; i < 2; i++) {
        kipc_handle_t *handle = i == 0 ? &f->handle : &f->other;
        if (mine[i] != 0) {
            assert_result(kipc_handle_duplicate(&f->kernel, f->first, mine[i], f->second, KIPC_RIGHTS, handle),
                          KIPC_OK);
        }
    }
    struct actor *stranger = act(f, f->second, 40, wait_and_note);
    f->handle = mine[0];
    f->other = mine[1];
    (void)mock_run_now(&f->mock);
    (void)settled(t, 2, 20, KIPC_FOREVER);
    assert_result(kipc_process_exit(&f->kernel, f->second), KIPC_OK);
    (void)mock_run_now(&f->mock);
    assert_result(stranger->result, KIPC_E_SRCH);
    wake_one(t);
    assert_order(f, 2);
}

static void try_stale_token(struct trial *t)
{
    const struct kipc_port *port = &t->f->mock.port;
    struct actor *actor = settled(t, 1, 20, KIPC_FOREVER);
    for (uint32_t i = 0; i < 3; i++) {
        port->ops->wake(port->context, actor->thread);
        (void)mock_run_now(&t->f->mock);
        assert_false(actor->has_ended);
    }
    wake_one(t);
    assert_result(actor->result, KIPC_OK);
}

/* A wake-up after a time-out is the next one's: the one that gave up did not take it along. */
static void try_wake_after_time_out(struct trial *t)
{
    struct actor *gone = waiter(t, 1, 20, t->f->mock.now + LATER);
    assert_int_equal(mock_run(&t->f->mock), 0);
    assert_result(gone->result, KIPC_E_TIMEDOUT);
    if (t->kind->forgets) {
        return;
    }
    wake_one(t);
    struct actor *next = waiter(t, 2, 20, KIPC_NO_WAIT);
    assert_int_equal(mock_run_now(&t->f->mock), 0);
    assert_result(next->result, KIPC_OK);
}

static void try_with_every_kind(void (*rule)(struct trial *t))
{
    static const enum kipc_wait_order orders[] = {KIPC_WAIT_FIFO, KIPC_WAIT_PRIORITY};
    for (size_t i = 0; i < wait_kind_count * COUNT_OF(orders); i++) {
        void *state = NULL;
        assert_int_equal(kernel_fixture_set_up(&state), 0);
        struct trial trial = {.f = state, .kind = &wait_kinds[i / 2], .order = orders[i % 2]};
        print_message("%s, %s\n", trial.kind->name, trial.order == KIPC_WAIT_FIFO ? "in turn" : "by priority");
        kind_of_actors = trial.kind;
        trial.kind->open(trial.f, trial.order);
        rule(&trial);
        assert_int_equal(kernel_fixture_tear_down(&state), 0);
    }
}

#define RULES(rule)                                                                                                    \
    rule(not_now) rule(time_out) rule(order) rule(equals) rule(change_of_priority) rule(cancel) rule(interrupt)        \
        rule(close) rule(exit) rule(stale_token) rule(wake_after_time_out)

#define TEST_OF(name)                                                                                                  \
    static void test_MOS_SY_08_every_wait_conforms_##name(void **state)                                                \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        try_with_every_kind(try_##name);                                                                               \
    }
RULES(TEST_OF)

int main(void)
{
#define ENTRY_OF(name) cmocka_unit_test(test_MOS_SY_08_every_wait_conforms_##name),
    const struct CMUnitTest tests[] = {RULES(ENTRY_OF)};
    return cmocka_run_group_tests_name("wait_conformance", tests, NULL, NULL);
}
