/* SPDX-License-Identifier: MIT */
/* Every system call, by the table of gate_calls.c: what it does with good arguments, and that bad ones change nothing.
 */
#include "gate_fixture.h"

static void for_each_call(void (*test)(struct gate_fixture *g, struct call_description call))
{
    for (uintptr_t i = 0; i < KIPC_SYSCALL_COUNT; i++) {
        void *state = NULL;
        assert_int_equal(gate_fixture_set_up(&state), 0);
        struct gate_fixture *g = state;
        make_one_of_each(g);
        test(g, describe_call(KIPC_SYSCALL_FIRST + i));
        assert_int_equal(gate_fixture_tear_down(&state), 0);
    }
}

/* What failed is named by the call and by what was done to it. */
static void assert_refused(struct gate_fixture *g, uintptr_t number, const uintptr_t *arguments, int code,
                           const char *why)
{
    struct kernel_snapshot before;
    take_snapshot(g, &before);
    intptr_t result = gate_call(g, g->f->first, number, arguments);
    if (result != code) {
        fail_msg("%s, %s: result %ld, expected %d", kipc_syscall_name(number), why, (long)result, code);
    }
    if (!is_as_in_snapshot(g, &before)) {
        fail_msg("%s, %s: refused, but the kernel has changed", kipc_syscall_name(number), why);
    }
    assert_int_equal(g->lent, 0);
    drop_snapshot(&before);
}

static void with_argument(struct gate_fixture *g, uintptr_t number, size_t place, uintptr_t value, int code,
                          const char *why)
{
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    good_arguments(g, number, arguments);
    arguments[place] = value;
    assert_refused(g, number, arguments, code, why);
}

static void try_bad_address(struct gate_fixture *g, uintptr_t number, size_t place, bool is_written)
{
    with_argument(g, number, place, (uintptr_t)g->foreign, KIPC_E_FAULT, "memory of another process");
    with_argument(g, number, place, (uintptr_t)&g->f->kernel, KIPC_E_FAULT, "memory of the kernel");
    with_argument(g, number, place, (uintptr_t)g->writable + USER_BYTES - 1, KIPC_E_FAULT, "beyond its memory");
    if (is_written) {
        with_argument(g, number, place, (uintptr_t)g->readable, KIPC_E_FAULT, "memory that it may not write");
    }
}

static void try_bad_argument(struct gate_fixture *g, struct call_description call, size_t place)
{
    switch (call.arguments[place]) {
    case 'h':
        with_argument(g, call.number, place, 0, KIPC_E_BADF, "handle 0");
        with_argument(g, call.number, place, 0xFFFF0001, KIPC_E_BADF, "stale handle");
#if UINTPTR_MAX > UINT32_MAX
        with_argument(g, call.number, place, (uintptr_t)1 << 32 | g->handles[KIPC_TABLE_SEMAPHORE], KIPC_E_INVAL,
                      "handle that does not fit");
#endif
        break;
    case 'i':
        with_argument(g, call.number, place, 0, KIPC_E_FAULT, "no structure");
        try_bad_address(g, call.number, place, false);
        break;
    case 'o':
        with_argument(g, call.number, place, 0, KIPC_E_FAULT, "no place for the result");
        try_bad_address(g, call.number, place, true);
        break;
    case 'w':
        try_bad_address(g, call.number, place, true);
        break;
    case 'b':
        with_argument(g, call.number, place, (uintptr_t)g->foreign, KIPC_E_FAULT, "buffer of another process");
        break;
    case 's':
        with_argument(g, call.number, place, 0, KIPC_E_FAULT, "no text");
        try_bad_address(g, call.number, place, false);
        break;
    case 'm':
        with_argument(g, call.number, place, 0, KIPC_E_INVAL, "empty text");
        with_argument(g, call.number, place, 1, KIPC_E_INVAL, "text of an end mark");
        with_argument(g, call.number, place, 5, KIPC_E_INVAL, "text without its end mark");
        with_argument(g, call.number, place, 7, KIPC_E_INVAL, "text with two end marks");
        with_argument(g, call.number, place, KIPC_CFG_NAME_MAX + 2, KIPC_E_INVAL, "text that is too long");
        break;
    case 'v':
#if UINTPTR_MAX > UINT32_MAX
        with_argument(g, call.number, place, (uintptr_t)1 << 40, KIPC_E_INVAL, "number that does not fit");
#endif
        break;
    default:
        break;
    }
}

static void good_and_bad(struct gate_fixture *g, struct call_description call)
{
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    for (size_t place = 0; call.arguments[place] != 0; place++) {
        try_bad_argument(g, call, place);
    }
    good_arguments(g, call.number, arguments);
    intptr_t nobody = gate_call(g, 0xFFFF0001, call.number, arguments);
    assert_result(nobody, KIPC_E_SRCH);
    intptr_t result = gate_call(g, g->f->first, call.number, arguments);
    if (result != call.result) {
        fail_msg("%s: result %ld, expected %d", kipc_syscall_name(call.number), (long)result, call.result);
    }
}

static void test_MOS_KN_03_FNG_ER_05_each_call_with_good_and_bad_arguments(void **state)
{
    (void)state;
    for_each_call(good_and_bad);
}

static void test_FNG_ER_04_numbers_that_are_none(void **state)
{
    struct gate_fixture *g = *state;
    static const uintptr_t numbers[] = {0, 22, KIPC_SYSCALL_FIRST - 1, KIPC_SYSCALL_FIRST + KIPC_SYSCALL_COUNT,
                                        UINTPTR_MAX};
    const uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS] = {0};
    for (size_t i = 0; i < COUNT_OF(numbers); i++) {
        assert_result(gate_call(g, g->f->first, numbers[i], arguments), KIPC_E_NOSYS);
        assert_string_equal(kipc_syscall_name(numbers[i]), "unknown");
    }
    assert_string_equal(kipc_syscall_name(KIPC_SYSCALL_SEMAPHORE_WAIT), "semaphore_wait");
    assert_result(kipc_syscall(NULL, g->f->first, KIPC_SYSCALL_COUNTS, arguments), KIPC_E_INVAL);
    assert_result(kipc_syscall(&g->gate, g->f->first, KIPC_SYSCALL_COUNTS, NULL), KIPC_E_INVAL);
}

static void test_set_up_of_a_gate(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_gate gate;
    struct kipc_kernel kernel = {0};
    struct kipc_user_memory none = {0};
    assert_result(kipc_gate_set_up(NULL, &g->f->kernel, &g->inner), KIPC_E_INVAL);
    assert_result(kipc_gate_set_up(&gate, NULL, &g->inner), KIPC_E_INVAL);
    assert_result(kipc_gate_set_up(&gate, &g->f->kernel, NULL), KIPC_E_INVAL);
    assert_result(kipc_gate_set_up(&gate, &g->f->kernel, &none), KIPC_E_INVAL);
    assert_result(kipc_gate_set_up(&gate, &kernel, &g->inner), KIPC_E_STATE);
    const uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS] = {0};
    gate = (struct kipc_gate){.kernel = &kernel, .memory = g->inner};
    assert_result(kipc_syscall(&gate, 1, KIPC_SYSCALL_COUNTS, arguments), KIPC_E_STATE);
}

static struct kipc_handle_entry *entry_of(struct gate_fixture *g, kipc_handle_t handle)
{
    struct kipc_handle_entry *entry = kipc_table_find(&g->f->kernel.tables[KIPC_TABLE_HANDLE], handle);
    assert_non_null(entry);
    return entry;
}

/* The check is made to fail by taking the right away in the kernel's own table. */
static void without_a_right(struct gate_fixture *g, struct call_description call)
{
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    if (call.table == KIPC_CLASS_NONE) {
        return;
    }
    struct kipc_handle_entry *entry = entry_of(g, handle_for(g, call));
    for (uint32_t right = 1; right < KIPC_RIGHTS; right <<= 1) {
        entry->rights = (uint16_t)(KIPC_RIGHTS & ~right);
        if ((call.rights & right) != 0) {
            good_arguments(g, call.number, arguments);
            assert_refused(g, call.number, arguments, KIPC_E_ACCES, "without a right that it needs");
        }
    }
    entry->rights = KIPC_RIGHTS;
    struct kipc_process *process = entry->process;
    entry->process = NULL; /* as if it were another process's */
    good_arguments(g, call.number, arguments);
    assert_refused(g, call.number, arguments, KIPC_E_BADF, "with a handle of another process");
    entry->process = process;
    entry->object->is_closed = true;
    good_arguments(g, call.number, arguments);
    if (call.table != KIPC_CLASS_ANY) {
        int gone = call.table == KIPC_TABLE_REGION ? KIPC_E_BADF : KIPC_E_CLOSED; /* as their headers say */
        assert_refused(g, call.number, arguments, gone, "on a closed object");
    }
    entry->object->is_closed = false;
}

static void test_MOS_KN_06_a_failed_check_leaves_the_state_as_it_was(void **state)
{
    (void)state;
    for_each_call(without_a_right);
}

/* Exactly the rights of the table: one less is refused, all others together do not help, these alone suffice. */
static void exactly_these_rights(struct gate_fixture *g, struct call_description call)
{
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    if (call.table == KIPC_CLASS_NONE) {
        return;
    }
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; call.table != KIPC_CLASS_ANY && table < KIPC_TABLE_COUNT;
         table++) {
        if (table != (unsigned int)call.table && g->handles[table] != KIPC_NO_ID) {
            kipc_handle_t right_one = g->handles[call.table];
            g->handles[call.table] = g->handles[table];
            good_arguments(g, call.number, arguments);
            assert_refused(g, call.number, arguments, KIPC_E_TYPE, "on an object of another class");
            g->handles[call.table] = right_one;
        }
    }
    struct kipc_handle_entry *entry = entry_of(g, handle_for(g, call));
    if (call.rights != 0) {
        entry->rights = (uint16_t)(KIPC_RIGHTS & ~call.rights);
        good_arguments(g, call.number, arguments);
        assert_refused(g, call.number, arguments, KIPC_E_ACCES, "with all other rights");
    }
    entry->rights = (uint16_t)call.rights;
    good_arguments(g, call.number, arguments);
    intptr_t result = gate_call(g, g->f->first, call.number, arguments);
    /* Rights that are handed on must be there, too: these calls say by themselves which. */
    bool hands_on = call.number == KIPC_SYSCALL_HANDLE_DUPLICATE || call.number == KIPC_SYSCALL_HANDLE_RESTRICT ||
                    call.number == KIPC_SYSCALL_OBJECT_SET_NAME || call.number == KIPC_SYSCALL_CHANNEL_CONNECT ||
                    call.number == KIPC_SYSCALL_REGION_MAP_FOR;
    if (!hands_on && result == KIPC_E_ACCES) {
        fail_msg("%s: refused with the rights that the table names", kipc_syscall_name(call.number));
    }
}

static void test_MOS_SE_01_class_by_operation_by_right(void **state)
{
    (void)state;
    for_each_call(exactly_these_rights);
}

/* A caller who was registered without any permission, and one whose handle has no right. */
static void without_rights(struct gate_fixture *g, struct call_description call)
{
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    struct kipc_process *process = kipc_table_find(&g->f->kernel.tables[KIPC_TABLE_PROCESS], g->f->first);
    assert_non_null(process);
    process->denied = KIPC_PERMISSIONS;
    good_arguments(g, call.number, arguments);
    assert_refused(g, call.number, arguments, KIPC_E_ACCES, "by a process without permissions");
    process->denied = call.permission;
    assert_refused(g, call.number, arguments, KIPC_E_ACCES, "by a process without this permission");
    process->denied = KIPC_PERMISSIONS & ~call.permission;
    intptr_t result = gate_call(g, g->f->first, call.number, arguments);
    assert_result(result, call.result);
    if (call.number != KIPC_SYSCALL_PROCESS_EXIT) {
        process->denied = 0;
    }
}

static void test_FNG_SE_01_who_has_no_rights_gets_nothing(void **state)
{
    (void)state;
    for_each_call(without_rights);
}

static void test_permissions_come_from_registration(void **state)
{
    struct gate_fixture *g = *state;
    struct kipc_process_config config = kipc_process_config_default();
    config.denied = KIPC_PERMIT_CREATE;
    kipc_pid_t pid;
    assert_result(kipc_process_register(&g->f->kernel, &config, &pid), KIPC_OK);
    const uintptr_t create[KIPC_SYSCALL_ARGUMENTS] = {0};
    const uintptr_t usage[KIPC_SYSCALL_ARGUMENTS] = {KIPC_QUOTA_HANDLES, 0, 0};
    assert_result(gate_call(g, pid, KIPC_SYSCALL_SEMAPHORE_CREATE, create), KIPC_E_ACCES);
    assert_result(gate_call(g, pid, KIPC_SYSCALL_PROCESS_USAGE, usage), KIPC_OK);
    assert_result(gate_call(g, pid, KIPC_SYSCALL_PROCESS_EXIT, create), KIPC_OK);
    assert_result(gate_call(g, pid, KIPC_SYSCALL_PROCESS_EXIT, create), KIPC_E_SRCH);
}

/* Whatever a process writes over what the kernel has read changes nothing, and nothing is read twice. */
static void scribble(struct gate_fixture *g, uintptr_t address, size_t bytes)
{
    (void)g;
    memset((void *)address, 0xFF, bytes);
}

static void while_its_memory_changes(struct gate_fixture *g, struct call_description call)
{
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    good_arguments(g, call.number, arguments);
    g->after_copy = scribble;
    intptr_t result = gate_call(g, g->f->first, call.number, arguments);
    g->after_copy = NULL;
    if (result != call.result) {
        fail_msg("%s: result %ld when its memory changes, expected %d", kipc_syscall_name(call.number), (long)result,
                 call.result);
    }
    for (uint32_t i = 0; i < g->copy_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            assert_true(g->copies[i].address + g->copies[i].bytes <= g->copies[j].address ||
                        g->copies[j].address + g->copies[j].bytes <= g->copies[i].address);
        }
    }
}

static void test_FNG_SE_03_arguments_are_read_once(void **state)
{
    (void)state;
    for_each_call(while_its_memory_changes);
}

static void test_FNG_SE_03_a_message_goes_as_it_was_checked(void **state)
{
    struct gate_fixture *g = *state;
    make_one_of_each(g);
    uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
    good_arguments(g, KIPC_SYSCALL_CHANNEL_SEND, arguments);
    g->after_copy = scribble;
    assert_result(gate_call(g, g->f->first, KIPC_SYSCALL_CHANNEL_SEND, arguments), KIPC_OK);
    char text[8] = {0};
    struct kipc_channel_info info;
    assert_result(kipc_channel_receive(&g->f->kernel, g->f->first, g->peer, text, sizeof(text), &info, KIPC_NO_WAIT),
                  5);
    assert_string_equal(text, "hello");
    assert_int_equal(info.header.priority, 0);
    assert_int_equal(info.header.type, KIPC_MESSAGE_DATA);
}

/* A byte that is no bool would be undefined to look at. */
static void test_FNG_SE_03_bools_of_users_are_0_or_1(void **state)
{
    struct gate_fixture *g = *state;
    make_one_of_each(g);
    static const struct {
        uintptr_t number;
        size_t place;
        size_t offset;
    } bools[] = {
        {KIPC_SYSCALL_CHANNEL_SEND, 1, offsetof(struct kipc_channel_message, moves_capabilities)},
        {KIPC_SYSCALL_TOPIC_PUBLISH, 1, offsetof(struct kipc_channel_message, moves_capabilities)},
        {KIPC_SYSCALL_CHANNEL_CALL, 1, offsetof(struct kipc_channel_message, moves_capabilities)},
        {KIPC_SYSCALL_CHANNEL_CREATE, 0, offsetof(struct kipc_channel_config, is_unidirectional)},
        {KIPC_SYSCALL_CHANNEL_CREATE, 0, offsetof(struct kipc_channel_config, is_fifo)},
        {KIPC_SYSCALL_CHANNEL_CREATE, 0, offsetof(struct kipc_channel_config, announces)},
        {KIPC_SYSCALL_CHANNEL_OPEN_REMOTE, 0, offsetof(struct kipc_channel_config, is_fifo)},
        {KIPC_SYSCALL_CHANNEL_SEND_BATCH, 1, offsetof(struct kipc_channel_message, moves_capabilities)},
        {KIPC_SYSCALL_CHANNEL_SEND_ASYNC, 1, offsetof(struct kipc_channel_message, moves_capabilities)},
        {KIPC_SYSCALL_REGION_MAP, 1, offsetof(struct kipc_mapping_config, is_lazy)},
        {KIPC_SYSCALL_REGION_MAP_FOR, 3, offsetof(struct kipc_mapping_config, is_lazy)},
        {KIPC_SYSCALL_REGION_SCATTER, 1, offsetof(struct kipc_scatter, is_written)},
        {KIPC_SYSCALL_CHANNEL_ADD_RULE, 1, offsetof(struct kipc_channel_rule, is_group)},
        {KIPC_SYSCALL_CHANNEL_ADD_RULE, 1, offsetof(struct kipc_channel_rule, is_denied)},
        {KIPC_SYSCALL_TOPIC_SUBSCRIBE, 1, offsetof(struct kipc_subscription_config, drops_newest)},
    };
    for (size_t i = 0; i < COUNT_OF(bools); i++) {
        for (unsigned int value = 2; value <= 0xFF; value += 0xFD) {
            uintptr_t arguments[KIPC_SYSCALL_ARGUMENTS];
            good_arguments(g, bools[i].number, arguments);
            ((uint8_t *)arguments[bools[i].place])[bools[i].offset] = (uint8_t)value;
            assert_refused(g, bools[i].number, arguments, KIPC_E_INVAL, "a bool that is neither 0 nor 1");
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_MOS_KN_03_FNG_ER_05_each_call_with_good_and_bad_arguments),
        cmocka_unit_test_setup_teardown(test_FNG_ER_04_numbers_that_are_none, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_set_up_of_a_gate, gate_fixture_set_up, gate_fixture_tear_down),
        cmocka_unit_test(test_MOS_KN_06_a_failed_check_leaves_the_state_as_it_was),
        cmocka_unit_test(test_MOS_SE_01_class_by_operation_by_right),
        cmocka_unit_test(test_FNG_SE_01_who_has_no_rights_gets_nothing),
        cmocka_unit_test_setup_teardown(test_permissions_come_from_registration, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test(test_FNG_SE_03_arguments_are_read_once),
        cmocka_unit_test_setup_teardown(test_FNG_SE_03_a_message_goes_as_it_was_checked, gate_fixture_set_up,
                                        gate_fixture_tear_down),
        cmocka_unit_test_setup_teardown(test_FNG_SE_03_bools_of_users_are_0_or_1, gate_fixture_set_up,
                                        gate_fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
