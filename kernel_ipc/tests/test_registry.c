/* SPDX-License-Identifier: MIT */
/* The registry: names in constant time, readers without a lock, entries that nobody reads before they serve again. */
#include "kernel_fixture.h"
#include "registry_fixture.h"
#include <kipc/registry.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* Every name is found in its own place: by one comparison, whichever it is and however many there are. */
static void test_VER_CH_06_VR4_ST_05_every_name_by_one_comparison_at_1000_as_at_10(void **state)
{
    (void)state;
    struct registry_fixture f;
    registry_set_up(&f, 1024, 1);
    for (uint32_t i = 1; i <= 1024; i++) {
        struct kipc_name name = name_of(i, 3);
        assert_result(kipc_registry_add(&f.registry, &name, i), KIPC_OK);
        for (uint32_t other = 1; other <= i; other += i == 10 || i == 1000 || i == 1024 ? 1 : i) {
            name = name_of(other, 3);
            assert_int_equal(registry_look_up(&f, &name), other);
            assert_int_equal(kipc_registry_find(&f.registry, &name), other);
        }
    }
    assert_int_equal(f.registry.probes_peak, 1);
    assert_int_equal(f.registry.crowded, 0);
    assert_true(f.registry.moves > 100); /* places are not so many that names would never meet */
    struct kipc_name more = name_of(1025, 3);
    assert_result(kipc_registry_add(&f.registry, &more, 1), KIPC_E_NOSPC);
    struct kipc_name again = name_of(7, 3);
    assert_result(kipc_registry_add(&f.registry, &again, 1), KIPC_E_EXIST);
    aligned_memory_free(f.memory);
}

static void test_VR4_ST_05_names_and_what_is_none(void **state)
{
    (void)state;
    struct registry_fixture f;
    struct kipc_name name;
    static const char *const bad[] = {"", " ", "a b", "12345678901234567890123456789012", "\x7f", "a\n"};
    registry_set_up(&f, 4, 1);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_result(kipc_name_set_up(&name, bad[i], 0), KIPC_E_INVAL);
    }
    assert_result(kipc_name_set_up(&name, "a", 256), KIPC_E_INVAL);
    assert_result(kipc_name_set_up(&name, NULL, 0), KIPC_E_INVAL);
    assert_result(kipc_name_set_up(&name, "1234567890123456789012345678901", 255), KIPC_OK);
    assert_result(kipc_registry_add(&f.registry, &name, 0), KIPC_E_INVAL);
    assert_result(kipc_registry_add(&f.registry, &name, 9), KIPC_OK);
    assert_int_equal(registry_look_up(&f, &name), 9);
    struct kipc_name other = name_of(1, 1);
    struct kipc_name same_text = name_of(1, 2);
    assert_result(kipc_registry_add(&f.registry, &other, 1), KIPC_OK);
    assert_int_equal(registry_look_up(&f, &same_text), 0);
    assert_result(kipc_registry_remove(&f.registry, &same_text), KIPC_E_NOTFOUND);
    assert_result(kipc_registry_remove(&f.registry, &name), KIPC_OK);
    assert_int_equal(registry_look_up(&f, &name), 0);
    assert_int_equal(f.registry.used, 1);
    assert_null(kipc_registry_place(&f.registry, 1));
    aligned_memory_free(f.memory);
    assert_int_equal(kipc_registry_bytes(0, 1), 0);
    assert_int_equal(kipc_registry_bytes(1, 0), 0);
    assert_int_equal(kipc_registry_bytes(65536, 1), 0);
    assert_result(kipc_registry_set_up(&f.registry, NULL, 64, 1, 1), KIPC_E_INVAL);
    alignas(64) static uint8_t memory[64];
    assert_result(kipc_registry_set_up(&f.registry, memory, 64, 1, 1), KIPC_E_NOSPC);
    assert_result(kipc_registry_set_up(&f.registry, memory + 8, 64, 1, 1), KIPC_E_INVAL);
}

static void test_VER_PF_05_an_entry_waits_for_its_readers(void **state)
{
    (void)state;
    struct registry_fixture f;
    registry_set_up(&f, 2, 2);
    struct kipc_registry_reader *early = kipc_registry_place(&f.registry, 0);
    struct kipc_registry_reader *late = kipc_registry_place(&f.registry, 1);
    struct kipc_name names[3] = {name_of(1, 0), name_of(2, 0), name_of(3, 0)};
    assert_result(kipc_registry_add(&f.registry, &names[0], 1), KIPC_OK);
    assert_result(kipc_registry_add(&f.registry, &names[1], 2), KIPC_OK);
    kipc_registry_read_begin(&f.registry, early);
    const struct kipc_registry_entry *entry = kipc_registry_read(&f.registry, &names[0]);
    assert_non_null(entry);
    assert_result(kipc_registry_remove(&f.registry, &names[0]), KIPC_OK);
    kipc_registry_read_begin(&f.registry, late); /* after the removal: it does not count */
    assert_null(kipc_registry_read(&f.registry, &names[0]));
    assert_result(kipc_registry_add(&f.registry, &names[2], 3), KIPC_E_NOSPC);
    assert_int_equal(entry->id, 1); /* unchanged while it is read */
    assert_int_equal(f.registry.waiting, 1);
    kipc_registry_read_end(early);
    assert_result(kipc_registry_add(&f.registry, &names[2], 3), KIPC_OK);
    assert_int_equal(entry->id, 3);
    assert_int_equal(f.registry.waiting, 0);
    kipc_registry_read_end(late);
    /* Epochs are compared modulo 2^32. */
    f.registry.epoch = UINT32_MAX;
    kipc_registry_read_begin(&f.registry, early);
    assert_result(kipc_registry_remove(&f.registry, &names[2]), KIPC_OK);
    assert_int_equal(f.registry.epoch, 1);
    assert_result(kipc_registry_add(&f.registry, &names[0], 4), KIPC_E_NOSPC);
    kipc_registry_read_end(early);
    assert_result(kipc_registry_add(&f.registry, &names[0], 4), KIPC_OK);
    aligned_memory_free(f.memory);
}

/*
 * The torture test: readers hold on to entries while a writer removes and adds names as fast as it can, with hardly
 * more entries than names. An entry's id says which name it serves; as long as its reader has not finished, it must not
 * change.
 */
#define TORTURE_NAMES 8u
#define TORTURE_STAYS 2u /* the first names are never removed: however the others move, they are found */
#define TORTURE_READERS 3u
#define TORTURE_ROUNDS 60000u

struct torture {
    struct registry_fixture f;
    struct kipc_name names[TORTURE_NAMES];
    atomic_bool stop;
    atomic_uint wrong;
    atomic_uint found;
};

struct torture_reader {
    struct torture *torture;
    uint32_t number;
    pthread_t thread;
};

static void *torture_reader(void *context)
{
    const struct torture_reader *self = context;
    struct torture *torture = self->torture;
    struct kipc_registry *registry = &torture->f.registry;
    struct kipc_registry_reader *place = kipc_registry_place(registry, self->number);
    struct random_numbers random = {.state = self->number + 1};
    while (!atomic_load(&torture->stop)) {
        uint32_t which = (uint32_t)(random_next(&random) % TORTURE_NAMES);
        kipc_registry_read_begin(registry, place);
        const struct kipc_registry_entry *entry = kipc_registry_read(registry, &torture->names[which]);
        if (entry == NULL && which < TORTURE_STAYS) {
            atomic_fetch_add(&torture->wrong, 1);
        }
        if (entry != NULL) {
            uint32_t id = entry->id;
            bool is_right = id % TORTURE_NAMES == which;
            if (random_next(&random) % 4 == 0) {
                sched_yield(); /* gives the writer time to do harm */
            }
            is_right = is_right && *(const volatile uint32_t *)&entry->id == id &&
                       entry->words[0] == torture->names[which].words[0] &&
                       entry->words[1] == torture->names[which].words[1];
            atomic_fetch_add(is_right ? &torture->found : &torture->wrong, 1);
        }
        kipc_registry_read_end(place);
    }
    return NULL;
}

static void test_VER_PF_05_torture(void **state)
{
    (void)state;
    static struct torture torture;
    struct torture_reader readers[TORTURE_READERS];
    registry_set_up(&torture.f, TORTURE_NAMES, TORTURE_READERS);
    for (uint32_t i = 0; i < TORTURE_NAMES; i++) {
        torture.names[i] = name_of(i, 0);
    }
    for (uint32_t i = 0; i < TORTURE_STAYS; i++) {
        assert_result(kipc_registry_add(&torture.f.registry, &torture.names[i], TORTURE_NAMES + i), KIPC_OK);
    }
    for (uint32_t i = 0; i < TORTURE_READERS; i++) {
        readers[i] = (struct torture_reader){.torture = &torture, .number = i};
        assert_int_equal(pthread_create(&readers[i].thread, NULL, torture_reader, &readers[i]), 0);
    }
    struct random_numbers random = {.state = 99};
    uint32_t refused = 0;
    uint32_t reused = 0;
    bool is_there[TORTURE_NAMES] = {false};
    for (uint32_t round = 1; round <= TORTURE_ROUNDS || atomic_load(&torture.found) < 1000; round++) {
        uint32_t which = TORTURE_STAYS + (uint32_t)(random_next(&random) % (TORTURE_NAMES - TORTURE_STAYS));
        if (is_there[which]) {
            assert_result(kipc_registry_remove(&torture.f.registry, &torture.names[which]), KIPC_OK);
            is_there[which] = false;
            continue;
        }
        int result = kipc_registry_add(&torture.f.registry, &torture.names[which], round * TORTURE_NAMES + which);
        is_there[which] = result == KIPC_OK;
        refused += result == KIPC_E_NOSPC ? 1 : 0;
        reused += result == KIPC_OK ? 1 : 0;
        if (result == KIPC_E_NOSPC) {
            sched_yield();
        }
    }
    atomic_store(&torture.stop, true);
    for (uint32_t i = 0; i < TORTURE_READERS; i++) {
        assert_int_equal(pthread_join(readers[i].thread, NULL), 0);
    }
    assert_int_equal(atomic_load(&torture.wrong), 0);
    assert_true(reused > 1000);
    print_message("%u times found, %u times added, %u times waited for readers\n", atomic_load(&torture.found), reused,
                  refused);
    aligned_memory_free(torture.f.memory);
}

static void test_VER_PF_05_objects_are_looked_up_without_the_lock(void **state)
{
    struct kernel_fixture *f = *state;
    kipc_handle_t handle;
    struct kipc_name name;
    uint32_t id = 0;
    uint32_t expected;
    assert_result(kipc_semaphore_create(&f->kernel, f->first, 0, 1, KIPC_WAIT_FIFO, &handle), KIPC_OK);
    assert_result(kipc_object_set_name(&f->kernel, f->first, handle, "gate", KIPC_RIGHT_SEND), KIPC_OK);
    assert_result(kipc_object_id(&f->kernel, f->first, handle, &expected), KIPC_OK);
    assert_result(kipc_name_set_up(&name, "gate", KIPC_TABLE_SEMAPHORE), KIPC_OK);
    unsigned int locks = f->mock.locks;
    for (int i = 0; i < 1000; i++) {
        assert_result(kipc_object_look_up(&f->kernel, &name, &id), KIPC_OK);
        assert_int_equal(id, expected);
    }
    assert_int_equal(f->mock.locks, locks);
    assert_result(kipc_object_unlink(&f->kernel, f->first, KIPC_TABLE_SEMAPHORE, "gate"), KIPC_OK);
    assert_result(kipc_object_look_up(&f->kernel, &name, &id), KIPC_E_NOTFOUND);
    assert_result(kipc_object_look_up(&f->kernel, NULL, &id), KIPC_E_INVAL);
}

static void test_MOS_LM_05_1024_names_and_no_more(void **state)
{
    (void)state;
    struct mock_scheduler mock;
    struct kipc_kernel kernel = {0};
    struct kipc_limits limits = kipc_limits_host();
    struct kipc_process_config process = kipc_process_config_default();
    limits.tables[KIPC_TABLE_SEMAPHORE] = 1025;
    size_t bytes = kipc_kernel_bytes(&limits);
    void *memory = aligned_memory(bytes);
    static kipc_handle_t handles[1025];
    char text[16];
    kipc_pid_t pid;
    mock_set_up(&mock);
    assert_result(kipc_kernel_set_up(&kernel, &mock.port, &mock.scheduler, &limits, memory, bytes), KIPC_OK);
    assert_result(kipc_process_register(&kernel, &process, &pid), KIPC_OK);
    for (uint32_t i = 0; i < 1025; i++) {
        (void)snprintf(text, sizeof(text), "pipe-%u", i);
        assert_result(kipc_semaphore_create(&kernel, pid, 0, 1, KIPC_WAIT_FIFO, &handles[i]), KIPC_OK);
        assert_result(kipc_object_set_name(&kernel, pid, handles[i], text, KIPC_RIGHT_SEND),
                      i < 1024 ? KIPC_OK : KIPC_E_NOSPC);
    }
    for (uint32_t i = 0; i < 1024; i++) {
        struct kipc_name name;
        uint32_t id;
        uint32_t expected;
        (void)snprintf(text, sizeof(text), "pipe-%u", i);
        assert_result(kipc_name_set_up(&name, text, KIPC_TABLE_SEMAPHORE), KIPC_OK);
        assert_result(kipc_object_look_up(&kernel, &name, &id), KIPC_OK);
        assert_result(kipc_object_id(&kernel, pid, handles[i], &expected), KIPC_OK);
        assert_int_equal(id, expected);
    }
    assert_true(kernel.name_probes_peak <= 6);
    /* One goes, one comes. */
    assert_result(kipc_object_unlink(&kernel, pid, KIPC_TABLE_SEMAPHORE, "pipe-7"), KIPC_OK);
    assert_result(kipc_object_set_name(&kernel, pid, handles[1024], "pipe-1024", KIPC_RIGHT_SEND), KIPC_OK);
    assert_result(kipc_process_exit(&kernel, pid), KIPC_OK);
    for (uint32_t i = 0; i < 1025; i++) {
        (void)snprintf(text, sizeof(text), "pipe-%u", i);
        (void)(kipc_process_register(&kernel, &process, &pid) == KIPC_OK);
        int result = kipc_object_unlink(&kernel, pid, KIPC_TABLE_SEMAPHORE, text);
        assert_result(result, i == 7 ? KIPC_E_NOTFOUND : KIPC_OK);
        assert_result(kipc_process_exit(&kernel, pid), KIPC_OK);
    }
    assert_result(kipc_kernel_tear_down(&kernel), KIPC_OK);
    mock_tear_down(&mock);
    aligned_memory_free(memory);
}

int main(void)
{
#define WITH_KERNEL(test) cmocka_unit_test_setup_teardown(test, kernel_fixture_set_up, kernel_fixture_tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_VER_CH_06_VR4_ST_05_every_name_by_one_comparison_at_1000_as_at_10),
        cmocka_unit_test(test_VR4_ST_05_names_and_what_is_none),
        cmocka_unit_test(test_VER_PF_05_an_entry_waits_for_its_readers),
        cmocka_unit_test(test_VER_PF_05_torture),
        WITH_KERNEL(test_VER_PF_05_objects_are_looked_up_without_the_lock),
        cmocka_unit_test(test_MOS_LM_05_1024_names_and_no_more),
    };
    return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
