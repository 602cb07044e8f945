/* SPDX-License-Identifier: MIT */
#include "peer.h"
#include <kipc/error.h>
#include <kipc/ring.h>
#include <string.h>

static uint32_t port_current(void *context)
{
    (void)context;
    return 0;
}

static int port_block(void *context, uint64_t deadline)
{
    struct peer_port *port = context;
    FUZZ_REQUIRE(deadline != KIPC_FOREVER);
    port->now = port->now < deadline ? deadline : port->now;
    return KIPC_E_TIMEDOUT;
}

static void port_wake(void *context, uint32_t thread)
{
    (void)context;
    (void)thread; /* whatever a peer claims; a port ignores what it does not know */
}

static void port_nothing(void *context)
{
    (void)context;
}

static uint64_t port_ticks(void *context)
{
    return ((struct peer_port *)context)->now;
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

int64_t peer_check(int64_t result)
{
    FUZZ_REQUIRE(result >= INT32_MIN && (result >= 0 || kipc_error_promise((int)result) != kipc_error_promise(1)));
    return result;
}

void peer_port_set_up(struct peer_port *port)
{
    *port = (struct peer_port){.port = {.ops = &port_ops, .context = port, .fence_all = port_nothing}, .now = 1};
}

void peer_corrupt(struct fuzz_input *input, uint8_t *memory, size_t bytes)
{
    size_t place = (size_t)(fuzz_word(input, 2) * 4 % bytes);
    uint32_t word;
    memcpy(&word, memory + place, sizeof(word));
    switch (fuzz_below(input, 4)) {
    case 0:
        word = (uint32_t)fuzz_word(input, 4);
        break;
    case 1:
        word += 1;
        break;
    case 2:
        word -= 1;
        break;
    default:
        word ^= UINT32_C(1) << fuzz_below(input, 32);
        break;
    }
    memcpy(memory + place, &word, sizeof(word));
}

uint8_t *peer_memory(size_t bytes)
{
    uint8_t *memory = aligned_alloc(KIPC_CACHELINE, (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE);
    FUZZ_REQUIRE(bytes > 0 && memory != NULL);
    return memory;
}
