/* SPDX-License-Identifier: MIT */
#include "world.h"
#include <kipc/capability.h>
#include <kipc/shared.h>
#include <string.h>

#define STEPS_MAX 400u
#define BLOCKS 48u
#define REQUESTS 4u
#define NAMES 3u
#define HANDLES 80u
#define PREEMPTIONS_MAX 3u

static uint32_t port_current(void *context)
{
    return ((struct world *)context)->current;
}

/* Some thread that can run, chosen by the input; the number of threads if all are blocked. */
static uint32_t runnable(struct world *world)
{
    uint32_t first = fuzz_below(&world->input, WORLD_THREADS);
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        uint32_t thread = (first + i) % WORLD_THREADS;
        if (!world->is_blocked[thread]) {
            return thread;
        }
    }
    return WORLD_THREADS;
}

bool world_goes_on(const struct world *world)
{
    return world->input.left > 0 && world->steps < STEPS_MAX;
}

/* Other steps may run in the middle of it, so what belongs to this one is put back at its end. */
static void step_as(struct world *world, uint32_t thread)
{
    uint32_t sections = world->sections;
    bool was_preempted = world->was_preempted;
    world->current = thread;
    world->steps += 1;
    world->sections = 0;
    world->was_preempted = false;
    world->step(world);
    FUZZ_REQUIRE(!world->is_locked);
    world_audit(world);
    world->sections = sections;
    world->was_preempted = was_preempted;
}

/* Between two sections of one call others come to run. The thread itself does not block: whoever wakes it is early. */
static void preempt(struct world *world)
{
    uint32_t self = world->current;
    bool is_first = world->sections == 0 || world->steps == 0;
    world->sections += 1;
    if (is_first || world->depth == PREEMPTIONS_MAX || !world_goes_on(world) || fuzz_below(&world->input, 8) != 0) {
        return;
    }
    world->depth += 1;
    world->is_blocked[self] = true;
    for (uint32_t left = 1 + fuzz_below(&world->input, 3); left > 0 && world_goes_on(world); left--) {
        uint32_t thread = runnable(world);
        if (thread != WORLD_THREADS) {
            step_as(world, thread);
        }
    }
    world->is_blocked[self] = false;
    world->current = self;
    world->was_preempted = true;
    world->depth -= 1;
}

void world_end_wait(struct world *world, uint32_t thread)
{
    int result = kipc_thread_cancel(&world->kernel, thread);
    if (result == KIPC_OK || world->has_token[thread]) {
        return; /* here, or just before, by a step that came in between */
    }
    const struct kipc_process *process = world->kernel.threads[thread].process;
    FUZZ_REQUIRE(result == KIPC_E_STATE && process != NULL);
    kipc_pid_t pid = kipc_table_id(&world->kernel.tables[KIPC_TABLE_PROCESS], process);
    FUZZ_REQUIRE(kipc_process_exit(&world->kernel, pid) == KIPC_OK || world->has_token[thread]);
}

static int port_block(void *context, uint64_t deadline)
{
    struct world *world = context;
    uint32_t self = world->current;
    FUZZ_REQUIRE(!world->is_locked && self < WORLD_THREADS && !world->is_blocked[self]);
    world->is_blocked[self] = true;
    while (!world->has_token[self] && world_goes_on(world)) {
        uint32_t thread = runnable(world);
        if (thread == WORLD_THREADS || fuzz_below(&world->input, 16) == 0) {
            break; /* everybody waits, or time passes */
        }
        step_as(world, thread);
    }
    world->current = self;
    if (!world->has_token[self] && deadline == KIPC_FOREVER) {
        world_end_wait(world, self);
        FUZZ_REQUIRE(world->has_token[self]); /* whoever ends a wait wakes the thread */
    }
    world->is_blocked[self] = false;
    if (world->has_token[self]) {
        world->has_token[self] = false;
        return KIPC_OK;
    }
    world->now = world->now < deadline ? deadline : world->now;
    return KIPC_E_TIMEDOUT;
}

static void port_wake(void *context, uint32_t thread)
{
    struct world *world = context;
    FUZZ_REQUIRE(thread < WORLD_THREADS);
    world->has_token[thread] = true;
}

static void port_nothing(void *context)
{
    (void)context;
}

static uint64_t port_ticks(void *context)
{
    struct world *world = context;
    return world->now;
}

static uint32_t port_read(void *context, uintptr_t address)
{
    (void)context;
    (void)address;
    return 0;
}

static void port_write(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    (void)address;
    (void)value;
}

static uintptr_t section_lock(void *context)
{
    struct world *world = context;
    FUZZ_REQUIRE(!world->is_locked); /* sections never nest */
    preempt(world);
    world->is_locked = true;
    return 0x5ec7;
}

static void section_unlock(void *context, uintptr_t state)
{
    struct world *world = context;
    FUZZ_REQUIRE(world->is_locked && state == 0x5ec7);
    world->is_locked = false;
}

static void section_priority(void *context, uint32_t thread, uint8_t priority)
{
    struct world *world = context;
    (void)priority;
    FUZZ_REQUIRE(world->is_locked && thread < WORLD_THREADS);
}

static const struct kipc_port_ops port_ops = {
    .current = port_current,
    .block = port_block,
    .wake = port_wake,
    .relax = port_nothing,
    .ticks = port_ticks,
    .cycles = port_ticks,
    .io_read32 = port_read,
    .io_write32 = port_write,
    .fence_to_device = port_nothing,
    .fence_from_device = port_nothing,
};

static const struct kipc_scheduler_ops scheduler_ops = {
    .lock = section_lock, .unlock = section_unlock, .set_priority = section_priority};

static void transport_kick(void *context, uint32_t port)
{
    struct world *world = context;
    FUZZ_REQUIRE(!world->is_locked && port < KIPC_CFG_PORTS_MAX);
    if (world->kicked != NULL) {
        world->kicked(world, port);
    }
}

static void transport_room(void *context, uint32_t port)
{
    struct world *world = context;
    FUZZ_REQUIRE(!world->is_locked && port < KIPC_CFG_PORTS_MAX);
}

static void transport_parted(void *context, uint32_t port)
{
    struct world *world = context;
    FUZZ_REQUIRE(world->is_locked && port < KIPC_CFG_PORTS_MAX);
}

static const struct kipc_transport_ops transport_ops = {
    .kick = transport_kick, .room = transport_room, .parted = transport_parted};

static void *lines(size_t bytes)
{
    void *memory = aligned_alloc(KIPC_CACHELINE, (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE);
    FUZZ_REQUIRE(bytes > 0 && memory != NULL);
    memset(memory, 0xA5, bytes); /* nothing may rely on cleared memory */
    return memory;
}

/* Fewer pages, tables and mappings than the regions want, so that each runs out. */
static void open_memory(struct world *world)
{
    static const struct kipc_memory_limits limits = {
        .pages = WORLD_PAGES - 2, .frame_tables = 5, .mappings = 10, .region_bytes = WORLD_REGION_BYTES};
    size_t bytes = kipc_memory_bytes(&limits);
    world->storage = lines(bytes);
    world->pages = lines(WORLD_PAGES * WORLD_PAGE_BYTES);
    fake_memory_set_up(&world->port_memory, WORLD_PAGE_BYTES, world->pages, world->taken, WORLD_PAGES, world->mapped,
                       WORLD_MAPPED);
    FUZZ_REQUIRE(kipc_memory_set_up(&world->kernel, &world->shared, &world->port_memory.port, &limits, world->storage,
                                    bytes) == KIPC_OK);
}

static void close_memory(struct world *world)
{
    FUZZ_REQUIRE(kipc_memory_tear_down(&world->kernel) == KIPC_OK);
    FUZZ_REQUIRE(world->port_memory.taken_count == 0 && world->shared.mappings_used == 0);
    FUZZ_REQUIRE(world->shared.frames_used == 0 && world->shared.pages_mapped == 0);
    free(world->storage);
    free(world->pages);
}

void world_open(struct world *world, const uint8_t *bytes, size_t count)
{
    static const uint8_t key[KIPC_CAPABILITY_KEY_BYTES] = "not in the input";
    memset(world, 0, sizeof(*world));
    world->input = (struct fuzz_input){bytes, count};
    world->now = 1;
    world->port = (struct kipc_port){.ops = &port_ops, .context = world};
    world->scheduler = (struct kipc_scheduler){.ops = &scheduler_ops, .context = world};
    struct kipc_limits limits = kipc_limits_soc();
    limits.threads = WORLD_THREADS;
    limits.blocks = BLOCKS;
    limits.requests = REQUESTS;
    limits.names = NAMES;
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        limits.tables[i] = WORLD_OBJECTS;
    }
    limits.tables[KIPC_TABLE_HANDLE] = HANDLES;
    size_t size = kipc_kernel_bytes(&limits);
    world->memory = lines(size);
    FUZZ_REQUIRE(kipc_kernel_set_up(&world->kernel, &world->port, &world->scheduler, &limits, world->memory, size) ==
                 KIPC_OK);
    FUZZ_REQUIRE(kipc_kernel_set_capability_key(&world->kernel, key) == KIPC_OK);
    open_memory(world);
    world->transport = (struct kipc_transport){.ops = &transport_ops, .context = world, .payload_max = 300};
    FUZZ_REQUIRE(kipc_route_add(&world->kernel, 0, &world->transport) == KIPC_OK);
    for (uint32_t i = 0; i < WORLD_PROCESSES; i++) {
        struct kipc_process_config config = kipc_process_config_default();
        config.user = i;
        config.group = i / 2;
        if (i == 1) { /* one process with narrow shares */
            config.limits[KIPC_QUOTA_HANDLES] = 6;
            config.limits[KIPC_QUOTA_OBJECTS] = 4;
            config.limits[KIPC_QUOTA_CHANNELS] = 2;
            config.limits[KIPC_QUOTA_BYTES] = 1024;
            config.limits[KIPC_QUOTA_MESSAGES] = 3;
            config.limits[KIPC_QUOTA_PAGES] = 7;
        }
        FUZZ_REQUIRE(kipc_process_register(&world->kernel, &config, &world->pids[i]) == KIPC_OK);
    }
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        FUZZ_REQUIRE(kipc_thread_attach(&world->kernel, world->pids[i % WORLD_PROCESSES], i, (uint8_t)(10 * i)) ==
                     KIPC_OK);
    }
}

void world_run(struct world *world)
{
    while (world_goes_on(world)) {
        step_as(world, runnable(world));
    }
}

/* What has a name outlives its processes; somebody of its creator's user takes the name away. */
static void unlink_all(struct world *world)
{
    struct kipc_kernel *kernel = &world->kernel;
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < KIPC_TABLE_COUNT; table++) {
        for (uint32_t i = 0; i < kernel->tables[table].capacity; i++) {
            const struct kipc_object *object = kipc_table_at(&kernel->tables[table], i);
            if (object == NULL || object->details->name[0] == '\0') {
                continue; /* none, or on its way in a message to one that has a name */
            }
            struct kipc_process_config config = kipc_process_config_default();
            char name[KIPC_CFG_NAME_MAX + 1];
            kipc_pid_t pid;
            memcpy(name, object->details->name, sizeof(name));
            config.user = object->details->user;
            FUZZ_REQUIRE(kipc_process_register(kernel, &config, &pid) == KIPC_OK);
            FUZZ_REQUIRE(kipc_object_unlink(kernel, pid, (enum kipc_table_id)table, name) == KIPC_OK);
            FUZZ_REQUIRE(kipc_process_exit(kernel, pid) == KIPC_OK);
        }
    }
}

void world_close(struct world *world)
{
    struct kipc_counts counts;
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        FUZZ_REQUIRE(!world->is_blocked[i] && world->kernel.threads[i].state == KIPC_THREAD_RUNNING);
    }
    for (uint32_t i = 0; i < WORLD_PROCESSES; i++) {
        int result = kipc_process_exit(&world->kernel, world->pids[i]);
        FUZZ_REQUIRE(result == KIPC_OK || result == KIPC_E_SRCH);
        world_audit(world);
    }
    unlink_all(world);
    FUZZ_REQUIRE(kipc_counts(&world->kernel, &counts) == KIPC_OK);
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        FUZZ_REQUIRE(counts.used[i] == 0);
    }
    FUZZ_REQUIRE(counts.blocks_used == 0 && counts.blocks_reserved == 0);
    for (uint32_t i = 0; i < WORLD_THREADS; i++) {
        FUZZ_REQUIRE(world->kernel.threads[i].owned == NULL);
    }
    close_memory(world);
    FUZZ_REQUIRE(kipc_kernel_tear_down(&world->kernel) == KIPC_OK);
    free(world->memory);
}
