/* SPDX-License-Identifier: MIT */
#include "text_writer.h"

static void test_numbers_and_text(void **state)
{
    (void)state;
    struct text_writer out = {0};
    const struct kipc_writer writer = text_writer(&out);
    struct kipc_line line;
    kipc_line_begin(&line);
    kipc_line_pair(&line, "first", 0);
    kipc_line_pair(&line, "largest", UINT64_MAX);
    kipc_line_text(&line, " ");
    kipc_line_signed(&line, INT64_MIN);
    kipc_line_text(&line, " ");
    kipc_line_signed(&line, -1);
    kipc_line_text(&line, " ");
    kipc_line_signed(&line, 10);
    kipc_line_end(&line, &writer);
    assert_string_equal(out.text, "first=0 largest=18446744073709551615 -9223372036854775808 -1 10\n");
    assert_int_equal(out.writes, 1);
    kipc_line_end(&line, &writer); /* it is empty again */
    assert_int_equal(out.writes, 2);
    assert_int_equal(out.length, 65);
}

static void test_a_long_line_is_cut_off(void **state)
{
    (void)state;
    struct text_writer out = {0};
    const struct kipc_writer writer = text_writer(&out);
    struct kipc_line line;
    kipc_line_begin(&line);
    for (int i = 0; i < 100; i++) {
        kipc_line_text(&line, "0123456789");
    }
    kipc_line_end(&line, &writer);
    assert_int_equal(out.length, KIPC_LINE_MAX);
    assert_int_equal(out.text[KIPC_LINE_MAX - 1], '\n');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_and_text),
        cmocka_unit_test(test_a_long_line_is_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
