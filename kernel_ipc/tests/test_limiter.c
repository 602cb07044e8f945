/* SPDX-License-Identifier: MIT */
#include "support.h"
#include <kipc/limiter.h>

#define MILLISECOND UINT64_C(1000000)
#define SECOND 1000000000u

static struct kipc_limiter limiter_at(uint64_t now)
{
    struct kipc_limiter limiter;
    assert_result(kipc_limiter_set_up(&limiter, 100, SECOND, 10, now), KIPC_OK);
    return limiter;
}

static unsigned int take_all(struct kipc_limiter *limiter, uint64_t now)
{
    unsigned int count = 0;
    while (kipc_limiter_take(limiter, 1, now) == KIPC_OK) {
        count += 1;
    }
    return count;
}

static void test_VER_SE_01_ten_at_once_then_one_each_ten_milliseconds(void **state)
{
    (void)state;
    struct kipc_limiter limiter = limiter_at(0);
    assert_int_equal(take_all(&limiter, 0), 10);
    for (uint64_t i = 1; i <= 1000; i++) {
        assert_int_equal(take_all(&limiter, i * 10 * MILLISECOND - 1), 0);
        assert_int_equal(kipc_limiter_wait(&limiter, 1, i * 10 * MILLISECOND - 1), 1);
        assert_int_equal(take_all(&limiter, i * 10 * MILLISECOND), 1);
    }
    assert_int_equal(limiter.refused, 1 + 2 * 1000);
}

static void test_VER_SE_01_wrap_around_and_a_year_of_idleness(void **state)
{
    (void)state;
    uint64_t now = UINT64_MAX - 5 * MILLISECOND;
    struct kipc_limiter limiter = limiter_at(now);
    assert_int_equal(take_all(&limiter, now), 10);
    assert_int_equal(take_all(&limiter, now + 10 * MILLISECOND - 1), 0);
    assert_int_equal(take_all(&limiter, now + 10 * MILLISECOND), 1); /* past 2^64 */
    now += UINT64_C(365) * 24 * 3600 * SECOND;
    assert_int_equal(take_all(&limiter, now), 10);
    now += UINT64_MAX / 2;
    assert_int_equal(take_all(&limiter, now), 10);
    /* The largest numbers of all. */
    assert_result(kipc_limiter_set_up(&limiter, KIPC_LIMITER_MAX, 1, KIPC_LIMITER_MAX, 0), KIPC_OK);
    assert_result(kipc_limiter_take(&limiter, KIPC_LIMITER_MAX, 0), KIPC_OK);
    assert_result(kipc_limiter_take(&limiter, KIPC_LIMITER_MAX, 1), KIPC_OK);
    assert_result(kipc_limiter_set_up(&limiter, 1, KIPC_LIMITER_MAX, KIPC_LIMITER_MAX, 0), KIPC_OK);
    assert_result(kipc_limiter_take(&limiter, KIPC_LIMITER_MAX, 0), KIPC_OK);
    assert_result(kipc_limiter_take(&limiter, 1, KIPC_LIMITER_MAX - 1), KIPC_E_WOULDBLOCK);
    assert_result(kipc_limiter_take(&limiter, 1, KIPC_LIMITER_MAX), KIPC_OK);
    assert_result(kipc_limiter_take(&limiter, KIPC_LIMITER_MAX, UINT64_MAX), KIPC_OK);
}

static void test_parts_of_a_token_are_kept(void **state)
{
    (void)state;
    struct kipc_limiter limiter;
    assert_result(kipc_limiter_set_up(&limiter, 3, 7, 5, 0), KIPC_OK);
    assert_int_equal(take_all(&limiter, 0), 5);
    unsigned int taken = 0;
    for (uint64_t now = 1; now <= 7000; now++) {
        taken += take_all(&limiter, now);
        assert_int_equal(taken, now * 3 / 7);
    }
}

static void test_all_or_none(void **state)
{
    (void)state;
    struct kipc_limiter limiter = limiter_at(0);
    assert_result(kipc_limiter_take(&limiter, 11, 0), KIPC_E_WOULDBLOCK);
    assert_true(kipc_limiter_wait(&limiter, 11, 0) == UINT64_MAX);
    assert_int_equal(kipc_limiter_wait(&limiter, 10, 0), 0); /* all that there can be */
    assert_result(kipc_limiter_take(&limiter, 7, 0), KIPC_OK);
    assert_int_equal(kipc_limiter_wait(&limiter, 10, 0), 70 * MILLISECOND);
    assert_result(kipc_limiter_take(&limiter, 4, 0), KIPC_E_WOULDBLOCK);
    assert_int_equal(kipc_limiter_wait(&limiter, 4, 0), 10 * MILLISECOND);
    assert_int_equal(kipc_limiter_wait(&limiter, 3, 0), 0);
    assert_result(kipc_limiter_take(&limiter, 3, 0), KIPC_OK);
}

static void test_arguments(void **state)
{
    (void)state;
    struct kipc_limiter limiter;
    static const uint32_t bad[] = {0, KIPC_LIMITER_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_result(kipc_limiter_set_up(&limiter, bad[i], 1, 1, 0), KIPC_E_INVAL);
        assert_result(kipc_limiter_set_up(&limiter, 1, bad[i], 1, 0), KIPC_E_INVAL);
        assert_result(kipc_limiter_set_up(&limiter, 1, 1, bad[i], 0), KIPC_E_INVAL);
    }
    assert_result(kipc_limiter_set_up(NULL, 1, 1, 1, 0), KIPC_E_INVAL);
}

/* The same bucket with a division for each look, in 128 bits. */
struct model {
    uint32_t rate;
    unsigned __int128 full;
    unsigned __int128 credit;
    uint64_t filled;
};

static bool take_from_model(struct model *model, unsigned __int128 price, uint64_t now)
{
    uint64_t elapsed = now - model->filled;
    model->credit += (unsigned __int128)elapsed * model->rate;
    model->credit = model->credit < model->full ? model->credit : model->full;
    model->filled = now;
    if (price > model->credit) {
        return false;
    }
    model->credit -= price;
    return true;
}

static void test_VER_SE_01_without_a_division_it_is_as_exact(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {1, 2, 3, 7, 100, 1000003, KIPC_LIMITER_MAX - 1, KIPC_LIMITER_MAX};
    struct random_numbers random = {.state = 0x11b17};
    for (unsigned int round = 0; round < 500; round++) {
        uint32_t rate = numbers[random_next(&random) % COUNT_OF(numbers)];
        uint32_t period = numbers[random_next(&random) % COUNT_OF(numbers)];
        uint32_t burst = numbers[random_next(&random) % COUNT_OF(numbers)];
        uint64_t now = random_next(&random);
        struct kipc_limiter limiter;
        struct model model = {rate, (unsigned __int128)burst * period, (unsigned __int128)burst * period, now};
        assert_result(kipc_limiter_set_up(&limiter, rate, period, burst, now), KIPC_OK);
        for (unsigned int i = 0; i < 200; i++) {
            uint32_t bits = (uint32_t)(random_next(&random) % 64);
            now += random_next(&random) >> bits;
            uint32_t count = 1 + (uint32_t)(random_next(&random) % burst) / (1u + (uint32_t)(random_next(&random) % 8));
            bool is_there = take_from_model(&model, (unsigned __int128)count * period, now);
            assert_result(kipc_limiter_take(&limiter, count, now), is_there ? KIPC_OK : KIPC_E_WOULDBLOCK);
            assert_true(limiter.credit == (uint64_t)model.credit);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_SE_01_ten_at_once_then_one_each_ten_milliseconds),
        cmocka_unit_test(test_VER_SE_01_wrap_around_and_a_year_of_idleness),
        cmocka_unit_test(test_parts_of_a_token_are_kept),
        cmocka_unit_test(test_all_or_none),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_VER_SE_01_without_a_division_it_is_as_exact),
    };
    return cmocka_run_group_tests_name("limiter", tests, NULL, NULL);
}
