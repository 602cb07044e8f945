/* SPDX-License-Identifier: MIT */
/* The file of events, byte by byte, and what becomes of a disk that is full. */
#include "cosim/event.h"
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEADER_BYTES = 64, RECORD_BYTES = 32 };

static char path[64];

static int make_path(void **state)
{
    (void)state;
    strcpy(path, "/tmp/belfry-events-XXXXXX");
    int descriptor = mkstemp(path);
    return descriptor < 0 ? -1 : close(descriptor);
}

static int remove_path(void **state)
{
    (void)state;
    return unlink(path);
}

static struct cosim_event event(uint64_t number)
{
    return (struct cosim_event){.cycle = 0x0102030405060708 + number,
                                .kind = COSIM_EVENT_MARK,
                                .source = COSIM_SOURCE_HART,
                                .unit = 5,
                                .detail = 0x11223344,
                                .argument = {number, ~number}};
}

static void append(struct cosim_event_file *file, uint64_t from, uint64_t to)
{
    for (uint64_t number = from; number < to; number++) {
        struct cosim_event next = event(number);
        cosim_event_file_record(file, &next);
    }
}

/** @return the file's bytes, owned by the caller */
static uint8_t *contents(size_t *bytes)
{
    FILE *file = fopen(path, "rb");
    uint8_t *read;

    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *bytes = (size_t)ftell(file);
    rewind(file);
    read = malloc(*bytes + 1);
    assert_non_null(read);
    assert_int_equal(fread(read, 1, *bytes, file), *bytes);
    fclose(file);
    return read;
}

static uint64_t little_endian(const uint8_t *bytes, unsigned count)
{
    uint64_t value = 0;

    while (count-- > 0) {
        value = value << 8 | bytes[count];
    }
    return value;
}

static void test_the_header_is_as_described(void **state)
{
    size_t bytes;

    (void)state;
    struct cosim_event_file *file = cosim_event_file_create(path);
    assert_non_null(file);
    assert_int_equal(cosim_event_file_count(file), 0);
    assert_true(cosim_event_file_close(file));
    uint8_t *read = contents(&bytes);
    assert_int_equal(bytes, HEADER_BYTES);
    assert_memory_equal(read, "BELFRYEV", 8);
    assert_int_equal(little_endian(read + 8, 4), COSIM_EVENT_VERSION);
    assert_int_equal(little_endian(read + 12, 4), RECORD_BYTES);
    assert_int_equal(little_endian(read + 16, 8), COSIM_EVENT_TABLE_HASH);
    for (unsigned i = 24; i < HEADER_BYTES; i++) {
        assert_int_equal(read[i], 0);
    }
    free(read);
}

static void test_records_stand_one_after_another(void **state)
{
    /* More than fit the writer's buffer, and not a multiple of it. */
    enum { RECORDS = 10007 };
    size_t bytes;

    (void)state;
    struct cosim_event_file *file = cosim_event_file_create(path);
    append(file, 0, RECORDS);
    assert_int_equal(cosim_event_file_count(file), RECORDS);
    assert_true(cosim_event_file_close(file));
    uint8_t *read = contents(&bytes);
    assert_int_equal(bytes, HEADER_BYTES + RECORDS * RECORD_BYTES);
    for (uint64_t i = 0; i < RECORDS; i++) {
        const uint8_t *record = read + HEADER_BYTES + i * RECORD_BYTES;
        assert_int_equal(little_endian(record, 8), 0x0102030405060708 + i);
        assert_int_equal(little_endian(record + 8, 2), COSIM_EVENT_MARK);
        assert_int_equal(record[10], COSIM_SOURCE_HART);
        assert_int_equal(record[11], 5);
        assert_int_equal(little_endian(record + 12, 4), 0x11223344);
        assert_int_equal(little_endian(record + 16, 8), i);
        assert_int_equal(little_endian(record + 24, 8), ~i);
    }
    free(read);
}

static void test_an_old_file_is_replaced(void **state)
{
    size_t bytes;

    (void)state;
    for (unsigned round = 0; round < 2; round++) {
        struct cosim_event_file *file = cosim_event_file_create(path);
        append(file, 0, round == 0 ? 100 : 1);
        assert_true(cosim_event_file_close(file));
    }
    uint8_t *read = contents(&bytes);
    assert_int_equal(bytes, HEADER_BYTES + RECORD_BYTES);
    free(read);
}

static void test_the_newest_records_are_kept_oldest_first(void **state)
{
    struct cosim_event recent[2 * COSIM_EVENT_RECENT];

    (void)state;
    struct cosim_event_file *file = cosim_event_file_create(path);
    assert_int_equal(cosim_event_file_recent(file, recent, COUNT_OF(recent)), 0);
    append(file, 0, 3);
    assert_int_equal(cosim_event_file_recent(file, recent, COUNT_OF(recent)), 3);
    assert_int_equal(recent[0].argument[0], 0);
    assert_int_equal(recent[2].argument[0], 2);
    append(file, 3, 5000);
    assert_int_equal(cosim_event_file_recent(file, recent, COUNT_OF(recent)), COSIM_EVENT_RECENT);
    for (unsigned i = 0; i < COSIM_EVENT_RECENT; i++) {
        struct cosim_event expected = event(5000 - COSIM_EVENT_RECENT + i);
        assert_memory_equal(&recent[i], &expected, sizeof expected);
    }
    assert_int_equal(cosim_event_file_recent(file, recent, 5), 5);
    assert_int_equal(recent[0].argument[0], 4995);
    assert_int_equal(recent[4].argument[0], 4999);
    assert_true(cosim_event_file_close(file));
}

static void test_a_file_that_cannot_be_created_says_why(void **state)
{
    (void)state;
    errno = 0;
    assert_null(cosim_event_file_create("/nonexistent-directory/events.bin"));
    assert_int_equal(errno, ENOENT);
}

static void test_a_full_disk_is_told_by_close(void **state)
{
    static const uint64_t counts[] = {0, 1, 100000};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        struct cosim_event_file *file = cosim_event_file_create("/dev/full");
        assert_non_null(file);
        append(file, 0, counts[i]);
        assert_int_equal(cosim_event_file_count(file), counts[i]);
        assert_false(cosim_event_file_close(file));
    }
}

static void test_every_kind_has_its_name(void **state)
{
    (void)state;
#define HAS_NAME(number, source, name) assert_string_equal(cosim_event_kind_name(number), name);
    COSIM_EVENT_LIST(HAS_NAME)
    assert_string_equal(cosim_event_kind_name(COSIM_EVENT_IRQ_WIRE), "irq_wire");
    assert_string_equal(cosim_event_kind_name(0), "?");
    assert_string_equal(cosim_event_kind_name(65535), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_header_is_as_described, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_records_stand_one_after_another, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_an_old_file_is_replaced, make_path, remove_path),
        cmocka_unit_test_setup_teardown(test_the_newest_records_are_kept_oldest_first, make_path, remove_path),
        cmocka_unit_test(test_a_file_that_cannot_be_created_says_why),
        cmocka_unit_test(test_a_full_disk_is_told_by_close),
        cmocka_unit_test(test_every_kind_has_its_name),
    };

    return cmocka_run_group_tests_name("event_file", tests, NULL, NULL);
}
