/* SPDX-License-Identifier: MIT */
/* Who may open an object by its name: owner, group and others. The override for user 0 is tested by test_limits.c. */
#include "kernel_fixture.h"

enum who { OWNER, MEMBER, STRANGER };

struct mode_fixture {
    kipc_pid_t pids[3];
    kipc_handle_t handle;
};

static void make_named(struct kernel_fixture *f, struct mode_fixture *m)
{
    static const struct {
        uint32_t user;
        uint32_t group;
    } people[] = {{7, 70}, {8, 70}, {9, 90}};
    struct kipc_process_config config = kipc_process_config_default();
    for (size_t i = 0; i < COUNT_OF(people); i++) {
        config.user = people[i].user;
        config.group = people[i].group;
        assert_result(kipc_process_register(&f->kernel, &config, &m->pids[i]), KIPC_OK);
    }
    assert_result(kipc_event_create(&f->kernel, m->pids[OWNER], KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &m->handle), KIPC_OK);
    assert_result(kipc_object_set_name(&f->kernel, m->pids[OWNER], m->handle, "thing", KIPC_RIGHTS), KIPC_OK);
}

static void end(struct kernel_fixture *f, struct mode_fixture *m)
{
    assert_result(kipc_object_unlink(&f->kernel, m->pids[OWNER], KIPC_TABLE_EVENT, "thing"), KIPC_OK);
    for (size_t i = 0; i < COUNT_OF(m->pids); i++) {
        assert_result(kipc_process_exit(&f->kernel, m->pids[i]), KIPC_OK);
    }
}

static int open_as(struct kernel_fixture *f, kipc_pid_t pid, uint32_t rights)
{
    kipc_handle_t handle;
    int result = kipc_object_open(&f->kernel, pid, KIPC_TABLE_EVENT, "thing", rights, &handle);
    if (result == KIPC_OK) {
        assert_result(kipc_handle_close(&f->kernel, pid, handle), KIPC_OK);
    }
    return result;
}

/* Each row: one bit of the nine is set, and one of three people asks for it: 9 x 3 = 27. */
static void test_MOS_SE_02_truth_table(void **state)
{
    struct kernel_fixture *f = *state;
    struct mode_fixture m;
    static const struct {
        uint32_t bit;
        uint32_t right;
    } accesses[] = {{KIPC_MODE_READ, KIPC_RIGHT_RECEIVE},
                    {KIPC_MODE_WRITE, KIPC_RIGHT_SEND},
                    {KIPC_MODE_CONTROL, KIPC_RIGHT_ADMIN}};
    unsigned int rows = 0;
    make_named(f, &m);
    for (unsigned int class = OWNER; class <= STRANGER; class ++) {
        for (size_t access = 0; access < COUNT_OF(accesses); access++) {
            uint32_t mode = accesses[access].bit << 3 * (STRANGER - class);
            assert_result(kipc_object_set_mode(&f->kernel, m.pids[OWNER], m.handle, mode), KIPC_OK);
            for (unsigned int who = OWNER; who <= STRANGER; who++) {
                int expected = who == class ? KIPC_OK : KIPC_E_ACCES;
                assert_result(open_as(f, m.pids[who], accesses[access].right), expected);
                for (size_t other = 0; other < COUNT_OF(accesses); other++) {
                    assert_true(other == access || open_as(f, m.pids[who], accesses[other].right) == KIPC_E_ACCES);
                }
                rows += 1;
            }
        }
    }
    assert_int_equal(rows, 27);
    end(f, &m);
}

static void test_MOS_SE_02_each_right_belongs_to_a_bit(void **state)
{
    struct kernel_fixture *f = *state;
    struct mode_fixture m;
    make_named(f, &m);
    static const struct {
        uint32_t right;
        uint32_t bit;
    } rights[] = {
        {KIPC_RIGHT_RECEIVE, KIPC_MODE_READ},  {KIPC_RIGHT_MAP, KIPC_MODE_READ},
        {KIPC_RIGHT_SEND, KIPC_MODE_WRITE},    {KIPC_RIGHT_WRITE, KIPC_MODE_WRITE},
        {KIPC_RIGHT_SHARE, KIPC_MODE_CONTROL}, {KIPC_RIGHT_GRANT, KIPC_MODE_CONTROL},
        {KIPC_RIGHT_ADMIN, KIPC_MODE_CONTROL},
    };
    for (size_t i = 0; i < COUNT_OF(rights); i++) {
        uint32_t all_but_it = KIPC_MODES & ~KIPC_MODE_OTHERS(rights[i].bit);
        assert_result(kipc_object_set_mode(&f->kernel, m.pids[OWNER], m.handle, all_but_it), KIPC_OK);
        assert_result(open_as(f, m.pids[STRANGER], rights[i].right), KIPC_E_ACCES);
        assert_result(open_as(f, m.pids[STRANGER], KIPC_RIGHTS), KIPC_E_ACCES);
        assert_result(kipc_object_set_mode(&f->kernel, m.pids[OWNER], m.handle, KIPC_MODE_OTHERS(rights[i].bit)),
                      KIPC_OK);
        assert_result(open_as(f, m.pids[STRANGER], rights[i].right), KIPC_OK);
    }
    assert_result(kipc_object_set_mode(&f->kernel, m.pids[OWNER], m.handle, KIPC_MODES), KIPC_OK);
    assert_result(open_as(f, m.pids[STRANGER], KIPC_RIGHTS), KIPC_OK);
    end(f, &m);
}

static void test_MOS_SE_02_user_0_has_no_override_by_default(void **state)
{
    struct kernel_fixture *f = *state;
    struct mode_fixture m;
    make_named(f, &m);
    assert_result(kipc_object_set_mode(&f->kernel, m.pids[OWNER], m.handle, 0), KIPC_OK);
    assert_result(open_as(f, f->first, KIPC_RIGHT_RECEIVE), KIPC_E_ACCES); /* its user is 0 */
    end(f, &m);
}

static void test_MOS_SE_02_who_may_set_the_mode(void **state)
{
    struct kernel_fixture *f = *state;
    struct mode_fixture m;
    kipc_handle_t weak;
    kipc_handle_t theirs;
    make_named(f, &m);
    kipc_pid_t owner = m.pids[OWNER];
    assert_result(kipc_object_set_mode(&f->kernel, owner, m.handle, KIPC_MODES + 1), KIPC_E_INVAL);
    assert_result(kipc_handle_duplicate(&f->kernel, owner, m.handle, owner, KIPC_RIGHT_SEND, &weak), KIPC_OK);
    assert_result(kipc_object_set_mode(&f->kernel, owner, weak, 0), KIPC_E_ACCES);
    assert_result(kipc_handle_duplicate(&f->kernel, owner, m.handle, m.pids[MEMBER], KIPC_RIGHTS, &theirs), KIPC_OK);
    assert_result(kipc_object_set_mode(&f->kernel, m.pids[MEMBER], theirs, 0), KIPC_E_PERM);
    assert_result(kipc_object_set_mode(&f->kernel, owner, 0, 0), KIPC_E_BADF);
    assert_result(open_as(f, m.pids[STRANGER], KIPC_RIGHTS), KIPC_OK); /* nothing has changed */
    end(f, &m);
    assert_result(kipc_object_set_mode(&f->kernel, owner, m.handle, 0), KIPC_E_SRCH);
}

static void test_a_closed_object_keeps_its_mode(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t handle;
    assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    assert_result(kipc_object_close(&f->kernel, f->first, handle), KIPC_OK);
    assert_result(kipc_object_set_mode(&f->kernel, f->first, handle, 0), KIPC_E_CLOSED);
}

int main(void)
{
#define MODE_TEST(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        MODE_TEST(test_MOS_SE_02_truth_table),
        MODE_TEST(test_MOS_SE_02_each_right_belongs_to_a_bit),
        MODE_TEST(test_MOS_SE_02_user_0_has_no_override_by_default),
        MODE_TEST(test_MOS_SE_02_who_may_set_the_mode),
        MODE_TEST(test_a_closed_object_keeps_its_mode),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
