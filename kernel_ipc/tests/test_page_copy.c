/* SPDX-License-Identifier: MIT */
/* Copies of pages and pieces, and the hints that large ones give. This program has a port with such hints. */
#include "support.h"

static const uint8_t *hinted[256];
static size_t hint_count;

#define KIPC_PREFETCH(address) note_hint(address)
static void note_hint(const void *address)
{
    assert_true(hint_count < COUNT_OF(hinted));
    hinted[hint_count] = address;
    hint_count += 1;
}

#include "page_copy.h"

#define BYTES 8192u

static alignas(KIPC_CACHELINE) uint8_t source[BYTES];
static alignas(KIPC_CACHELINE) uint8_t target[BYTES + KIPC_CACHELINE];

static void fill(void)
{
    for (size_t i = 0; i < BYTES; i++) {
        source[i] = (uint8_t)(i * 31 + i / 256);
    }
    memset(target, 0xEE, sizeof(target));
    hint_count = 0;
}

static void test_VER_PF_03_large_copies_give_hints(void **state)
{
    (void)state;
    for (size_t bytes = KIPC_CACHELINE; bytes <= BYTES; bytes += KIPC_CACHELINE) {
        fill();
        ki_copy_lines(target, source, bytes);
        assert_memory_equal(target, source, bytes);
        assert_int_equal(target[bytes], 0xEE);
        if (bytes < KIPC_CFG_PREFETCH_MIN) {
            assert_int_equal(hint_count, 0);
            continue;
        }
        /* Each line but those at the beginning, once, in order, and none behind the end. */
        assert_int_equal(hint_count, (bytes - KI_PREFETCH_AHEAD) / KIPC_CACHELINE);
        for (size_t i = 0; i < hint_count; i++) {
            assert_ptr_equal(hinted[i], source + KI_PREFETCH_AHEAD + i * KIPC_CACHELINE);
        }
    }
}

static void test_VER_PF_03_pieces_of_a_large_copy(void **state)
{
    (void)state;
    fill();
    ki_prefetch_piece(source, 256, KIPC_CFG_PREFETCH_MIN - 1);
    assert_int_equal(hint_count, 0);
    ki_prefetch_piece(source, 256, KIPC_CFG_PREFETCH_MIN);
    assert_int_equal(hint_count, 4);
    for (size_t i = 0; i < hint_count; i++) {
        assert_ptr_equal(hinted[i], source + i * KIPC_CACHELINE);
    }
}

static void test_pieces_of_any_alignment(void **state)
{
    (void)state;
    for (size_t to = 0; to < 9; to++) {
        for (size_t from = 0; from < 9; from++) {
            for (size_t length = 0; length < 70; length++) {
                fill();
                ki_copy_piece(target + 1 + to, source + from, length);
                assert_memory_equal(target + 1 + to, source + from, length);
                assert_int_equal(target[to], 0xEE);
                assert_int_equal(target[1 + to + length], 0xEE);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_PF_03_large_copies_give_hints),
        cmocka_unit_test(test_VER_PF_03_pieces_of_a_large_copy),
        cmocka_unit_test(test_pieces_of_any_alignment),
    };
    return cmocka_run_group_tests_name("page copy", tests, NULL, NULL);
}
