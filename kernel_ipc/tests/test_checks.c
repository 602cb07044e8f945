/* SPDX-License-Identifier: MIT */
/* No call on an object passes unchecked: the kernel's count of checks agrees with the calls that were made. */
#include "gate_fixture.h"

/*
 * Calls whose good arguments take another number of checks than one for a first argument that is a handle: those that
 * name more handles, or something else that stands for a right, and those that come back into the critical section and
 * look again.
 */
static const struct {
    uintptr_t number;
    uint32_t checks;
} others[] = {
    {KIPC_SYSCALL_HANDLE_REVOKE, 2}, /* once more after each handle that it closed */
    {KIPC_SYSCALL_OBJECT_OPEN, 1},   /* the object's mode */
    {KIPC_SYSCALL_OBJECT_UNLINK, 1},       {KIPC_SYSCALL_CONDITION_WAIT, 2},  /* and the mutex */
    {KIPC_SYSCALL_EVENT_WAIT_ANY, 2},                                         /* the first one, then each */
    {KIPC_SYSCALL_EVENT_WAIT_ALL, 2},      {KIPC_SYSCALL_CHANNEL_CONNECT, 2}, /* both ends */
    {KIPC_SYSCALL_CHANNEL_REPLY, 1},                                     /* the request is the right to answer it */
    {KIPC_SYSCALL_CHANNEL_REPLY_ERROR, 1}, {KIPC_SYSCALL_ASYNC_POLL, 1}, /* the token */
    {KIPC_SYSCALL_ASYNC_CANCEL, 1},        {KIPC_SYSCALL_CAPABILITY_REDEEM, 1},
};

/* Copies in steps, and looks again before each. */
static bool comes_back_often(uintptr_t number)
{
    return number == KIPC_SYSCALL_REGION_COPY;
}

static uint32_t checks_of(struct call_description call)
{
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        if (others[i].number == call.number) {
            return others[i].checks;
        }
    }
    return call.arguments[0] == 'h' ? 1 : 0;
}

static void test_VR4_ST_06_each_call_is_checked(void **state)
{
    (void)state;
    for (uintptr_t i = 0; i < KIPC_SYSCALL_COUNT; i++) {
        void *own = NULL;
        uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
        assert_int_equal(gate_fixture_set_up(&own), 0);
        struct gate_fixture *g = own;
        make_one_of_each(g);
        struct call_description call = describe_call(KIPC_SYSCALL_FIRST + i);
        good_arguments(g, call.number, arguments);
        uint64_t before = g->f->kernel.checks;
        assert_result(gate_call(g, g->f->first, call.number, arguments), call.result);
        uint64_t checks = g->f->kernel.checks - before;
        if (comes_back_often(call.number) ? checks < 1 : checks != checks_of(call)) {
            fail_msg("%s: %lu checks, expected %u", kipc_syscall_name(call.number), (unsigned long)checks,
                     checks_of(call));
        }
        assert_int_equal(gate_fixture_tear_down(&own), 0);
    }
}

/* A call that names one handle, and looks at it once whatever becomes of it. */
static bool is_one_check(struct call_description call)
{
    bool is_plain = call.arguments[0] == 'h' && checks_of(call) == 1 && !comes_back_often(call.number);
    /* The way to a deadline asks a second time why there is none; after a share a write copies a page and comes back.
     */
    return is_plain && call.number != KIPC_SYSCALL_CHANNEL_DEADLINE && call.number != KIPC_SYSCALL_REGION_SHARE;
}

/* Mostly the handle that is right for the call, sometimes any other, of any process, or none at all. */
static uintptr_t some_handle(struct gate_fixture *g, struct random_numbers *random, uintptr_t good)
{
    uint64_t choice = random_next(random);
    if ((choice & 3) != 0) {
        return good;
    }
    return (choice & 4) != 0 ? g->handles[(choice >> 8) % KIPC_TABLE_COUNT] : (uint32_t)(choice >> 32);
}

/* The name that set_name gives may have gone to any object, which would outlive its process. */
static void forget_names_of_all_classes(struct gate_fixture *g)
{
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < KIPC_TABLE_COUNT; table++) {
        int result = kipc_object_unlink(&g->f->kernel, g->f->first, (enum kipc_table_id)table, "fresh");
        assert_true(result == KIPC_OK || result == KIPC_E_NOTFOUND);
    }
}

static void test_VR4_ST_06_the_counter_equals_the_calls_of_a_mixed_run(void **state)
{
    (void)state;
    struct random_numbers random = {.state = 406};
    bool was_called[KIPC_SYSCALL_COUNT] = {false};
    uint32_t kinds = 0;
    uint32_t refused = 0;
    for (unsigned int round = 0; round < 50; round++) {
        void *own = NULL;
        uint64_t calls = 0;
        assert_int_equal(gate_fixture_set_up(&own), 0);
        struct gate_fixture *g = own;
        make_one_of_each(g);
        uint64_t before = g->f->kernel.checks;
        while (calls < 200) {
            uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
            struct call_description call =
                describe_call(KIPC_SYSCALL_FIRST + random_next(&random) % KIPC_SYSCALL_COUNT);
            if (!is_one_check(call)) {
                continue;
            }
            good_arguments(g, call.number, arguments);
            arguments[0] = some_handle(g, &random, arguments[0]);
            refused += gate_call(g, g->f->first, call.number, arguments) < 0 ? 1 : 0;
            calls += 1;
            kinds += was_called[call.number - KIPC_SYSCALL_FIRST] ? 0 : 1;
            was_called[call.number - KIPC_SYSCALL_FIRST] = true;
            assert_true(g->f->kernel.checks - before == calls);
        }
        forget_names_of_all_classes(g);
        assert_int_equal(gate_fixture_tear_down(&own), 0);
    }
    assert_true(kinds >= 50);
    assert_true(refused > 1000 && refused < 9000); /* of 10,000: both ways were gone often */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VR4_ST_06_each_call_is_checked),
        cmocka_unit_test(test_VR4_ST_06_the_counter_equals_the_calls_of_a_mixed_run),
    };
    return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
