/* SPDX-License-Identifier: MIT */
/* What is in a region: reads, writes, atomic cells, and the lists for devices. */
#include "memory_fixture.h"

static int read_at(struct memory_fixture *m, kipc_handle_t handle, size_t offset, void *buffer, size_t length)
{
    return kipc_region_read(m->kernel, m->first, handle, offset, buffer, length);
}

static int write_at(struct memory_fixture *m, kipc_handle_t handle, size_t offset, const void *data, size_t length)
{
    return kipc_region_write(m->kernel, m->first, handle, offset, data, length);
}

static kipc_handle_t attached(struct memory_fixture *m, size_t bytes)
{
    kipc_handle_t handle = make_region(m, bytes, KIPC_LIFETIME_HANDLES);
    assert_result(kipc_region_attach(m->kernel, m->first, handle, NULL), KIPC_OK);
    return handle;
}

static void test_MOS_SM_10_what_is_written_is_read(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = attached(m, 8192);
    struct random_numbers random = {.state = 11};
    static uint8_t model[8192];
    static uint8_t buffer[8192];
    memset(model, 0, sizeof(model));
    for (unsigned int i = 0; i < 2000; i++) {
        size_t offset = random_next(&random) % 8193;
        size_t length = random_next(&random) % (8193 - offset);
        size_t shift = random_next(&random) % 8 < 4 ? 0 : 1; /* the caller's side of any alignment */
        length = shift <= length ? length - shift : 0;
        for (size_t k = 0; k < length; k++) {
            buffer[shift + k] = (uint8_t)random_next(&random);
        }
        memcpy(model + offset, buffer + shift, length);
        assert_result(write_at(m, handle, offset, buffer + shift, length), KIPC_OK);
        offset = random_next(&random) % 8193;
        length = random_next(&random) % (8193 - offset);
        assert_result(read_at(m, handle, offset, buffer, length), KIPC_OK);
        assert_memory_equal(buffer, model + offset, length);
    }
}

static void test_MOS_SM_10_outside_of_the_region_nothing_is_touched(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = attached(m, 8192);
    uint8_t guard[3 * 4096];
    uint8_t buffer[3 * 4096];
    static const struct {
        size_t offset;
        size_t length;
    } bad[] = {{0, 8193},     {8191, 2},     {8192, 1},           {8193, 0},     {4096, 4097},
               {SIZE_MAX, 1}, {SIZE_MAX, 2}, {SIZE_MAX - 10, 12}, {1, SIZE_MAX}, {8192, SIZE_MAX - 8191}};
    for (size_t i = 0; i < sizeof(guard); i++) {
        guard[i] = (uint8_t)(i * 7);
    }
    assert_result(write_at(m, handle, 0, guard, 8192), KIPC_OK);
    static uint8_t before[FIXTURE_PAGES * FIXTURE_PAGE_BYTES];
    memcpy(before, m->pages, sizeof(before));
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        memset(buffer, 0xEE, sizeof(buffer));
        assert_result(write_at(m, handle, bad[i].offset, buffer, bad[i].length), KIPC_E_RANGE);
        assert_result(read_at(m, handle, bad[i].offset, buffer, bad[i].length), KIPC_E_RANGE);
        assert_memory_equal(before, m->pages, sizeof(before));
        for (size_t k = 0; k < sizeof(buffer); k++) {
            assert_int_equal(buffer[k], 0xEE);
        }
    }
    assert_result(read_at(m, handle, 0, NULL, 1), KIPC_E_INVAL);
    assert_result(write_at(m, handle, 0, NULL, 1), KIPC_E_INVAL);
    assert_result(read_at(m, handle, 8192, NULL, 0), KIPC_OK);
    assert_result(write_at(m, handle, 0, NULL, 0), KIPC_OK);
}

static void test_MOS_SM_03_a_reader_cannot_write(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = make_region(m, 8192, KIPC_LIFETIME_HANDLES);
    kipc_handle_t theirs = give_region(m, handle, KIPC_RIGHT_MAP);
    uintptr_t ours = map_region(m, m->first, handle, MAP_RW);
    uintptr_t other = map_region(m, m->second, theirs, MAP_RO);
    uint8_t byte = 42;
    assert_result(kipc_region_write(m->kernel, m->second, theirs, 0, &byte, 1), KIPC_E_ACCES);
    assert_result(store(m, m->second, other, 42), KIPC_E_ACCES);
    assert_int_equal(load(m, m->second, other), 0);
    assert_result(kipc_region_write(m->kernel, m->first, handle, 0, &byte, 1), KIPC_OK);
    assert_int_equal(load(m, m->second, other), 42);
    struct kipc_attachment_info info;
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 0, &info), KIPC_OK);
    assert_int_equal(info.pid, m->second);
    assert_true(info.address == other);
    assert_int_equal(info.bytes, 8192);
    assert_int_equal(info.flags, MAP_RO);
    assert_result(kipc_region_attachment(m->kernel, m->first, handle, 1, &info), KIPC_OK);
    assert_int_equal(info.pid, m->first);
    assert_true(info.address == ours);
    assert_int_equal(info.bytes, 8192);
    assert_int_equal(info.flags, MAP_RW);
    assert_int_equal(info.present, 2);
}

static void test_MOS_SM_04_atomic_cells(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_kernel *kernel = m->kernel;
    kipc_handle_t handle = attached(m, 8192);
    uint32_t old = 1;
    for (size_t offset = 4088; offset <= 4096; offset += 4) {
        assert_result(kipc_region_atomic(kernel, m->first, handle, offset, KIPC_ATOMIC_STORE, 7, 0, &old), KIPC_OK);
        assert_int_equal(old, 0);
        assert_result(kipc_region_atomic(kernel, m->first, handle, offset, KIPC_ATOMIC_ADD, UINT32_MAX, 0, &old),
                      KIPC_OK);
        assert_int_equal(old, 7);
        assert_result(kipc_region_atomic(kernel, m->first, handle, offset, KIPC_ATOMIC_COMPARE_EXCHANGE, 9, 7, &old),
                      KIPC_E_WOULDBLOCK);
        assert_int_equal(old, 6);
        assert_result(kipc_region_atomic(kernel, m->first, handle, offset, KIPC_ATOMIC_COMPARE_EXCHANGE, 9, 6, NULL),
                      KIPC_OK);
        assert_result(kipc_region_atomic(kernel, m->first, handle, offset, KIPC_ATOMIC_LOAD, 0, 0, &old), KIPC_OK);
        assert_int_equal(old, 9);
    }
    for (size_t offset = 1; offset < 4; offset++) {
        for (unsigned int operation = 0; operation <= KIPC_ATOMIC_COMPARE_EXCHANGE; operation++) {
            assert_result(kipc_region_atomic(kernel, m->first, handle, offset, (enum kipc_atomic)operation, 1, 0, &old),
                          KIPC_E_INVAL);
        }
    }
    assert_result(kipc_region_atomic(kernel, m->first, handle, 0, (enum kipc_atomic)4, 1, 0, &old), KIPC_E_INVAL);
    assert_result(kipc_region_atomic(kernel, m->first, handle, 8192, KIPC_ATOMIC_LOAD, 0, 0, &old), KIPC_E_RANGE);
    assert_result(kipc_region_atomic(kernel, m->first, handle, SIZE_MAX - 3, KIPC_ATOMIC_LOAD, 0, 0, &old),
                  KIPC_E_RANGE);
    kipc_handle_t reader = give_region(m, handle, KIPC_RIGHT_MAP);
    assert_result(kipc_region_attach(kernel, m->second, reader, NULL), KIPC_OK);
    assert_result(kipc_region_atomic(kernel, m->second, reader, 0, KIPC_ATOMIC_LOAD, 0, 0, &old), KIPC_OK);
    assert_result(kipc_region_atomic(kernel, m->second, reader, 0, KIPC_ATOMIC_ADD, 1, 0, &old), KIPC_E_ACCES);
}

static void test_a_region_that_is_not_writable(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle;
    uint8_t byte = 1;
    config.flags = KIPC_PAGE_USER;
    assert_result(kipc_region_create(m->kernel, m->first, &config, &handle), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, handle, NULL), KIPC_OK);
    assert_result(write_at(m, handle, 0, &byte, 1), KIPC_E_ACCES);
    assert_result(read_at(m, handle, 0, &byte, 1), KIPC_OK);
    /* A program: written, then made executable, never both. */
    assert_result(kipc_region_set_flags(m->kernel, m->first, handle, KIPC_PAGE_WRITABLE | KIPC_PAGE_EXECUTABLE),
                  KIPC_E_INVAL);
    assert_result(kipc_region_set_flags(m->kernel, m->first, handle, REGION_FLAGS), KIPC_OK);
    assert_result(write_at(m, handle, 0, &byte, 1), KIPC_OK);
    uintptr_t address = map_region(m, m->first, handle, MAP_RW);
    assert_result(kipc_region_set_flags(m->kernel, m->first, handle, KIPC_PAGE_USER | KIPC_PAGE_EXECUTABLE),
                  KIPC_E_BUSY);
    assert_int_equal(kipc_region_unmap(m->kernel, m->first, address), 0);
    assert_result(kipc_region_set_flags(m->kernel, m->first, handle, KIPC_PAGE_USER | KIPC_PAGE_EXECUTABLE), KIPC_OK);
    assert_result(write_at(m, handle, 0, &byte, 1), KIPC_E_ACCES);
    address = map_region(m, m->first, handle, MAP_RO | KIPC_MAP_EXECUTE);
    assert_result(kipc_memory_fault(m->kernel, m->first, address, KIPC_ACCESS_EXECUTE), KIPC_OK);
    assert_int_equal(fake_access(&m->fake, m->kernel, m->first, address, &byte, 1, KIPC_ACCESS_EXECUTE), KIPC_OK);
}

/* A device that copies what a list says. */
static void transfer(const struct kipc_stretch *list, int count, uint8_t *bytes, bool is_written)
{
    for (int i = 0; i < count; i++) {
        uint8_t *there = (uint8_t *)list[i].physical; /* a pointer, as the test's pages are */
        memcpy(is_written ? there : bytes, is_written ? bytes : there, list[i].bytes);
        bytes += list[i].bytes;
    }
}

static void test_VER_ZC_01_pages_that_are_not_side_by_side(void **state)
{
    struct memory_fixture *m = *state;
    struct kipc_stretch list[16];
    static uint8_t data[5 * 4096];
    static uint8_t copy[5 * 4096];
    for (size_t i = 0; i < sizeof(data); i++) {
        data[i] = (uint8_t)(i ^ i >> 8);
    }
    for (uint32_t stride = 1; stride <= 3; stride++) {
        m->fake.stride = stride;
        kipc_handle_t handle = attached(m, sizeof(data));
        struct kipc_scatter scatter = {.offset = 100, .length = 17000, .bytes_max = 1u << 20};
        assert_result(write_at(m, handle, 0, data, sizeof(data)), KIPC_OK);
        int count = kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, COUNT_OF(list));
        assert_int_equal(count, stride == 1 ? 1 : 5);
        transfer(list, count, copy, false);
        assert_memory_equal(copy, data + 100, 17000);
        scatter.bytes_max = 2048; /* what the device can take */
        scatter.is_written = true;
        count = kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, COUNT_OF(list));
        assert_true(count >= 9);
        for (int i = 0; i < count; i++) {
            assert_true(list[i].bytes >= 1 && list[i].bytes <= 2048);
        }
        memset(copy, 0x5A, sizeof(copy));
        transfer(list, count, copy, true);
        assert_result(read_at(m, handle, 0, copy, sizeof(copy)), KIPC_OK);
        for (size_t i = 0; i < sizeof(copy); i++) {
            assert_int_equal(copy[i], i >= 100 && i < 17100 ? 0x5A : data[i]);
        }
        assert_result(kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, (uint32_t)count), count);
        assert_result(kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, (uint32_t)count - 1),
                      KIPC_E_NOSPC);
        assert_result(kipc_handle_close(m->kernel, m->first, handle), KIPC_OK);
    }
}

static void test_VER_ZC_01_rights_of_a_list(void **state)
{
    struct memory_fixture *m = *state;
    kipc_handle_t handle = attached(m, 8192);
    kipc_handle_t reader = give_region(m, handle, KIPC_RIGHT_MAP);
    struct kipc_stretch list[4];
    struct kipc_scatter scatter = {.offset = 0, .length = 8192, .bytes_max = 4096};
    assert_result(kipc_region_scatter(m->kernel, m->second, reader, &scatter, list, 4), KIPC_E_STATE);
    assert_result(kipc_region_attach(m->kernel, m->second, reader, NULL), KIPC_OK);
    assert_result(kipc_region_scatter(m->kernel, m->second, reader, &scatter, list, 4), 2);
    scatter.is_written = true;
    assert_result(kipc_region_scatter(m->kernel, m->second, reader, &scatter, list, 4), KIPC_E_ACCES);
    scatter.length = 8193;
    assert_result(kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, 4), KIPC_E_RANGE);
    scatter.length = 0;
    assert_result(kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, 4), KIPC_E_INVAL);
    scatter.length = 1;
    scatter.bytes_max = 0;
    assert_result(kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, 4), KIPC_E_INVAL);
    assert_result(kipc_region_scatter(m->kernel, m->first, handle, &scatter, NULL, 4), KIPC_E_INVAL);
    assert_result(kipc_region_scatter(m->kernel, m->first, handle, NULL, list, 4), KIPC_E_INVAL);
    /* A device that writes must not write what others have too. */
    kipc_handle_t shared;
    uint8_t before = 3;
    uint8_t after = 0;
    assert_result(write_at(m, handle, 5000, &before, 1), KIPC_OK);
    assert_result(kipc_region_share(m->kernel, m->first, handle, &shared), KIPC_OK);
    assert_result(kipc_region_attach(m->kernel, m->first, shared, NULL), KIPC_OK);
    scatter = (struct kipc_scatter){.offset = 0, .length = 8192, .bytes_max = 8192, .is_written = true};
    int count = kipc_region_scatter(m->kernel, m->first, handle, &scatter, list, 4);
    assert_true(count > 0);
    static uint8_t written[8192];
    memset(written, 9, sizeof(written));
    transfer(list, count, written, true);
    assert_result(read_at(m, shared, 5000, &after, 1), KIPC_OK);
    assert_int_equal(after, 3);
    assert_result(read_at(m, handle, 5000, &after, 1), KIPC_OK);
    assert_int_equal(after, 9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(test_MOS_SM_10_what_is_written_is_read),
        MEMORY_TEST(test_MOS_SM_10_outside_of_the_region_nothing_is_touched),
        MEMORY_TEST(test_MOS_SM_03_a_reader_cannot_write),
        MEMORY_TEST(test_MOS_SM_04_atomic_cells),
        MEMORY_TEST(test_a_region_that_is_not_writable),
        MEMORY_TEST(test_VER_ZC_01_pages_that_are_not_side_by_side),
        MEMORY_TEST(test_VER_ZC_01_rights_of_a_list),
    };
    return cmocka_run_group_tests_name("region access", tests, NULL, NULL);
}
