/* SPDX-License-Identifier: MIT */
/*
 * Memory for shared memory on the development machine: the pages are those of one memory file. The kernel sees all of
 * them in its window; a space is a range of addresses in which pages of the file are mapped with exactly the
 * protections that were asked for, and nothing else is. A forbidden access is a real fault.
 *
 * Builds with the address sanitizer poison what may not be touched as well: free pages in the window, and all of a
 * space that is not mapped.
 */
#ifndef KIPC_HOST_MEMORY_H
#define KIPC_HOST_MEMORY_H

#include <kipc/memory.h>

#define KIPC_HOST_SPACES_MAX 8u

struct kipc_host_space {
    uint32_t id;     /* of the process; KIPC_NO_ID: free */
    uint8_t *memory; /* where its address 0 would be */
    uint8_t *mapped; /* a flag for each page */
};

struct kipc_host_memory {
    struct kipc_memory_port port;
    int file;
    uint8_t *window;
    uint32_t *free_pages; /* a stack */
    uint32_t free_count;
    uint32_t page_count;
    struct kipc_host_space spaces[KIPC_HOST_SPACES_MAX];
};

/*
 * Sets memory up, and takes SIGSEGV over for kipc_host_access.
 * memory: caller's, overwritten. page_count: pages that there are, of the machine's page size. space_bytes: range of
 * addresses of a space, whole pages.
 * Aborts the program if the system refuses. Does not block; one caller, one such memory a program at a time.
 */
void kipc_host_memory_set_up(struct kipc_host_memory *memory, uint32_t page_count, size_t space_bytes);

/* Ends it; no space may have mappings any more. One caller. */
void kipc_host_memory_tear_down(struct kipc_host_memory *memory);

/* Makes the space of a process, which nobody may have mapped into before. Before threads use it; one caller. */
void kipc_host_memory_add_space(struct kipc_host_memory *memory, uint32_t pid);

/*
 * Gives the host's own pointer to an address of a space, for code that runs as that process. What is not mapped there
 * faults.
 */
void *kipc_host_pointer(const struct kipc_host_memory *memory, uint32_t pid, uintptr_t address);

/*
 * Accesses memory as a process does: by loads or stores through its mappings. A fault is handed to kipc_memory_fault,
 * as a trap handler does, and the access goes on or is given up as that says.
 * data: caller's, read or written. length: bytes.
 * Returns KIPC_OK; what kipc_memory_fault returned; KIPC_E_FAULT for what lies outside of the space. After an error the
 * first part of it may have been done.
 * Does not block; thread; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_host_access(struct kipc_host_memory *memory, struct kipc_kernel *kernel, uint32_t pid,
                                  uintptr_t address, void *data, size_t length, enum kipc_access access);

#endif
