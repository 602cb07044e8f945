/* SPDX-License-Identifier: MIT */
/*
 * Mappings: where a process sees a region in its own space. Pages are mapped at once or (lazily) when they are touched
 * first. There is always a page without a mapping before one and behind it, also at the ends of the space, so that who
 * runs over an end hits nothing.
 *
 *     const uint32_t flags = KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER;
 *     const struct kipc_mapping_config config = {.bytes = 4096, .flags = flags};
 *     result = kipc_region_map(kernel, pid, handle, &config, &address);
 *     result = kipc_region_protect(kernel, pid, address, KIPC_MAP_READ | KIPC_MAP_USER);
 *     result = kipc_region_unmap(kernel, pid, address);
 *
 * When: to use a region by loads and stores. A few bytes now and then are cheaper by kipc_region_read and
 * kipc_region_write (kipc/region.h).
 * Memory: a record of the kernel's shared memory, until it is unmapped or its handle goes; tables of pages are the
 * port's.
 * Concurrency: any number of threads of any processes.
 * Cost: a call of the port for each page, in one section; a lazy mapping pays at each first touch instead.
 */
#ifndef KIPC_MAPPING_H
#define KIPC_MAPPING_H

#include <kipc/region.h>

/* What a mapping allows. */
enum kipc_map_flag {
    KIPC_MAP_READ = 0x1, /* always needed */
    KIPC_MAP_WRITE = 0x2,
    KIPC_MAP_EXECUTE = 0x4, /* not together with WRITE */
    KIPC_MAP_USER = 0x8,    /* the process itself may access it, not only the kernel on its behalf */
    KIPC_MAP_FLAGS = 0xf    /* all that are defined */
};

/* Which part of a region shall be where. */
struct kipc_mapping_config {
    uintptr_t address; /* where: a multiple of the page size; 0: the kernel chooses */
    size_t offset;     /* in the region, a multiple of the page size */
    size_t bytes;      /* at least 1, rounded up to whole pages */
    uint32_t flags;    /* of enum kipc_map_flag */
    bool is_lazy;      /* nothing is mapped before it is touched */
};

/* Members are for the library and for tests that look on. */
struct kipc_mapping {
    struct kipc_region *region;
    struct kipc_handle_entry *handle;
    kipc_pid_t pid;                       /* whose handle it is, and whose space */
    struct kipc_mapping *next_of_region;  /* or free */
    struct kipc_mapping *next_of_process; /* by address; attachments are in no such list */
    uintptr_t address;                    /* 0: an attachment */
    uint32_t first;                       /* page of the region */
    uint32_t page_count;
    uint32_t flags;
    uint32_t count;   /* of an attachment: how often; 1 for a mapping */
    uint32_t present; /* pages that are mapped */
};

/*
 * Maps a region, or a part of it, for the caller. Needs KIPC_RIGHT_MAP, and KIPC_RIGHT_WRITE for writing.
 * config: borrowed during the call. address: receives where it is.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, unaligned, no byte, unknown flag, not for reading, writable and executable, a
 * range that wraps, leaves the space or comes closer than a page to another mapping); KIPC_E_RANGE (not all of it lies
 * in the region); KIPC_E_ACCES (the handle's rights, or the region's flags); KIPC_E_NOSPC (no record left, or no room
 * in the space); KIPC_E_NOMEM (no memory for the port's tables); KIPC_E_OVERFLOW (UINT32_MAX attachments);
 * KIPC_E_STATE, KIPC_E_SRCH, KIPC_E_BADF, KIPC_E_TYPE. After an error nothing is mapped.
 * Does not block; thread; any number of callers at once. Takes time in proportion to the pages, and to the mappings
 * that the process has.
 */
KIPC_MUSTUSE int kipc_region_map(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                 const struct kipc_mapping_config *config, uintptr_t *address);

/*
 * The same for another process, which gets a handle made from the caller's. Needs KIPC_RIGHT_GRANT too.
 * target: that process. rights: of its handle, a subset of the caller's; they decide about the mapping. made: receives
 * the handle.
 * Returns as kipc_region_map and kipc_handle_duplicate do; after an error there is neither.
 * Does not block; thread; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_map_for(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                     kipc_pid_t target, uint32_t rights, const struct kipc_mapping_config *config,
                                     uintptr_t *address, kipc_handle_t *made);

/*
 * Ends a mapping.
 * address: where it begins.
 * Returns 1 if the region is gone with it, and the handle that it was made through, 0 if not; KIPC_E_INVAL (no mapping
 * of the caller begins there); KIPC_E_STATE; KIPC_E_SRCH.
 * Does not block; thread or interrupt handler; any number of callers at once. Takes time in proportion to the pages.
 */
KIPC_MUSTUSE int kipc_region_unmap(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t address);

/*
 * Changes what a mapping allows.
 * address: where it begins. flags: of enum kipc_map_flag.
 * Returns KIPC_OK; KIPC_E_INVAL (no mapping of the caller begins there, unknown flag, not for reading, writable and
 * executable); KIPC_E_ACCES (more than the handle's rights or the region's flags allow); KIPC_E_STATE; KIPC_E_SRCH.
 * Does not block; thread or interrupt handler; any number of callers at once. Takes time in proportion to the pages.
 */
KIPC_MUSTUSE int kipc_region_protect(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t address, uint32_t flags);

#endif
