/* SPDX-License-Identifier: MIT */
#include "support.h"
#include <errno.h>

struct entry {
    const char *name;
    int value;
    const char *promise;
};

static const struct entry entries[] = {
#define ENTRY(name, value, promise) {#name, KIPC_E_##name, promise},
    KIPC_ERROR_LIST(ENTRY)
#undef ENTRY
};

static void test_errors_are_negative_and_distinct(void **state)
{
    (void)state;
    assert_int_equal(COUNT_OF(entries), 34);
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        assert_true(entries[i].value < 0);
        for (size_t k = 0; k < i; k++) {
            assert_int_not_equal(entries[i].value, entries[k].value);
        }
    }
}

static void test_error_names_and_promises(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        assert_string_equal(kipc_error_name(entries[i].value), entries[i].name);
        assert_string_equal(kipc_error_promise(entries[i].value), entries[i].promise);
        assert_true(strlen(entries[i].promise) > 10);
    }
    assert_string_equal(kipc_error_name(KIPC_OK), "OK");
    assert_string_equal(kipc_error_name(1), "UNKNOWN");
    assert_string_equal(kipc_error_name(-1000), "UNKNOWN");
    assert_string_equal(kipc_error_name(INT32_MIN), "UNKNOWN");
    assert_true(strlen(kipc_error_promise(-1000)) > 10);
    assert_true(strlen(kipc_error_promise(KIPC_OK)) > 10);
}

/* Where errno has the same meaning, the value is Linux's. */
static void test_errors_keep_errno_values(void **state)
{
    (void)state;
    static const struct {
        int ours;
        int theirs;
    } pairs[] = {
        {KIPC_E_PERM, EPERM},         {KIPC_E_NOTFOUND, ENOENT},    {KIPC_E_SRCH, ESRCH},
        {KIPC_E_INTR, EINTR},         {KIPC_E_BADF, EBADF},         {KIPC_E_WOULDBLOCK, EAGAIN},
        {KIPC_E_NOMEM, ENOMEM},       {KIPC_E_ACCES, EACCES},       {KIPC_E_FAULT, EFAULT},
        {KIPC_E_BUSY, EBUSY},         {KIPC_E_EXIST, EEXIST},       {KIPC_E_INVAL, EINVAL},
        {KIPC_E_NOSPC, ENOSPC},       {KIPC_E_CLOSED, EPIPE},       {KIPC_E_PIPE, EPIPE},
        {KIPC_E_RANGE, ERANGE},       {KIPC_E_NOSYS, ENOSYS},       {KIPC_E_BADMSG, EBADMSG},
        {KIPC_E_OVERFLOW, EOVERFLOW}, {KIPC_E_MSGSIZE, EMSGSIZE},   {KIPC_E_TYPE, EPROTOTYPE},
        {KIPC_E_NOTSUP, EOPNOTSUPP},  {KIPC_E_TIMEDOUT, ETIMEDOUT}, {KIPC_E_ALREADY, EALREADY},
        {KIPC_E_QUOTA, EDQUOT},       {KIPC_E_CANCELED, ECANCELED}, {KIPC_E_OWNERDEAD, EOWNERDEAD},
    };
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        assert_int_equal(pairs[i].ours, -pairs[i].theirs);
    }
}

static void test_native_errors_keep_their_values(void **state)
{
    (void)state;
    static const int native[] = {KIPC_E_FULL,  KIPC_E_EMPTY,    KIPC_E_BADCAP,    KIPC_E_INVAL_SIZE,
                                 KIPC_E_STATE, KIPC_E_FILTERED, KIPC_E_INTEGRITY, KIPC_E_FLOW};
    for (size_t i = 0; i < COUNT_OF(native); i++) {
        assert_int_equal(native[i], -200 - (int)i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors_are_negative_and_distinct),
        cmocka_unit_test(test_error_names_and_promises),
        cmocka_unit_test(test_errors_keep_errno_values),
        cmocka_unit_test(test_native_errors_keep_their_values),
    };
    return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
