/* SPDX-License-Identifier: MIT */
/* Capabilities as data: who has the bytes may redeem them, who has not cannot guess them. */
#include "kernel_fixture.h"
#include "siphash.h"
#include <kipc/capability.h>

static const uint8_t key[KIPC_CAPABILITY_KEY_BYTES] = {0x9e, 0x37, 0x79, 0xb9, 0x7f, 0x4a, 0x7c, 0x15,
                                                       0xf3, 0x9c, 0xc0, 0x60, 0x5c, 0xed, 0xc8, 0x34};

static int set_up(void **state)
{
    int result = kernel_fixture_set_up(state);
    struct kernel_fixture *f = *state;
    assert_result(kipc_kernel_set_capability_key(&f->kernel, key), KIPC_OK);
    return result;
}

static kipc_handle_t make_event(struct kernel_fixture *f)
{
    kipc_handle_t handle;
    assert_result(kipc_event_create(&f->kernel, f->first, KIPC_EVENT_AUTO, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    return handle;
}

static struct kipc_capability made_of(struct kernel_fixture *f, kipc_handle_t handle, uint32_t rights)
{
    struct kipc_capability capability;
    assert_result(kipc_capability_make(&f->kernel, f->first, handle, rights, &capability), KIPC_OK);
    return capability;
}

static int redeem(struct kernel_fixture *f, struct kipc_capability capability, kipc_handle_t *handle)
{
    return kipc_capability_redeem(&f->kernel, f->second, &capability, handle);
}

static int signal(struct kernel_fixture *f, kipc_pid_t pid, kipc_handle_t handle)
{
    return kipc_event_signal(&f->kernel, pid, handle, 0);
}

/* Of the bytes 0, 1, 2, ... under the key 0, 1, 2, ..., as the hash's authors published them; each byte reversed. */
static void test_VER_CA_01_published_values_of_the_keyed_hash(void **state)
{
    (void)state;
    static const struct {
        size_t bytes;
        uint64_t hash;
    } published[] = {
        {0, UINT64_C(0x726fdb47dd0e0e31)},  {1, UINT64_C(0x74f839c593dc67fd)},  {7, UINT64_C(0xab0200f58b01d137)},
        {8, UINT64_C(0x93f5f5799a932462)},  {15, UINT64_C(0xa129ca6149be45e5)}, {16, UINT64_C(0x3f2acc7f57c29bdb)},
        {31, UINT64_C(0x32d892fad841c342)}, {63, UINT64_C(0x958a324ceb064572)},
    };
    uint8_t bytes[64];
    for (uint8_t i = 0; i < 64; i++) {
        bytes[i] = i;
    }
    const struct ki_siphash_key counting = {.words = {ki_word_of_bytes(bytes, 8), ki_word_of_bytes(bytes + 8, 8)}};
    for (size_t i = 0; i < COUNT_OF(published); i++) {
        assert_true(ki_siphash(&counting, bytes, published[i].bytes) == published[i].hash);
    }
}

static void test_VER_CA_01_a_million_random_tokens_are_refused(void **state)
{
    struct kernel_fixture *f = *state;
    struct random_numbers random = {.state = 20261121};
    kipc_handle_t handles[4];
    kipc_handle_t redeemed;
    for (unsigned int i = 0; i < 4; i++) {
        handles[i] = make_event(f);
    }
    uint32_t live_before = live(f, KIPC_TABLE_HANDLE);
    uint64_t checks = f->kernel.checks;
    uint32_t refused = 0;
    for (uint32_t i = 0; i < 1000000; i++) {
        uint64_t token = random_next(&random);
        uint64_t other = random_next(&random);
        /* Half of them name a handle that is there and rights that it has: all but the token is right. */
        struct kipc_capability guess = {.token = token, .source = handles[other % 4], .rights = KIPC_RIGHTS};
        if ((other & 8) != 0) {
            guess.source = (kipc_handle_t)(other >> 32);
            guess.rights = (uint32_t)(other >> 8);
        }
        refused += redeem(f, guess, &redeemed) == KIPC_E_BADCAP ? 1 : 0;
    }
    assert_int_equal(refused, 1000000);
    assert_int_equal(f->kernel.checks - checks, 1000000);
    assert_int_equal(live(f, KIPC_TABLE_HANDLE), live_before);
}

/* As near to a good one as can be: one bit of its sixteen bytes is another. */
static void test_VER_CA_01_each_bit_of_a_capability_counts(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t redeemed;
    kipc_handle_t handles[] = {make_event(f), make_event(f)};
    for (unsigned int i = 0; i < 2; i++) {
        const struct kipc_capability good = made_of(f, handles[i], KIPC_RIGHT_SEND);
        for (unsigned int bit = 0; bit < 8 * sizeof(good); bit++) {
            struct kipc_capability bad = good;
            ((uint8_t *)&bad)[bit / 8] ^= (uint8_t)(1u << bit % 8);
            assert_result(redeem(f, bad, &redeemed), KIPC_E_BADCAP);
        }
        const struct kipc_capability other = made_of(f, handles[1 - i], KIPC_RIGHT_SEND);
        const struct kipc_capability mixed = {.token = other.token, .source = good.source, .rights = good.rights};
        assert_result(redeem(f, mixed, &redeemed), KIPC_E_BADCAP);
        assert_result(redeem(f, good, &redeemed), KIPC_OK);
        assert_result(signal(f, f->second, redeemed), 0);
    }
}

static void test_VER_CA_01_without_a_key_there_are_none(void **state)
{
    struct kernel_fixture *f = *state;
    static const uint8_t zeros[KIPC_CAPABILITY_KEY_BYTES];
    struct kipc_capability capability = {.token = 1};
    struct kipc_kernel none = {0};
    kipc_handle_t redeemed;
    kipc_handle_t handle = make_event(f);
    assert_result(kipc_capability_make(&f->kernel, f->first, handle, 0, &capability), KIPC_E_NOTSUP);
    assert_result(redeem(f, capability, &redeemed), KIPC_E_NOTSUP);
    assert_result(kipc_kernel_set_capability_key(&f->kernel, NULL), KIPC_E_INVAL);
    assert_result(kipc_kernel_set_capability_key(&f->kernel, zeros), KIPC_E_INVAL);
    assert_result(kipc_kernel_set_capability_key(NULL, key), KIPC_E_STATE);
    assert_result(kipc_kernel_set_capability_key(&none, key), KIPC_E_STATE);
    assert_result(kipc_capability_redeem(&none, f->first, &capability, &redeemed), KIPC_E_STATE);
    assert_result(kipc_kernel_set_capability_key(&f->kernel, key), KIPC_OK);
    const struct kipc_capability first = made_of(f, handle, 0);
    assert_result(kipc_kernel_set_capability_key(&f->kernel, (const uint8_t *)"another key too.."), KIPC_E_ALREADY);
    assert_result(redeem(f, first, &redeemed), KIPC_OK);
}

/* The same handle and rights in a kernel with another key. */
static void test_VER_CA_01_a_token_is_of_one_kernel(void **state)
{
    struct kernel_fixture *f = *state;
    void *other_state = NULL;
    kipc_handle_t redeemed;
    assert_int_equal(kernel_fixture_set_up(&other_state), 0);
    struct kernel_fixture *other = other_state;
    assert_result(kipc_kernel_set_capability_key(&other->kernel, (const uint8_t *)"of another kernel"), KIPC_OK);
    kipc_handle_t handle = make_event(f);
    assert_int_equal(make_event(other), handle);
    const struct kipc_capability capability = made_of(f, handle, KIPC_RIGHTS);
    assert_result(redeem(other, capability, &redeemed), KIPC_E_BADCAP);
    assert_result(redeem(f, capability, &redeemed), KIPC_OK);
    assert_int_equal(kernel_fixture_tear_down(&other_state), 0);
}

static void test_VER_CA_02_rights_are_those_of_the_capability(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_capability capability;
    kipc_handle_t handle = make_event(f);
    kipc_handle_t some;
    for (uint32_t had = 0; had <= KIPC_RIGHTS; had++) {
        assert_result(kipc_handle_duplicate(&f->kernel, f->first, handle, f->first, had, &some), KIPC_OK);
        for (uint32_t asked = 0; asked <= KIPC_RIGHTS; asked++) {
            kipc_handle_t redeemed;
            bool may = (had & KIPC_RIGHT_GRANT) != 0 && (asked & ~had) == 0;
            int result = kipc_capability_make(&f->kernel, f->first, some, asked, &capability);
            assert_result(result, may ? KIPC_OK : KIPC_E_ACCES);
            if (may) {
                assert_result(redeem(f, capability, &redeemed), KIPC_OK);
                const struct kipc_handle_entry *entry = kipc_table_find(&f->kernel.tables[KIPC_TABLE_HANDLE], redeemed);
                assert_int_equal(entry->rights, asked);
                assert_result(kipc_handle_close(&f->kernel, f->second, redeemed), KIPC_OK);
            }
        }
        assert_result(kipc_handle_close(&f->kernel, f->first, some), KIPC_OK);
    }
    assert_result(kipc_capability_make(&f->kernel, f->first, handle, KIPC_RIGHTS + 1, &capability), KIPC_E_INVAL);
    assert_result(kipc_capability_make(&f->kernel, f->first, handle, 0, NULL), KIPC_E_INVAL);
    assert_result(kipc_capability_make(&f->kernel, f->second, handle, 0, &capability), KIPC_E_BADF);
    assert_result(kipc_capability_make(&f->kernel, 0, handle, 0, &capability), KIPC_E_SRCH);
}

static void test_VER_CA_02_fewer_rights_of_the_handle_are_fewer_of_its_capabilities(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t redeemed;
    kipc_handle_t handle = make_event(f);
    const struct kipc_capability send = made_of(f, handle, KIPC_RIGHT_SEND);
    const struct kipc_capability receive = made_of(f, handle, KIPC_RIGHT_RECEIVE);
    assert_result(
        kipc_handle_restrict(&f->kernel, f->first, handle, KIPC_RIGHT_SEND | KIPC_RIGHT_GRANT | KIPC_RIGHT_ADMIN),
        KIPC_OK);
    assert_result(redeem(f, receive, &redeemed), KIPC_E_ACCES);
    assert_result(redeem(f, send, &redeemed), KIPC_OK);
    assert_result(kipc_capability_redeem(&f->kernel, 0, &send, &redeemed), KIPC_E_SRCH);
    assert_result(kipc_capability_redeem(&f->kernel, f->second, NULL, &redeemed), KIPC_E_INVAL);
    assert_result(kipc_capability_redeem(&f->kernel, f->second, &send, NULL), KIPC_E_INVAL);
    assert_result(kipc_object_close(&f->kernel, f->first, handle), KIPC_OK);
    assert_result(redeem(f, send, &redeemed), KIPC_E_CLOSED);
    struct kipc_capability none;
    assert_result(kipc_capability_make(&f->kernel, f->first, handle, KIPC_RIGHT_SEND, &none), KIPC_E_CLOSED);
    handle = make_event(f);
    const struct kipc_capability granted = made_of(f, handle, KIPC_RIGHT_SEND);
    assert_result(kipc_handle_restrict(&f->kernel, f->first, handle, KIPC_RIGHT_SEND), KIPC_OK);
    assert_result(redeem(f, granted, &redeemed), KIPC_E_ACCES);
}

static void test_VER_CA_03_revocation_reaches_capabilities(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t redeemed[3];
    kipc_handle_t fresh;
    kipc_handle_t handle = make_event(f);
    struct kipc_capability capability = made_of(f, handle, KIPC_RIGHT_SEND);
    for (unsigned int i = 0; i < 3; i++) {
        assert_result(redeem(f, capability, &redeemed[i]), KIPC_OK);
    }
    assert_result(kipc_handle_revoke(&f->kernel, f->first, handle), 3);
    for (unsigned int i = 0; i < 3; i++) {
        assert_result(signal(f, f->second, redeemed[i]), KIPC_E_BADF);
    }
    assert_result(redeem(f, capability, &fresh), KIPC_E_BADCAP);
    /* Neither does a revocation further up leave any. */
    kipc_handle_t below;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, handle, f->first, KIPC_RIGHTS, &below), KIPC_OK);
    capability = made_of(f, below, KIPC_RIGHT_SEND);
    assert_result(redeem(f, capability, &fresh), KIPC_OK);
    assert_result(kipc_handle_revoke(&f->kernel, f->first, handle), 2);
    assert_result(redeem(f, capability, &fresh), KIPC_E_BADCAP);
}

/* 65,535 revocations: none makes an earlier capability good again, and after the last there are no more. */
static void test_VER_CA_03_the_count_of_revocations_never_wraps(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t redeemed;
    kipc_handle_t handle = make_event(f);
    const struct kipc_capability first = made_of(f, handle, KIPC_RIGHT_SEND);
    struct kipc_capability latest = first;
    for (uint32_t i = 1; i <= 65535 + 3; i++) {
        assert_result(kipc_handle_revoke(&f->kernel, f->first, handle), 0);
        assert_result(redeem(f, first, &redeemed), KIPC_E_BADCAP);
        assert_result(redeem(f, latest, &redeemed), KIPC_E_BADCAP);
        int result = kipc_capability_make(&f->kernel, f->first, handle, KIPC_RIGHT_SEND, &latest);
        assert_result(result, i < 65535 ? KIPC_OK : KIPC_E_NOSPC);
    }
    kipc_handle_t duplicate;
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, handle, f->first, KIPC_RIGHTS, &duplicate), KIPC_OK);
    assert_result(redeem(f, made_of(f, duplicate, KIPC_RIGHT_SEND), &redeemed), KIPC_OK);
}

static void test_VER_CA_03_a_capability_ends_with_its_handle(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t redeemed;
    kipc_handle_t keeper;
    kipc_handle_t handle = make_event(f);
    assert_result(kipc_handle_duplicate(&f->kernel, f->first, handle, f->second, KIPC_RIGHTS, &keeper), KIPC_OK);
    const struct kipc_capability capability = made_of(f, handle, KIPC_RIGHT_SEND);
    assert_result(redeem(f, capability, &redeemed), KIPC_OK);
    assert_result(kipc_handle_close(&f->kernel, f->first, handle), KIPC_OK);
    assert_result(redeem(f, capability, &handle), KIPC_E_BADCAP);
    assert_result(signal(f, f->second, redeemed), 0); /* it hangs below the one above now, and goes on */
    for (unsigned int i = 0; i < 3; i++) {            /* other lives of the same place */
        kipc_handle_t again = make_event(f);
        assert_true((again & 0xFFFF) == (capability.source & 0xFFFF) && again != capability.source);
        assert_result(redeem(f, capability, &handle), KIPC_E_BADCAP);
        assert_result(kipc_handle_close(&f->kernel, f->first, again), KIPC_OK);
    }
    const struct kipc_capability last = made_of(f, make_event(f), KIPC_RIGHT_SEND);
    assert_result(kipc_process_exit(&f->kernel, f->first), KIPC_OK);
    assert_result(redeem(f, last, &handle), KIPC_E_BADCAP);
}

static void test_redeeming_within_quota_and_table(void **state)
{
    struct kernel_fixture *f = *state;
    struct kipc_process_config config = kipc_process_config_default();
    kipc_handle_t redeemed;
    kipc_pid_t pid;
    config.limits[KIPC_QUOTA_HANDLES] = 1;
    assert_result(kipc_process_register(&f->kernel, &config, &pid), KIPC_OK);
    const struct kipc_capability capability = made_of(f, make_event(f), KIPC_RIGHT_SEND);
    assert_result(kipc_capability_redeem(&f->kernel, pid, &capability, &redeemed), KIPC_OK);
    assert_result(kipc_capability_redeem(&f->kernel, pid, &capability, &redeemed), KIPC_E_QUOTA);
    assert_result(kipc_process_exit(&f->kernel, pid), KIPC_OK);
    int result = KIPC_OK;
    while (result == KIPC_OK) {
        result = redeem(f, capability, &redeemed);
    }
    assert_result(result, KIPC_E_NOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, kernel_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CA_01_published_values_of_the_keyed_hash),
        TEST(test_VER_CA_01_a_million_random_tokens_are_refused),
        TEST(test_VER_CA_01_each_bit_of_a_capability_counts),
        cmocka_unit_test_setup_teardown(test_VER_CA_01_without_a_key_there_are_none, kernel_fixture_set_up,
                                        kernel_fixture_tear_down),
        TEST(test_VER_CA_01_a_token_is_of_one_kernel),
        TEST(test_VER_CA_02_rights_are_those_of_the_capability),
        TEST(test_VER_CA_02_fewer_rights_of_the_handle_are_fewer_of_its_capabilities),
        TEST(test_VER_CA_03_revocation_reaches_capabilities),
        TEST(test_VER_CA_03_the_count_of_revocations_never_wraps),
        TEST(test_VER_CA_03_a_capability_ends_with_its_handle),
        TEST(test_redeeming_within_quota_and_table),
    };
    return cmocka_run_group_tests_name("capability", tests, NULL, NULL);
}
