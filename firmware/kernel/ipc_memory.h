/* SPDX-License-Identifier: MIT */
/*
 * kernel_ipc's shared memory on this SoC: pages of real RAM, and a real Sv39 page table for each process.
 *
 * What is real: map, unmap and protect write page-table entries, and the hart's own translation decides about each
 * access of ipc_memory_access, as it will about a process's: machine mode makes its loads and stores with the
 * privilege of user mode through the process's table (mstatus.MPRV), and a page fault goes to kipc_memory_fault.
 *
 * What waits for address spaces: threads run in machine mode, where no table holds them back. A thread that uses a
 * physical address itself is not checked, instructions are never fetched through a table, and KIPC_PAGE_WRITE_THROUGH
 * and KIPC_PAGE_CACHE_DISABLED are kept in the entry's software bits, where this SoC's harts ignore them.
 *
 * No translation outlives an access: each begins with sfence.vma, on its hart, with interrupts disabled. Who changes a
 * table waits until the other harts have left the access that they are in, so at the return of the port's operations
 * all harts see the change.
 */
#ifndef KERNEL_IPC_MEMORY_H
#define KERNEL_IPC_MEMORY_H

#include "soc/memory_map.h"
#include <kipc/memory.h>

#define IPC_PAGE_BYTES 4096u
/** Processes that may have something mapped at once. */
#define IPC_SPACES_MAX 8
/** Where a space begins, and what one table of the lowest level covers; a space is so many of them. */
#define IPC_SPACE_FIRST 0x1000000000ul
#define IPC_LEAF_BYTES 0x200000ul
#define IPC_LEAVES 8u

/* The mappings of a process. Its tables are pages of the pool, from the first mapping to the end of the last one. */
struct ipc_space {
    uint32_t pid;     /* KIPC_NO_ID: free */
    uint64_t *root;   /* level 2: one entry in use */
    uint64_t *middle; /* level 1: an entry for each leaf */
    uint32_t mapped;  /* pages */
};

/** Storage; the fields are the port's. `taken` may be read. */
struct ipc_memory {
    struct kipc_memory_port port;
    uint8_t *pages;
    uint32_t page_count;
    uint32_t taken;      /* pages in use, tables among them */
    uintptr_t free_page; /* each free page begins with the address of the next; 0: none */
    struct ipc_space spaces[IPC_SPACES_MAX];
    volatile uint32_t accesses[SOC_HART_COUNT_MAX]; /* odd: the hart is in the middle of one */
    bool is_open[SOC_HART_COUNT_MAX];               /* the hart's memory protection lets user mode through */
};

/**
 * Sets the pool up; `port` is then for kipc_memory_set_up of one kernel.
 * @param own overwritten; in use for ever
 * @param pages aligned to IPC_PAGE_BYTES; the pool's for ever
 * @param page_count at least 1: regions' pages, and three and more for the tables of each process that maps
 * @return KIPC_OK, or KIPC_E_INVAL for memory that is misaligned or none
 * From a thread, before any hart uses it.
 */
int ipc_memory_open(struct ipc_memory *own, void *pages, uint32_t page_count);

/**
 * Accesses memory as a process does: through its mappings, with its privilege. A fault goes to kipc_memory_fault, and
 * the access goes on or ends as that says.
 * @param address in the process's space; any value is safe
 * @param data read or written; @param length bytes
 * @param access KIPC_ACCESS_READ or KIPC_ACCESS_WRITE
 * @return KIPC_OK; what kipc_memory_fault returned; KIPC_E_INVAL (another access, data is NULL); KIPC_E_STATE (the page
 *         was taken away again and again). After an error the first bytes may have been accessed.
 * From a thread of any hart, not inside of a critical section. Does not block; eight bytes at a time are one access.
 */
int ipc_memory_access(struct ipc_memory *own, struct kipc_kernel *kernel, kipc_pid_t pid, uintptr_t address, void *data,
                      size_t length, enum kipc_access access);

/**
 * Looks into the table of a process.
 * @param flags receives what the entry allows, of enum kipc_page_flag; may be NULL
 * @return the physical address that the process sees there, 0 if nothing is mapped
 * While nobody changes the process's mappings.
 */
uintptr_t ipc_memory_find(const struct ipc_memory *own, kipc_pid_t pid, uintptr_t address, uint32_t *flags);

#endif
