/* SPDX-License-Identifier: MIT */
#include "support.h"

static void test_EXO_MS_01_header_layout(void **state)
{
    (void)state;
    uint8_t wire[KIPC_MESSAGE_HEADER_BYTES];
    struct kipc_message_header header;
    assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_RESPONSE, 0xa5, 0x01020304 - 32), KIPC_OK);
    header.flags = KIPC_MESSAGE_FLAG_URGENT;
    header.sender = UINT64_C(0x1112131415161718);
    header.destination = UINT64_C(0x2122232425262728);
    header.request_id = UINT64_C(0x3132333435363738);
    memcpy(wire, &header, sizeof(wire));
    static const uint8_t expected[KIPC_MESSAGE_HEADER_BYTES] = {
        2,    2,    0xa5, 0,    0x04, 0x03, 0x02, 0x01, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11,
        0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21, 0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31};
    assert_memory_equal(wire, expected, sizeof(expected));
    assert_result(kipc_message_validate(&header, 0x01020304), KIPC_OK);
    header.reserved = 1;
    assert_result(kipc_message_validate(&header, 0x01020304), KIPC_E_BADMSG);
}

static void test_EXO_MS_02_every_priority_is_kept(void **state)
{
    (void)state;
    for (unsigned int priority = 0; priority <= UINT8_MAX; priority++) {
        struct kipc_message_header header;
        assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_DATA, (uint8_t)priority, 0), KIPC_OK);
        assert_int_equal(header.priority, priority);
        assert_result(kipc_message_validate(&header, 32), KIPC_OK);
    }
}

static void test_EXO_MS_03_flags_and_total_size(void **state)
{
    (void)state;
    struct kipc_message_header good;
    assert_result(kipc_message_set_up(&good, KIPC_MESSAGE_DATA, 0, 68), KIPC_OK);
    static const struct {
        uint32_t total_size;
        size_t available;
        int expected;
    } sizes[] = {
        {0, 100, KIPC_E_BADMSG},
        {31, 100, KIPC_E_BADMSG},
        {32, 100, KIPC_OK},
        {100, 100, KIPC_OK},
        {101, 100, KIPC_E_BADMSG},
        {UINT32_MAX, 100, KIPC_E_BADMSG},
        {UINT32_MAX, UINT32_MAX, KIPC_OK},
        {32, 32, KIPC_OK},
        {32, 31, KIPC_E_BADMSG},
        {32, 0, KIPC_E_BADMSG},
    };
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct kipc_message_header header = good;
        header.total_size = sizes[i].total_size;
        assert_result(kipc_message_validate(&header, sizes[i].available), sizes[i].expected);
    }
    for (unsigned int flags = 0; flags <= UINT8_MAX; flags++) {
        struct kipc_message_header header = good;
        header.flags = (uint8_t)flags;
        assert_result(kipc_message_validate(&header, 100), flags <= 3 ? KIPC_OK : KIPC_E_BADMSG);
    }
    assert_result(kipc_message_validate(NULL, 100), KIPC_E_INVAL);
    struct kipc_message_header header;
    assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_DATA, 0, UINT32_MAX - 32), KIPC_OK);
    assert_int_equal(header.total_size, UINT32_MAX);
    assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_DATA, 0, UINT32_MAX - 31), KIPC_E_INVAL_SIZE);
    assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_DATA, 0, SIZE_MAX), KIPC_E_INVAL_SIZE);
    assert_result(kipc_message_set_up(NULL, KIPC_MESSAGE_DATA, 0, 0), KIPC_E_INVAL);
}

static void test_EXO_MS_04_sender_is_overwritten_and_destination_checked(void **state)
{
    (void)state;
    struct kipc_message_header header;
    assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_DATA, 0, 0), KIPC_OK);
    header.sender = 666; /* a lie */
    header.destination = 2;
    assert_result(kipc_message_stamp(&header, 1, 3), KIPC_E_SRCH);
    assert_int_equal(header.sender, 666);
    assert_result(kipc_message_stamp(&header, 1, 2), KIPC_OK);
    assert_int_equal(header.sender, 1);
    assert_result(kipc_message_stamp(NULL, 1, 2), KIPC_E_INVAL);
}

static void begin(struct kipc_request_table *table, uint64_t *id, uint32_t *position)
{
    struct kipc_message_header request;
    assert_result(kipc_message_set_up(&request, KIPC_MESSAGE_REQUEST, 0, 0), KIPC_OK);
    assert_result(kipc_request_begin(table, &request, position), KIPC_OK);
    *id = request.request_id;
}

static int match(struct kipc_request_table *table, enum kipc_message_type type, uint64_t id, uint32_t *position)
{
    struct kipc_message_header answer;
    assert_result(kipc_message_set_up(&answer, type, 0, 0), KIPC_OK);
    answer.request_id = id;
    return kipc_request_match(table, &answer, position);
}

static void test_EXO_MS_05_answers_match_out_of_order(void **state)
{
    (void)state;
    uint64_t slots[4];
    struct kipc_request_table table;
    assert_result(kipc_request_set_up(&table, slots, 4, 0), KIPC_OK);
    uint64_t ids[4];
    uint32_t positions[4];
    for (size_t i = 0; i < 4; i++) {
        begin(&table, &ids[i], &positions[i]);
    }
    struct kipc_message_header fifth;
    uint32_t position = 99;
    assert_result(kipc_message_set_up(&fifth, KIPC_MESSAGE_REQUEST, 0, 0), KIPC_OK);
    assert_result(kipc_request_begin(&table, &fifth, &position), KIPC_E_FULL);
    assert_int_equal(fifth.request_id, 0);
    static const size_t order[] = {2, 0, 3, 1};
    for (size_t i = 0; i < 4; i++) {
        enum kipc_message_type type = i % 2 == 0 ? KIPC_MESSAGE_RESPONSE : KIPC_MESSAGE_ERROR;
        assert_result(match(&table, type, ids[order[i]], &position), KIPC_OK);
        assert_int_equal(position, positions[order[i]]);
    }
    /* Unknown, answered twice, and the id that marks a free slot: each counted and refused. */
    assert_result(match(&table, KIPC_MESSAGE_RESPONSE, 12345, &position), KIPC_E_NOTFOUND);
    assert_result(match(&table, KIPC_MESSAGE_RESPONSE, ids[0], &position), KIPC_E_NOTFOUND);
    assert_result(match(&table, KIPC_MESSAGE_RESPONSE, 0, &position), KIPC_E_NOTFOUND);
    assert_int_equal(table.unknown, 3);
    assert_result(match(&table, KIPC_MESSAGE_DATA, ids[0], &position), KIPC_E_BADMSG);
}

static void test_EXO_MS_05_ids_stay_unique(void **state)
{
    (void)state;
    static const uint64_t starts[] = {UINT64_C(0xfffffffe), UINT64_C(0x1fffffffe), UINT64_MAX - 1};
    for (size_t k = 0; k < COUNT_OF(starts); k++) {
        uint64_t slots[8];
        struct kipc_request_table table;
        assert_result(kipc_request_set_up(&table, slots, 8, starts[k]), KIPC_OK);
        uint64_t ids[8];
        uint32_t position;
        for (size_t i = 0; i < 8; i++) {
            begin(&table, &ids[i], &position);
            assert_true(ids[i] != 0);
            for (size_t j = 0; j < i; j++) {
                assert_true(ids[i] != ids[j]);
            }
        }
    }
    struct kipc_request_table table;
    uint64_t slot;
    assert_result(kipc_request_set_up(&table, NULL, 1, 0), KIPC_E_INVAL);
    assert_result(kipc_request_set_up(&table, &slot, 0, 0), KIPC_E_INVAL);
    assert_result(kipc_request_set_up(NULL, &slot, 1, 0), KIPC_E_INVAL);
}

static void test_EXO_MS_06_types(void **state)
{
    (void)state;
    for (unsigned int type = 0; type <= UINT8_MAX; type++) {
        struct kipc_message_header header;
        int set_up = kipc_message_set_up(&header, (enum kipc_message_type)type, 0, 0);
        assert_result(set_up, type <= 4 ? KIPC_OK : KIPC_E_INVAL);
        assert_result(kipc_message_set_up(&header, KIPC_MESSAGE_DATA, 0, 0), KIPC_OK);
        header.type = (uint8_t)type;
        header.request_id = 1;
        assert_result(kipc_message_validate(&header, 32), type <= 4 ? KIPC_OK : KIPC_E_BADMSG);
        header.request_id = 0;
        bool is_answer = type == KIPC_MESSAGE_RESPONSE || type == KIPC_MESSAGE_ERROR;
        assert_result(kipc_message_validate(&header, 32), type <= 4 && !is_answer ? KIPC_OK : KIPC_E_BADMSG);
    }
}

static void test_EXO_MS_07_error_reaches_the_caller(void **state)
{
    (void)state;
    struct kipc_message_header request;
    assert_result(kipc_message_set_up(&request, KIPC_MESSAGE_REQUEST, 9, 0), KIPC_OK);
    request.sender = 5;
    request.destination = 6;
    request.request_id = 77;
    struct kipc_message_inline reply;
    int32_t code = 0;
    assert_result(kipc_message_new_error(&reply, &request, 0), KIPC_E_INVAL);
    assert_result(kipc_message_new_error(&reply, &request, KIPC_E_QUOTA), KIPC_OK);
    assert_result(kipc_message_validate(&reply.header, sizeof(reply)), KIPC_OK);
    assert_int_equal(reply.header.sender, 6);
    assert_int_equal(reply.header.destination, 5);
    assert_int_equal(reply.header.request_id, 77);
    assert_int_equal(reply.header.priority, 9);
    assert_result(kipc_message_error_code(&reply, &code), KIPC_OK);
    assert_int_equal(code, KIPC_E_QUOTA);
    memset(reply.data, 0, sizeof(reply.data)); /* a "failure" with the code for success */
    assert_result(kipc_message_error_code(&reply, &code), KIPC_E_BADMSG);
    reply.header.total_size += 1;
    assert_result(kipc_message_error_code(&reply, &code), KIPC_E_BADMSG);
    request.type = KIPC_MESSAGE_DATA;
    assert_result(kipc_message_new_error(&reply, &request, KIPC_E_QUOTA), KIPC_E_INVAL);
    assert_result(kipc_message_new_inline(&reply, KIPC_MESSAGE_DATA, 0, &code, sizeof(code)), KIPC_OK);
    assert_result(kipc_message_error_code(&reply, &code), KIPC_E_BADMSG);
}

static void test_EXO_MS_09_inline_sizes(void **state)
{
    (void)state;
    uint8_t data[KIPC_RING_INLINE_MAX + 1];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i + 1);
    }
    for (size_t length = 0; length <= KIPC_RING_INLINE_MAX; length++) {
        struct kipc_message_inline message;
        memset(&message, 0xee, sizeof(message));
        assert_result(kipc_message_new_inline(&message, KIPC_MESSAGE_DATA, 1, data, length), KIPC_OK);
        assert_int_equal(message.header.total_size, 32 + length);
        assert_memory_equal(message.data, data, length);
        for (size_t i = length; i < sizeof(message.data); i++) {
            assert_int_equal(message.data[i], 0);
        }
    }
    struct kipc_message_inline message;
    assert_result(kipc_message_new_inline(&message, KIPC_MESSAGE_DATA, 1, data, sizeof(data)), KIPC_E_INVAL_SIZE);
    assert_result(kipc_message_new_inline(&message, KIPC_MESSAGE_DATA, 1, NULL, 1), KIPC_E_INVAL);
    assert_result(kipc_message_new_inline(NULL, KIPC_MESSAGE_DATA, 1, data, 1), KIPC_E_INVAL);
    assert_int_equal(sizeof(struct kipc_message_inline), 88); /* EXO-MS-12: 32 + 56 on the wire */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_EXO_MS_01_header_layout),
        cmocka_unit_test(test_EXO_MS_02_every_priority_is_kept),
        cmocka_unit_test(test_EXO_MS_03_flags_and_total_size),
        cmocka_unit_test(test_EXO_MS_04_sender_is_overwritten_and_destination_checked),
        cmocka_unit_test(test_EXO_MS_05_answers_match_out_of_order),
        cmocka_unit_test(test_EXO_MS_05_ids_stay_unique),
        cmocka_unit_test(test_EXO_MS_06_types),
        cmocka_unit_test(test_EXO_MS_07_error_reaches_the_caller),
        cmocka_unit_test(test_EXO_MS_09_inline_sizes),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
