/* SPDX-License-Identifier: MIT */
/*
 * What shared memory needs from below: pages of memory, and the address spaces that they are mapped into.
 *
 *     const struct kipc_memory_port port = {&my_operations, &my_memory, 4096, space_first, space_end};
 *     result = kipc_memory_port_check(&port);
 *
 * When: whoever brings shared memory to a new system fills one in, besides a port (kipc/port.h). Kernel objects without
 * shared memory do without.
 * Memory: port and operations are the caller's, constant, and outlive the kernel's shared memory.
 * Concurrency: one operation at a time, inside of the critical section, but for window.
 * Cost: each must be bounded: they lengthen critical sections. Mapping and unmapping are called once a page.
 */
#ifndef KIPC_MEMORY_PORT_H
#define KIPC_MEMORY_PORT_H

#include <kipc/port.h>
#include <stddef.h>

/* Which node's memory: any of them. */
#define KIPC_NODE_ANY UINT32_MAX
/* That of the calling thread's hart. Not for page_alloc. */
#define KIPC_NODE_LOCAL (UINT32_MAX - 1)

/* What a page, or one mapping of it, allows. Reading is always allowed; writing and executing never together. */
enum kipc_page_flag {
    KIPC_PAGE_WRITABLE = 0x01,
    KIPC_PAGE_EXECUTABLE = 0x02,
    KIPC_PAGE_USER = 0x04, /* not only the kernel may access it */
    KIPC_PAGE_WRITE_THROUGH = 0x08,
    KIPC_PAGE_CACHE_DISABLED = 0x10,
    KIPC_PAGE_FLAGS = 0x1f /* all that are defined */
};

/*
 * The operations; all must be present, `context` is the port's own. All but `window` are called inside of the kernel's
 * critical section, so no two of them run at once, and each takes a bounded time that does not grow with the memory
 * that is in use. None may block or call back into the kernel.
 *
 * A space is named by the id of its process. Ids of processes that have ended do not come back; nothing is mapped in
 * the space of a process that has ended.
 */
struct kipc_memory_ops {
    /*
     * Takes a page of exactly this node's memory, or (KIPC_NODE_ANY) of any. Its content does not matter.
     * physical: receives its address as devices see it, aligned to the page size.
     * Returns KIPC_OK or KIPC_E_NOMEM.
     */
    int (*page_alloc)(void *context, uint32_t node, uintptr_t *physical);
    /* Takes it back. It is mapped nowhere any more. */
    void (*page_free)(void *context, uintptr_t physical);
    /* Where the kernel itself sees a page, for as long as the page is taken. At any time, any number of callers. */
    void *(*window)(void *context, uintptr_t physical);
    /*
     * Maps a page into a space, in the place of what was mapped there; from the return on all harts see it so.
     * flags: of enum kipc_page_flag.
     * Returns 0 if nothing was mapped there, 1 if something was; KIPC_E_NOMEM (no memory for the tables): nothing
     * changed.
     */
    int (*map)(void *context, uint32_t space, uintptr_t address, uintptr_t physical, uint32_t flags);
    /* Unmaps what is mapped at an address, if anything; all harts have forgotten it at the return. Returns how many
     * pages that were: 0 or 1. */
    int (*unmap)(void *context, uint32_t space, uintptr_t address);
    /* Changes the flags of what is mapped at an address, if anything, for all harts. */
    void (*protect)(void *context, uint32_t space, uintptr_t address, uint32_t flags);
    /* The node of the hart that the calling thread runs on; KIPC_NODE_ANY if memory is the same everywhere. */
    uint32_t (*node_of)(void *context);
};

/* The operations with what they work on, filled in by whoever brings shared memory to a system. */
struct kipc_memory_port {
    const struct kipc_memory_ops *ops;
    void *context;
    uint32_t page_bytes; /* a power of two, at least KIPC_CACHELINE */
    /* Where mappings may lie in a space: multiples of page_bytes, space_first > 0. */
    uintptr_t space_first;
    uintptr_t space_end; /* exclusive */
};

/*
 * Checks that a memory port is complete.
 * port: borrowed; may be NULL.
 * Returns KIPC_OK, or KIPC_E_INVAL if it, its table or an operation is missing, or a number is not allowed.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_memory_port_check(const struct kipc_memory_port *port);

/*
 * A hint that memory will be read soon. It is a macro so that it vanishes where a port has none: a build that has one
 * names a header in KIPC_PREFETCH_HEADER (with its quotes or angle brackets) that defines KIPC_PREFETCH(address).
 */
#ifdef KIPC_PREFETCH_HEADER
#include KIPC_PREFETCH_HEADER
#endif
#ifndef KIPC_PREFETCH
#define KIPC_PREFETCH(address) ((void)sizeof(address))
#endif

#endif
