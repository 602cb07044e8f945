/* SPDX-License-Identifier: MIT */
#include "support.h"
#include <kipc/table.h>

struct item {
    struct kipc_entry entry;
    uint64_t payload;
};

struct items {
    struct kipc_table table;
    struct item *memory;
};

static void set_up_items(struct items *items, uint32_t capacity)
{
    items->memory = aligned_memory(capacity * sizeof(struct item));
    memset(items->memory, 0xFF, capacity * sizeof(struct item));
    assert_result(kipc_table_set_up(&items->table, items->memory, sizeof(struct item), capacity), KIPC_OK);
}

static void test_table_arguments(void **state)
{
    (void)state;
    struct kipc_table table;
    static uint64_t memory[8];
    static const struct {
        uint32_t bytes;
        uint32_t capacity;
        int expected;
    } cases[] = {
        {16, 1, KIPC_OK},
        {8, 8, KIPC_OK},
        {0, 1, KIPC_E_INVAL},
        {4, 1, KIPC_E_INVAL},
        {12, 1, KIPC_E_INVAL},
        {16, 0, KIPC_E_INVAL},
        {16, KIPC_TABLE_ENTRIES_MAX + 1, KIPC_E_INVAL},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_result(kipc_table_set_up(&table, memory, cases[i].bytes, cases[i].capacity), cases[i].expected);
    }
    assert_result(kipc_table_set_up(NULL, memory, 16, 1), KIPC_E_INVAL);
    assert_result(kipc_table_set_up(&table, NULL, 16, 1), KIPC_E_INVAL);
    assert_result(kipc_table_set_up(&table, (uint8_t *)memory + 4, 16, 1), KIPC_E_INVAL);
}

static void test_all_entries_are_usable_and_cleared(void **state)
{
    (void)state;
    struct items items;
    struct item *taken[5];
    set_up_items(&items, 5);
    for (uint32_t i = 0; i < 5; i++) {
        taken[i] = kipc_table_take(&items.table);
        assert_non_null(taken[i]);
        assert_true(taken[i]->payload == 0);
        taken[i]->payload = i + 1;
        assert_int_equal(kipc_table_id(&items.table, taken[i]), i + 1);
    }
    assert_null(kipc_table_take(&items.table));
    assert_int_equal(items.table.refused, 1);
    assert_int_equal(items.table.used, 5);
    for (uint32_t i = 0; i < 5; i++) {
        assert_ptr_equal(kipc_table_find(&items.table, i + 1), taken[i]);
        assert_ptr_equal(kipc_table_at(&items.table, i), taken[i]);
    }
    kipc_table_give(&items.table, taken[2]);
    assert_null(kipc_table_at(&items.table, 2));
    struct item *again = kipc_table_take(&items.table);
    assert_ptr_equal(again, taken[2]);
    assert_true(again->payload == 0);
    assert_int_equal(items.table.peak, 5);
    aligned_memory_free(items.memory);
}

static void test_MOS_KN_02_ids_of_earlier_lives_find_nothing(void **state)
{
    (void)state;
    struct items items;
    set_up_items(&items, 2);
    struct item *item = kipc_table_take(&items.table);
    uint32_t old = kipc_table_id(&items.table, item);
    kipc_table_give(&items.table, item);
    assert_null(kipc_table_find(&items.table, old));
    item = kipc_table_take(&items.table);
    uint32_t new = kipc_table_id(&items.table, item);
    assert_int_not_equal(old, new);
    assert_null(kipc_table_find(&items.table, old));
    assert_ptr_equal(kipc_table_find(&items.table, new), item);
    /* Ids that were never given. */
    static const uint32_t strange[] = {KIPC_NO_ID, 3, 0xFFFF, 0x10000, 0xFFFF0001, UINT32_MAX, 0x7FFF0002};
    for (size_t i = 0; i < COUNT_OF(strange); i++) {
        assert_null(kipc_table_find(&items.table, strange[i]));
    }
    aligned_memory_free(items.memory);
}

static void test_VER_CA_03_VER_CH_04_generations_never_wrap(void **state)
{
    (void)state;
    struct items items;
    set_up_items(&items, 1);
    uint32_t former = KIPC_NO_ID;
    for (uint32_t life = 0; life < 65535; life++) {
        struct item *item = kipc_table_take(&items.table);
        assert_non_null(item);
        uint32_t id = kipc_table_id(&items.table, item);
        assert_true(id > former); /* so no id comes again */
        former = id;
        kipc_table_give(&items.table, item);
    }
    assert_int_equal(items.table.retired, 1);
    assert_null(kipc_table_take(&items.table));
    assert_null(kipc_table_find(&items.table, 1));
    assert_null(kipc_table_find(&items.table, former));
    aligned_memory_free(items.memory);
}

static void test_random_takes_and_gives_agree_with_a_plain_list(void **state)
{
    (void)state;
    enum { CAPACITY = 16 };
    struct items items;
    struct random_numbers random = {.state = 0x5eed};
    uint32_t live[CAPACITY];
    uint32_t count = 0;
    uint32_t dead = KIPC_NO_ID;
    set_up_items(&items, CAPACITY);
    for (unsigned int i = 0; i < 100000; i++) {
        if (random_next(&random) % 2 == 0) {
            struct item *item = kipc_table_take(&items.table);
            assert_true((item != NULL) == (count < CAPACITY));
            if (item != NULL) {
                live[count] = kipc_table_id(&items.table, item);
                item->payload = live[count];
                count += 1;
            }
        } else if (count > 0) {
            uint32_t position = (uint32_t)(random_next(&random) % count);
            dead = live[position];
            kipc_table_give(&items.table, kipc_table_find(&items.table, dead));
            count -= 1;
            live[position] = live[count];
        }
        assert_int_equal(items.table.used, count);
        assert_null(kipc_table_find(&items.table, dead));
        for (uint32_t k = 0; k < count; k++) {
            const struct item *item = kipc_table_find(&items.table, live[k]);
            assert_true(item != NULL && item->payload == live[k]);
        }
    }
    aligned_memory_free(items.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_arguments),
        cmocka_unit_test(test_all_entries_are_usable_and_cleared),
        cmocka_unit_test(test_MOS_KN_02_ids_of_earlier_lives_find_nothing),
        cmocka_unit_test(test_VER_CA_03_VER_CH_04_generations_never_wrap),
        cmocka_unit_test(test_random_takes_and_gives_agree_with_a_plain_list),
    };
    return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
