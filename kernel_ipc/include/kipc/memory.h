/* SPDX-License-Identifier: MIT */
/*
 * Shared memory of a kernel: the records of pages, of what regions consist of, and of mappings, in memory of the
 * caller. A kernel does without until this is set up; it comes after the kernel and ends before it.
 *
 *     struct kipc_memory_limits limits = kipc_memory_limits_soc();
 *     result = kipc_memory_set_up(kernel, memory, port, &limits, storage, kipc_memory_bytes(&limits));
 *     result = kipc_memory_fault(kernel, pid, address, KIPC_ACCESS_WRITE); // the trap handler; KIPC_OK: again
 *
 * When: once for each kernel whose processes shall share memory; then kipc/region.h and kipc/mapping.h are what
 * programs use.
 * Memory: structure and storage are the caller's until kipc_memory_tear_down; pages come from the port, and go back to
 * it.
 * Concurrency: set-up and tear-down one caller; faults and counts any number.
 * Cost: a fault is bounded: a page is mapped, or copied outside of the critical section.
 */
#ifndef KIPC_MEMORY_H
#define KIPC_MEMORY_H

#include <kipc/kernel.h>
#include <kipc/memory_port.h>

/* How much there is of everything; all numbers at least 1. */
struct kipc_memory_limits {
    uint32_t pages;        /* that may be taken from the port at once */
    uint32_t frame_tables; /* a region needs one for each KIPC_FRAMES pages, and one more if that is several */
    uint32_t mappings;     /* attachments and mappings of all processes */
    uint32_t region_bytes; /* largest region; at most KIPC_FRAMES * KIPC_FRAMES pages */
};

/* Entries of a table of frames. */
#define KIPC_FRAMES 64u

/* Members of all structures are for the library and for tests that look on. */
struct kipc_page {
    uintptr_t physical;
    uint32_t references; /* 0: free */
    uint32_t flags;      /* of enum kipc_page_flag */
    uint32_t node;       /* whose memory it is; KIPC_NODE_ANY: not asked for */
    uint32_t next_free;  /* position plus 1, 0: last */
};

/* What a region consists of: positions of pages, or of tables with those, plus 1. */
struct kipc_frames {
    uint32_t entries[KIPC_FRAMES];
};

struct kipc_mapping;

/* Members are for the library and for tests that look on. */
struct kipc_memory {
    const struct kipc_memory_port *port;
    struct kipc_memory_limits limits;
    struct kipc_page *pages;
    uint32_t first_free_page; /* position plus 1, 0: none; likewise below */
    uint32_t pages_used;
    uint32_t pages_peak;
    struct kipc_frames *frames;
    uint32_t first_free_frames;
    uint32_t frames_used;
    struct kipc_mapping *mappings;
    struct kipc_mapping *first_free_mapping;
    uint32_t mappings_used;
    uint32_t pages_mapped; /* in all spaces */
    uint64_t bad_puts;     /* pages that were freed once too often */
    uint64_t remote_pages; /* that came from another node than the one asked for */
    uint64_t splits;       /* pages that a writer got for itself */
};

/*
 * Give limits that fit a host, or a SoC with little memory.
 * Return them, for the caller to change.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_memory_limits kipc_memory_limits_host(void);
struct kipc_memory_limits kipc_memory_limits_soc(void);

/*
 * Gives the bytes that the records of these limits need.
 * limits: borrowed during the call.
 * Returns the size, or 0 if a limit is not allowed.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
size_t kipc_memory_bytes(const struct kipc_memory_limits *limits);

/*
 * Sets shared memory up.
 * kernel: set up. memory: caller's, overwritten, borrowed for the kernel's life. port: borrowed likewise. limits:
 * borrowed during the call. storage: borrowed for the kernel's life, aligned to KIPC_CACHELINE, overwritten; bytes: its
 * size.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, misaligned, incomplete port, limit not allowed); KIPC_E_STATE (the kernel is not
 * set up yet); KIPC_E_ALREADY (shared memory is); KIPC_E_NOSPC (fewer bytes than kipc_memory_bytes says).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_memory_set_up(struct kipc_kernel *kernel, struct kipc_memory *memory,
                                    const struct kipc_memory_port *port, const struct kipc_memory_limits *limits,
                                    void *storage, size_t bytes);

/*
 * Ends shared memory; structure and storage are the caller's again. Persistent regions must be unlinked before.
 * Returns KIPC_OK; KIPC_E_STATE (kernel or shared memory not set up); KIPC_E_BUSY (a region or a page is in use).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_memory_tear_down(struct kipc_kernel *kernel);

/* What the hart refused. */
enum kipc_access { KIPC_ACCESS_READ, KIPC_ACCESS_WRITE, KIPC_ACCESS_EXECUTE };

/*
 * The port's trap handler tells of an access that the hart refused. Maps a page of a lazy mapping, and gives a writer
 * of a page that is shared copy-on-write its own.
 * pid: whose space it was in. address: any. access: what was refused.
 * Returns KIPC_OK (repeat the access); KIPC_E_FAULT (nothing is mapped there: the process may not go on as if);
 * KIPC_E_ACCES (the mapping does not allow it); KIPC_E_NOMEM (no page left, or no memory for the port's tables);
 * KIPC_E_OVERFLOW (too many references to the page); KIPC_E_INVAL (no such access); KIPC_E_STATE; KIPC_E_SRCH.
 * Does not block; thread or trap handler, not inside of a critical section; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_memory_fault(struct kipc_kernel *kernel, kipc_pid_t pid, uintptr_t address,
                                   enum kipc_access access);

/* What shared memory uses. */
struct kipc_memory_counts {
    uint32_t pages_used;
    uint32_t pages_peak;
    uint32_t frame_tables_used;
    uint32_t mappings_used; /* attachments and mappings */
    uint32_t pages_mapped;  /* in all spaces */
    uint64_t bad_puts;      /* pages that were freed once too often: each was refused */
    uint64_t remote_pages;  /* that came from another node than the one asked for */
    uint64_t splits;        /* pages that a writer got for itself */
};

/*
 * Counts what shared memory uses.
 * counts: receives the numbers.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE (kernel or shared memory not set up).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_memory_counts(struct kipc_kernel *kernel, struct kipc_memory_counts *counts);

#endif
