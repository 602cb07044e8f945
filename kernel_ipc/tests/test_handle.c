/* SPDX-License-Identifier: MIT */
/* Handles, rights, derivation, names. */
#include "kernel_fixture.h"

static kipc_handle_t create(struct kernel_fixture *f)
{
    kipc_handle_t handle;
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 100, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    return handle;
}

static int use(struct kernel_fixture *f, kipc_pid_t pid, kipc_handle_t handle)
{
    return kipc_semaphore_post(&f->kernel, pid, handle);
}

static kipc_handle_t duplicate(struct kernel_fixture *f, kipc_pid_t pid, kipc_handle_t handle, kipc_pid_t target)
{
    kipc_handle_t made;
    assert_result(kipc_handle_duplicate(&f->kernel, pid, handle, target, KIPC_RIGHTS, &made), KIPC_OK);
    return made;
}

static void test_FNG_ER_02_closed_stale_and_strange_handles(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t handle = create(f);
    assert_result(use(f, f->first, handle), KIPC_OK);
    assert_result(use(f, f->second, handle), KIPC_E_BADF); /* another process's */
    assert_result(kipc_handle_close(&f->kernel, f->second, handle), KIPC_E_BADF);
    assert_result(kipc_handle_close(&f->kernel, f->first, handle), KIPC_OK);
    assert_result(use(f, f->first, handle), KIPC_E_BADF);
    assert_result(kipc_handle_close(&f->kernel, f->first, handle), KIPC_E_BADF);
    kipc_handle_t next = create(f);
    assert_int_not_equal(next, handle); /* the same place, another life */
    assert_result(use(f, f->first, handle), KIPC_E_BADF);
    assert_result(use(f, f->first, 0), KIPC_E_BADF);
    assert_result(use(f, f->first, UINT32_MAX), KIPC_E_BADF);
    assert_result(kipc_event_signal(&f->kernel, f->first, next, 0), KIPC_E_TYPE);
}

static void test_random_handles_open_nothing(void **state)
{
    struct kernel_fixture *f = *state;
    struct random_numbers random = {.state = 5};
    kipc_handle_t handle = create(f);
    for (unsigned int i = 0; i < 100000; i++) {
        kipc_handle_t guess = (kipc_handle_t)random_next(&random);
        if (guess != handle) {
            assert_result(use(f, f->first, guess), KIPC_E_BADF);
        }
    }
    assert_int_equal(kipc_semaphore_value(&f->kernel, f->first, handle, NULL), 0);
}

static void test_VER_CA_02_04_05_07_VER_ER_04_EXO_ER_04_rights_only_become_fewer(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    kipc_handle_t all = create(f);
    kipc_handle_t made = 77;
    for (uint32_t have = 0; have <= KIPC_RIGHTS; have++) {
        kipc_handle_t some;
        assert_result(kipc_handle_duplicate(kernel, f->first, all, f->first, have, &some), KIPC_OK);
        for (uint32_t bit = 1; bit <= KIPC_RIGHTS; bit *= 2) {
            int expected = (have & bit) != 0 ? KIPC_OK : KIPC_E_ACCES;
            int result = kipc_handle_duplicate(kernel, f->first, some, f->first, bit, &made);
            assert_result(result, expected);
            if (result == KIPC_OK) {
                assert_result(kipc_handle_close(kernel, f->first, made), KIPC_OK);
            }
        }
        assert_result(kipc_semaphore_post(kernel, f->first, some),
                      (have & KIPC_RIGHT_SEND) != 0 ? KIPC_OK : KIPC_E_ACCES);
        assert_result(kipc_semaphore_wait(kernel, f->first, some, KIPC_NO_WAIT),
                      (have & KIPC_RIGHT_RECEIVE) == 0 ? KIPC_E_ACCES
                      : (have & KIPC_RIGHT_SEND) != 0  ? KIPC_OK
                                                       : KIPC_E_WOULDBLOCK);
        int granted = kipc_handle_duplicate(kernel, f->first, some, f->second, 0, &made);
        assert_result(granted, (have & KIPC_RIGHT_GRANT) != 0 ? KIPC_OK : KIPC_E_ACCES);
        if (granted == KIPC_OK) {
            assert_result(kipc_handle_close(kernel, f->second, made), KIPC_OK);
        }
        assert_result(kipc_handle_close(kernel, f->first, some), KIPC_OK);
        while (kipc_semaphore_value(kernel, f->first, all, NULL) > 0) {
            assert_result(kipc_semaphore_wait(kernel, f->first, all, KIPC_NO_WAIT), KIPC_OK);
        }
    }
    assert_result(kipc_handle_duplicate(kernel, f->first, all, f->first, KIPC_RIGHTS + 1, &made), KIPC_E_INVAL);
    assert_result(kipc_handle_duplicate(kernel, f->first, all, f->first, 0, NULL), KIPC_E_INVAL);
    assert_result(kipc_handle_duplicate(kernel, f->first, all, 0, 0, &made), KIPC_E_SRCH);
    assert_result(kipc_handle_restrict(kernel, f->first, all, KIPC_RIGHT_SEND), KIPC_OK);
    assert_result(kipc_handle_restrict(kernel, f->first, all, KIPC_RIGHT_SEND | KIPC_RIGHT_GRANT), KIPC_E_ACCES);
    assert_result(kipc_semaphore_wait(kernel, f->first, all, KIPC_NO_WAIT), KIPC_E_ACCES);
    assert_result(kipc_object_close(kernel, f->first, all), KIPC_E_ACCES);
    assert_result(use(f, f->first, all), KIPC_OK);
}

/*   a - b - c - e     b and c belong to the second process
 *    \   \- d
 *     \- g                                                  */
static void test_VER_CA_03_revocation_reaches_all_that_was_made(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t a = create(f);
    kipc_handle_t b = duplicate(f, f->first, a, f->second);
    kipc_handle_t c = duplicate(f, f->second, b, f->second);
    kipc_handle_t d = duplicate(f, f->second, b, f->first);
    kipc_handle_t e = duplicate(f, f->second, c, f->first);
    kipc_handle_t g = duplicate(f, f->first, a, f->first);
    assert_int_equal(kipc_handle_revoke(&f->kernel, f->second, b), 3);
    assert_result(use(f, f->second, c), KIPC_E_BADF);
    assert_result(use(f, f->first, d), KIPC_E_BADF);
    assert_result(use(f, f->first, e), KIPC_E_BADF);
    assert_result(use(f, f->second, b), KIPC_OK);
    assert_result(use(f, f->first, g), KIPC_OK);
    assert_int_equal(kipc_handle_revoke(&f->kernel, f->second, b), 0);
    /* What was made from a handle that was closed hangs below the one above it. */
    e = duplicate(f, f->second, b, f->first);
    assert_result(kipc_handle_close(&f->kernel, f->second, b), KIPC_OK);
    assert_result(use(f, f->first, e), KIPC_OK);
    assert_int_equal(kipc_handle_revoke(&f->kernel, f->first, a), 2);
    assert_result(use(f, f->first, e), KIPC_E_BADF);
    assert_result(use(f, f->first, g), KIPC_E_BADF);
    assert_result(use(f, f->first, a), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), 1);
    assert_result(kipc_handle_revoke(&f->kernel, f->first, g), KIPC_E_BADF);
}

/* Random makes, closes and revokes against a plain array of parents. */
static void test_derivation_agrees_with_a_model(void **state)
{
    struct kernel_fixture *f = *state;
    enum { HANDLES = 40 };
    struct random_numbers random = {.state = 2026};
    kipc_handle_t handles[HANDLES] = {create(f)};
    int parents[HANDLES] = {-1};
    bool lives[HANDLES] = {true};
    for (unsigned int step = 0; step < 20000; step++) {
        int at = (int)(random_next(&random) % HANDLES);
        int from = (int)(random_next(&random) % HANDLES);
        if (!lives[at] && lives[from]) {
            handles[at] = duplicate(f, f->first, handles[from], f->first);
            parents[at] = from;
            lives[at] = true;
        } else if (lives[at] && at != 0 && random_next(&random) % 4 != 0) {
            assert_result(kipc_handle_close(&f->kernel, f->first, handles[at]), KIPC_OK);
            lives[at] = false;
            for (int i = 0; i < HANDLES; i++) {
                parents[i] = lives[i] && parents[i] == at ? parents[at] : parents[i];
            }
        } else if (lives[at] && (at != 0 || random_next(&random) % 64 == 0)) {
            int expected = 0;
            for (bool goes_on = true; goes_on;) {
                goes_on = false;
                for (int i = 0; i < HANDLES; i++) {
                    if (lives[i] && i != at && parents[i] >= 0 && (parents[i] == at || !lives[parents[i]])) {
                        lives[i] = false;
                        expected += 1;
                        goes_on = true;
                    }
                }
            }
            assert_int_equal(kipc_handle_revoke(&f->kernel, f->first, handles[at]), expected);
        }
        for (int i = 0; i < HANDLES && step % 16 == 0; i++) {
            int result = use(f, f->first, handles[i]);
            assert_true(lives[i] ? result == KIPC_OK || result == KIPC_E_OVERFLOW : result == KIPC_E_BADF);
        }
    }
}

static void test_closing_an_object_for_all(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t ours = create(f);
    kipc_handle_t theirs = duplicate(f, f->first, ours, f->second);
    kipc_handle_t made;
    uint32_t id;
    kipc_pid_t creator;
    assert_result(kipc_object_id(&f->kernel, f->second, theirs, &id), KIPC_OK);
    assert_result(kipc_object_close(&f->kernel, f->second, theirs), KIPC_OK);
    assert_result(kipc_object_close(&f->kernel, f->first, ours), KIPC_E_CLOSED);
    assert_result(use(f, f->first, ours), KIPC_E_CLOSED);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, ours, f->first, 0, &made), KIPC_E_CLOSED);
    assert_result(kipc_object_set_name(&f->kernel, f->first, ours, "x", 0), KIPC_E_CLOSED);
    assert_result(kipc_object_find(&f->kernel, KIPC_TABLE_SEMAPHORE, id, &creator), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, ours), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_SEMAPHORE), 1);
    assert_result(kipc_handle_close(&f->kernel, f->second, theirs), KIPC_OK);
    assert_int_equal(live(f, KIPC_TABLE_SEMAPHORE), 0);
    assert_result(kipc_object_find(&f->kernel, KIPC_TABLE_SEMAPHORE, id, &creator), KIPC_E_NOTFOUND);
}

static void test_VER_CH_04_EXO_ER_01_names_and_ids(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_kernel *kernel = &f->kernel;
    kipc_handle_t one = create(f);
    kipc_handle_t two = create(f);
    kipc_handle_t opened;
    kipc_pid_t creator = 0;
    uint32_t ids[2];
    char longest[KIPC_CFG_NAME_MAX + 2];
    memset(longest, 'n', sizeof(longest));
    longest[KIPC_CFG_NAME_MAX + 1] = 0;
    assert_result(kipc_object_set_name(kernel, f->first, one, longest, KIPC_RIGHT_SEND), KIPC_E_INVAL);
    longest[KIPC_CFG_NAME_MAX] = 0;
    static const char *const bad[] = {"", " ", "a b", "a\n", "\x7f", "\xc3\xa9"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_result(kipc_object_set_name(kernel, f->first, one, bad[i], KIPC_RIGHT_SEND), KIPC_E_INVAL);
    }
    assert_result(kipc_object_set_name(kernel, f->first, one, longest, KIPC_RIGHT_SEND), KIPC_OK);
    assert_result(kipc_object_set_name(kernel, f->first, one, "more", KIPC_RIGHT_SEND), KIPC_E_STATE);
    assert_result(kipc_object_set_name(kernel, f->first, two, longest, KIPC_RIGHT_SEND), KIPC_E_EXIST);
    longest[KIPC_CFG_NAME_MAX - 1] = 0; /* a prefix is another name */
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_SEMAPHORE, longest, KIPC_RIGHT_SEND, &opened),
                  KIPC_E_NOTFOUND);
    longest[KIPC_CFG_NAME_MAX - 1] = 'n';
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_EVENT, longest, KIPC_RIGHT_SEND, &opened),
                  KIPC_E_NOTFOUND);
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_SEMAPHORE, longest, KIPC_RIGHT_RECEIVE, &opened),
                  KIPC_E_ACCES);
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_SEMAPHORE, longest, 0, &opened), KIPC_E_INVAL);
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_PROCESS, longest, 1, &opened), KIPC_E_INVAL);
    assert_result(kipc_object_open(kernel, f->second, KIPC_TABLE_SEMAPHORE, longest, KIPC_RIGHT_SEND, &opened),
                  KIPC_OK);
    assert_result(kipc_object_id(kernel, f->first, one, &ids[0]), KIPC_OK);
    assert_result(kipc_object_id(kernel, f->second, opened, &ids[1]), KIPC_OK);
    assert_int_equal(ids[0], ids[1]);
    assert_result(kipc_object_find(kernel, KIPC_TABLE_SEMAPHORE, ids[0], &creator), KIPC_OK);
    assert_int_equal(creator, f->first);
    assert_result(kipc_object_unlink(kernel, f->first, KIPC_TABLE_SEMAPHORE, longest), KIPC_OK);
    assert_result(use(f, f->second, opened), KIPC_OK); /* open handles go on working */
    assert_result(kipc_object_set_name(kernel, f->first, two, longest, KIPC_RIGHT_SEND),
                  KIPC_OK); /* the name is free */
    assert_result(kipc_object_unlink(kernel, f->first, KIPC_TABLE_SEMAPHORE, longest), KIPC_OK);
    assert_result(kipc_object_set_name(kernel, f->second, opened, "x", 0), KIPC_E_ACCES);
}

/* Many names: each is found with few comparisons, and no other is. */
static void test_names_are_found_with_few_comparisons(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t handles[32];
    char name[] = "name-00";
    for (unsigned int i = 0; i < 32; i++) {
        handles[i] = create(f);
        name[5] = (char)('0' + i / 10);
        name[6] = (char)('0' + i % 10);
        assert_result(kipc_object_set_name(&f->kernel, f->first, handles[i], name, KIPC_RIGHT_SEND), KIPC_OK);
    }
    for (unsigned int i = 0; i < 32; i++) {
        uint32_t ids[2];
        kipc_handle_t opened;
        name[5] = (char)('0' + i / 10);
        name[6] = (char)('0' + i % 10);
        assert_result(kipc_object_open(&f->kernel, f->second, KIPC_TABLE_SEMAPHORE, name, KIPC_RIGHT_SEND, &opened),
                      KIPC_OK);
        assert_result(kipc_object_id(&f->kernel, f->first, handles[i], &ids[0]), KIPC_OK);
        assert_result(kipc_object_id(&f->kernel, f->second, opened, &ids[1]), KIPC_OK);
        assert_int_equal(ids[0], ids[1]);
        assert_result(kipc_object_unlink(&f->kernel, f->first, KIPC_TABLE_SEMAPHORE, name), KIPC_OK);
    }
    assert_true(f->kernel.name_probes_peak <= 4);
}

static void test_VR4_ST_06_every_use_is_checked(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t handle = create(f);
    uint64_t before = f->kernel.checks;
    for (unsigned int i = 0; i < 50; i++) {
        assert_result(use(f, f->first, handle), KIPC_OK);
        assert_result(kipc_semaphore_wait(&f->kernel, f->first, handle, KIPC_NO_WAIT), KIPC_OK);
        assert_int_equal(kipc_semaphore_value(&f->kernel, f->first, handle, NULL), 0);
        assert_result(use(f, f->first, 0), KIPC_E_BADF);
    }
    assert_int_equal(f->kernel.checks - before, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kernel_fixture_set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_FNG_ER_02_closed_stale_and_strange_handles),
        TEST(test_random_handles_open_nothing),
        TEST(test_VER_CA_02_04_05_07_VER_ER_04_EXO_ER_04_rights_only_become_fewer),
        TEST(test_VER_CA_03_revocation_reaches_all_that_was_made),
        TEST(test_derivation_agrees_with_a_model),
        TEST(test_closing_an_object_for_all),
        TEST(test_VER_CH_04_EXO_ER_01_names_and_ids),
        TEST(test_names_are_found_with_few_comparisons),
        TEST(test_VR4_ST_06_every_use_is_checked),
    };
    return cmocka_run_group_tests_name("handle", tests, NULL, NULL);
}
