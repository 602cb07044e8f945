/* SPDX-License-Identifier: MIT */
/*
 * A port that does nothing, on a machine without an operating system and without any library: it is linked with the
 * core and never run. What the core needs from below is what stands here, and not one symbol more.
 */
#include <kipc/channel.h>
#include <kipc/mapping.h>

#define MEMORY_BYTES (256u * 1024u)

static uint32_t stub_number(void *context)
{
    (void)context;
    return 0;
}

static uint64_t stub_clock(void *context)
{
    (void)context;
    return 0;
}

static int stub_block(void *context, uint64_t deadline)
{
    (void)context;
    (void)deadline;
    return KIPC_E_TIMEDOUT;
}

static void stub_wake(void *context, uint32_t thread)
{
    (void)context;
    (void)thread;
}

static void stub_nothing(void *context)
{
    (void)context;
}

static uint32_t stub_read(void *context, uintptr_t address)
{
    (void)context;
    (void)address;
    return 0;
}

static void stub_write(void *context, uintptr_t address, uint32_t value)
{
    (void)context;
    (void)address;
    (void)value;
}

static const struct kipc_port_ops port_ops = {
    .current = stub_number,
    .block = stub_block,
    .wake = stub_wake,
    .relax = stub_nothing,
    .ticks = stub_clock,
    .cycles = stub_clock,
    .io_read32 = stub_read,
    .io_write32 = stub_write,
    .fence_to_device = stub_nothing,
    .fence_from_device = stub_nothing,
};

static uintptr_t stub_lock(void *context)
{
    (void)context;
    return 0;
}

static void stub_unlock(void *context, uintptr_t state)
{
    (void)context;
    (void)state;
}

static void stub_priority(void *context, uint32_t thread, uint8_t priority)
{
    (void)context;
    (void)thread;
    (void)priority;
}

static const struct kipc_scheduler_ops scheduler_ops = {
    .lock = stub_lock, .unlock = stub_unlock, .set_priority = stub_priority};

static int stub_page(void *context, uint32_t node, uintptr_t *physical)
{
    (void)context;
    (void)node;
    (void)physical;
    return KIPC_E_NOMEM;
}

static void stub_free(void *context, uintptr_t physical)
{
    (void)context;
    (void)physical;
}

static void *stub_window(void *context, uintptr_t physical)
{
    (void)physical;
    return context;
}

static int stub_map(void *context, uint32_t space, uintptr_t address, uintptr_t physical, uint32_t flags)
{
    (void)physical;
    (void)flags;
    stub_unlock(context, address + space);
    return KIPC_E_NOMEM;
}

static int stub_unmap(void *context, uint32_t space, uintptr_t address)
{
    stub_unlock(context, address + space);
    return 0;
}

static void stub_protect(void *context, uint32_t space, uintptr_t address, uint32_t flags)
{
    (void)flags;
    stub_unlock(context, address + space);
}

static const struct kipc_memory_ops memory_ops = {
    .page_alloc = stub_page,
    .page_free = stub_free,
    .window = stub_window,
    .map = stub_map,
    .unmap = stub_unmap,
    .protect = stub_protect,
    .node_of = stub_number,
};

static struct {
    struct kipc_kernel kernel;
    struct kipc_memory memory;
    alignas(KIPC_CACHELINE) uint8_t tables[MEMORY_BYTES];
    alignas(KIPC_CACHELINE) uint8_t storage[MEMORY_BYTES];
} stub;

/* Where such a machine would begin. */
int kipc_stub_start(void);

int kipc_stub_start(void)
{
    static const struct kipc_port port = {.ops = &port_ops, .context = NULL, .spin_iterations = KIPC_SPIN_ONE_HART};
    static const struct kipc_scheduler scheduler = {.ops = &scheduler_ops, .context = NULL};
    static const struct kipc_memory_port pages = {
        .ops = &memory_ops, .context = NULL, .page_bytes = 4096, .space_first = 4096, .space_end = 1u << 30};
    const struct kipc_limits limits = kipc_limits_soc();
    const struct kipc_memory_limits memory = kipc_memory_limits_soc();
    int result = kipc_kernel_set_up(&stub.kernel, &port, &scheduler, &limits, stub.tables, MEMORY_BYTES);
    return result != KIPC_OK
               ? result
               : kipc_memory_set_up(&stub.kernel, &stub.memory, &pages, &memory, stub.storage, MEMORY_BYTES);
}
