/* SPDX-License-Identifier: MIT */
/*
 * A memory port for tests: two nodes of pages, spaces that are looked up by software, a record of the calls, and calls
 * that fail on request. All its state is in memory of the test, so that the explorers can use it too.
 */
#ifndef KIPC_TESTS_FAKE_MEMORY_H
#define KIPC_TESTS_FAKE_MEMORY_H

#include <kipc/memory.h>

enum fake_call { FAKE_MAP, FAKE_UNMAP, FAKE_PROTECT };

struct fake_record {
    enum fake_call call;
    uint32_t space;
    uintptr_t address;
    uintptr_t physical; /* of FAKE_MAP */
    uint32_t flags;     /* of FAKE_MAP and FAKE_PROTECT */
};

/* What is mapped. */
struct fake_entry {
    uint32_t space; /* KIPC_NO_ID: free */
    uint32_t flags;
    uintptr_t address;
    uintptr_t physical;
};

struct fake_memory {
    struct kipc_memory_port port;
    uint8_t *pages;
    uint8_t *taken; /* a flag for each page */
    uint32_t page_count;
    uint32_t taken_count;
    struct fake_entry *entries;
    uint32_t entry_count;
    struct fake_record *records; /* NULL: none are kept */
    uint32_t record_capacity;
    uint32_t record_count;
    uint32_t node;      /* of the calling thread */
    uint32_t stride;    /* of the pages in the order in which they are given; 1: side by side */
    uint32_t fail_at;   /* which call that may fail does so: 1 is the next one; 0: none */
    void (*step)(void); /* called when the kernel looks at a page; NULL: none */
    const char *misuse; /* what the port was asked and must not be; NULL: nothing */
};

/*
 * Sets it up; the first half of the pages is node 0, the rest node 1.
 * pages: page_count * page_bytes bytes; taken: page_count bytes, zero; entries: entry_count, zero. All the test's.
 */
void fake_memory_set_up(struct fake_memory *fake, uint32_t page_bytes, uint8_t *pages, uint8_t *taken,
                        uint32_t page_count, struct fake_entry *entries, uint32_t entry_count);

/* How many pages are mapped in a space. */
uint32_t fake_mapped(const struct fake_memory *fake, uint32_t space);

/* What is mapped at an address of a space; NULL: nothing. */
const struct fake_entry *fake_entry_at(const struct fake_memory *fake, uint32_t space, uintptr_t address);

/*
 * Accesses memory as a process does; what its space does not allow goes to kipc_memory_fault, like a trap.
 * Returns KIPC_OK or what that returned.
 */
int fake_access(struct fake_memory *fake, struct kipc_kernel *kernel, uint32_t pid, uintptr_t address, void *data,
                size_t length, enum kipc_access access);

#endif
