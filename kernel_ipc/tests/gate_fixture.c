/* SPDX-License-Identifier: MIT */
#include "gate_fixture.h"
#include <stdlib.h>

static int copy_in(void *context, kipc_pid_t pid, void *destination, uintptr_t address, size_t bytes)
{
    struct gate_fixture *g = context;
    int result = g->inner.ops->copy_in(g->inner.context, pid, destination, address, bytes);
    assert_true(g->copy_count < COPIES_MAX);
    g->copies[g->copy_count].address = address;
    g->copies[g->copy_count].bytes = bytes;
    g->copy_count += 1;
    if (g->after_copy != NULL && result == KIPC_OK) {
        g->after_copy(g, address, bytes);
    }
    return result;
}

static int lend(void *context, kipc_pid_t pid, uintptr_t address, size_t bytes, enum kipc_user_access access,
                void **memory)
{
    struct gate_fixture *g = context;
    int result = g->inner.ops->lend(g->inner.context, pid, address, bytes, access, memory);
    g->lent += result == KIPC_OK;
    g->loans += result == KIPC_OK;
    return result;
}

static void give_back(void *context, kipc_pid_t pid, void *memory, size_t bytes, enum kipc_user_access access)
{
    struct gate_fixture *g = context;
    assert_true(g->lent > 0);
    g->lent -= 1;
    g->inner.ops->give_back(g->inner.context, pid, memory, bytes, access);
}

static const struct kipc_user_memory_ops ops = {.copy_in = copy_in, .lend = lend, .give_back = give_back};

static struct kipc_user_range range_of(kipc_pid_t pid, const void *memory, bool is_writable)
{
    return (struct kipc_user_range){
        .pid = pid, .is_writable = is_writable, .start = (uintptr_t)memory, .bytes = USER_BYTES};
}

int gate_fixture_set_up(void **state)
{
    struct gate_fixture *g = calloc(1, sizeof(*g));
    assert_non_null(g);
    void *memory_state = NULL;
    assert_int_equal(memory_fixture_set_up(&memory_state), 0);
    g->m = memory_state;
    g->f = g->m->base;
    g->writable = aligned_memory(USER_BYTES);
    g->readable = aligned_memory(USER_BYTES);
    g->foreign = aligned_memory(USER_BYTES);
    g->ranges[0] = range_of(g->f->first, g->writable, true);
    g->ranges[1] = range_of(g->f->first, g->readable, false);
    g->ranges[2] = range_of(g->f->second, g->foreign, true);
    g->list = (struct kipc_user_ranges){.ranges = g->ranges, .count = 3};
    g->inner = kipc_user_memory_of_ranges(&g->list);
    const struct kipc_user_memory memory = {.ops = &ops, .context = g};
    assert_result(kipc_gate_set_up(&g->gate, &g->f->kernel, &memory), KIPC_OK);
    assert_result(kipc_kernel_set_capability_key(&g->f->kernel, (const uint8_t *)"sixteen bytes..."), KIPC_OK);
    *state = g;
    return 0;
}

/* An object with a name outlives its process. */
static void forget_names(struct gate_fixture *g)
{
    static const char *const names[] = {"named", "fresh"};
    struct kipc_process_config config = kipc_process_config_default();
    kipc_pid_t pid;
    assert_result(kipc_process_register(&g->f->kernel, &config, &pid), KIPC_OK);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        int result = kipc_object_unlink(&g->f->kernel, pid, KIPC_TABLE_SEMAPHORE, names[i]);
        assert_true(result == KIPC_OK || result == KIPC_E_NOTFOUND);
    }
    assert_result(kipc_process_exit(&g->f->kernel, pid), KIPC_OK);
}

int gate_fixture_tear_down(void **state)
{
    struct gate_fixture *g = *state;
    forget_names(g);
    void *memory_state = g->m;
    int result = memory_fixture_tear_down(&memory_state);
    assert_int_equal(g->lent, 0);
    aligned_memory_free(g->writable);
    aligned_memory_free(g->readable);
    aligned_memory_free(g->foreign);
    free(g);
    return result;
}

void *user_memory(struct gate_fixture *g, size_t bytes)
{
    void *memory = g->writable + g->user_used;
    assert_true(g->user_used + bytes <= USER_BYTES);
    g->user_used += (uint32_t)((bytes + 7) / 8 * 8);
    memset(memory, 0, bytes);
    return memory;
}

void *user_copy(struct gate_fixture *g, const void *from, size_t bytes)
{
    void *memory = user_memory(g, bytes);
    memcpy(memory, from, bytes);
    return memory;
}

intptr_t gate_call(struct gate_fixture *g, kipc_pid_t pid, uintptr_t number, const uintptr_t *arguments)
{
    g->copy_count = 0;
    intptr_t result = kipc_syscall(&g->gate, pid, number, arguments);
    return result;
}

void take_snapshot(struct gate_fixture *g, struct kernel_snapshot *snapshot)
{
    struct kipc_limits limits = kipc_limits_soc();
    snapshot->bytes = kipc_kernel_bytes(&limits);
    snapshot->memory = malloc(snapshot->bytes);
    assert_non_null(snapshot->memory);
    memcpy(snapshot->memory, g->f->memory, snapshot->bytes);
    memcpy(&snapshot->kernel, &g->f->kernel, sizeof(snapshot->kernel));
    struct kipc_memory_limits shared = kipc_memory_limits_soc();
    snapshot->storage_bytes = kipc_memory_bytes(&shared);
    snapshot->storage = malloc(snapshot->storage_bytes);
    assert_non_null(snapshot->storage);
    memcpy(snapshot->storage, g->m->storage, snapshot->storage_bytes);
    memcpy(&snapshot->shared, &g->m->memory, sizeof(snapshot->shared));
}

bool is_as_in_snapshot(struct gate_fixture *g, const struct kernel_snapshot *snapshot)
{
    struct kipc_kernel now;
    memcpy(&now, &g->f->kernel, sizeof(now));
    now.lock_state = snapshot->kernel.lock_state;
    now.checks = snapshot->kernel.checks;
    now.name_probes_peak = snapshot->kernel.name_probes_peak;
    return memcmp(&now, &snapshot->kernel, sizeof(now)) == 0 &&
           memcmp(g->f->memory, snapshot->memory, snapshot->bytes) == 0 &&
           memcmp(&g->m->memory, &snapshot->shared, sizeof(snapshot->shared)) == 0 &&
           memcmp(g->m->storage, snapshot->storage, snapshot->storage_bytes) == 0;
}

void drop_snapshot(struct kernel_snapshot *snapshot)
{
    free(snapshot->memory);
    free(snapshot->storage);
}
