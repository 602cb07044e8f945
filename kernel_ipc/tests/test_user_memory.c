/* SPDX-License-Identifier: MIT */
/* Memory of processes on a system without address translation: what lies inside of a list of ranges. */
#include "support.h"
#include <kipc/user_memory.h>

#define BYTES 64u

struct user_fixture {
    uint8_t memory[3 * BYTES];
    struct kipc_user_range ranges[2];
    struct kipc_user_ranges list;
    struct kipc_user_memory user;
};

static int set_up(void **state)
{
    static struct user_fixture fixture;
    struct user_fixture *u = &fixture;
    memset(u->memory, 7, sizeof(u->memory));
    u->ranges[0] =
        (struct kipc_user_range){.pid = 1, .is_writable = true, .start = (uintptr_t)&u->memory[BYTES], .bytes = BYTES};
    u->ranges[1] =
        (struct kipc_user_range){.pid = 2, .is_writable = false, .start = UINTPTR_MAX - BYTES + 1, .bytes = BYTES};
    u->list = (struct kipc_user_ranges){.ranges = u->ranges, .count = 2};
    u->user = kipc_user_memory_of_ranges(&u->list);
    assert_result(kipc_user_memory_check(&u->user), KIPC_OK);
    *state = u;
    return 0;
}

static int lend(struct user_fixture *u, kipc_pid_t pid, uintptr_t address, size_t bytes, enum kipc_user_access access)
{
    void *memory = NULL;
    int result = u->user.ops->lend(u->user.context, pid, address, bytes, access, &memory);
    assert_true(result == KIPC_OK ? memory == (void *)address : memory == NULL);
    if (result == KIPC_OK) {
        u->user.ops->give_back(u->user.context, pid, memory, bytes, access);
    }
    return result;
}

static void test_FNG_SE_03_only_what_lies_inside(void **state)
{
    struct user_fixture *u = *state;
    uintptr_t start = (uintptr_t)&u->memory[BYTES];
    assert_result(lend(u, 1, start, BYTES, KIPC_USER_WRITE), KIPC_OK);
    assert_result(lend(u, 1, start, BYTES, KIPC_USER_READ), KIPC_OK);
    assert_result(lend(u, 1, start + BYTES - 1, 1, KIPC_USER_WRITE), KIPC_OK);
    assert_result(lend(u, 1, start - 1, 1, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 1, start - 1, BYTES, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 1, start + 1, BYTES, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 1, start + BYTES, 1, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 1, start, SIZE_MAX, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 1, start + 8, SIZE_MAX - 4, KIPC_USER_READ), KIPC_E_FAULT); /* the sum wraps */
    assert_result(lend(u, 3, start, 1, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 2, start, 1, KIPC_USER_READ), KIPC_E_FAULT);
}

static void test_FNG_SE_03_the_last_bytes_of_the_address_space(void **state)
{
    struct user_fixture *u = *state;
    uintptr_t start = UINTPTR_MAX - BYTES + 1;
    assert_result(lend(u, 2, start, BYTES, KIPC_USER_READ), KIPC_OK);
    assert_result(lend(u, 2, UINTPTR_MAX, 1, KIPC_USER_READ), KIPC_OK);
    assert_result(lend(u, 2, UINTPTR_MAX, 2, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 2, start, BYTES + 1, KIPC_USER_READ), KIPC_E_FAULT);
    assert_result(lend(u, 2, start, BYTES, KIPC_USER_WRITE), KIPC_E_FAULT); /* it is not writable */
    assert_result(lend(u, 2, 0, 1, KIPC_USER_READ), KIPC_E_FAULT);
}

static void test_copies_are_whole_or_refused(void **state)
{
    struct user_fixture *u = *state;
    uint8_t copy[BYTES + 1];
    memset(copy, 0, sizeof(copy));
    for (uint8_t i = 0; i < BYTES; i++) {
        u->memory[BYTES + i] = i;
    }
    uintptr_t start = (uintptr_t)&u->memory[BYTES];
    assert_result(u->user.ops->copy_in(u->user.context, 1, copy, start, BYTES), KIPC_OK);
    assert_memory_equal(copy, &u->memory[BYTES], BYTES);
    assert_int_equal(copy[BYTES], 0);
    assert_result(u->user.ops->copy_in(u->user.context, 1, copy, start + 1, BYTES), KIPC_E_FAULT);
    assert_result(u->user.ops->copy_in(u->user.context, 2, copy, start, 1), KIPC_E_FAULT);
}

static void test_incomplete_user_memory_is_refused(void **state)
{
    struct user_fixture *u = *state;
    const struct kipc_user_memory none = {0};
    assert_result(kipc_user_memory_check(NULL), KIPC_E_INVAL);
    assert_result(kipc_user_memory_check(&none), KIPC_E_INVAL);
    for (unsigned int i = 0; i < 3; i++) {
        struct kipc_user_memory_ops ops = *u->user.ops;
        ops.copy_in = i == 0 ? NULL : ops.copy_in;
        ops.lend = i == 1 ? NULL : ops.lend;
        ops.give_back = i == 2 ? NULL : ops.give_back;
        const struct kipc_user_memory user = {.ops = &ops, .context = u->user.context};
        assert_result(kipc_user_memory_check(&user), KIPC_E_INVAL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_FNG_SE_03_only_what_lies_inside, set_up),
        cmocka_unit_test_setup(test_FNG_SE_03_the_last_bytes_of_the_address_space, set_up),
        cmocka_unit_test_setup(test_copies_are_whole_or_refused, set_up),
        cmocka_unit_test_setup(test_incomplete_user_memory_is_refused, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
