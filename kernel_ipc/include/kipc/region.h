/* SPDX-License-Identifier: MIT */
/*
 * A region: pages of memory that several processes may use at once. It is an object like all others: a handle names it,
 * the handle's rights decide, handles travel in messages.
 *
 *   create --> attach --> use --> detach --> gone        use: read, write, atomics; or map it (kipc/mapping.h)
 *      \------------------------ destroy --> gone        a mapping counts as an attachment
 *
 * Attachments and mappings hang on the handle through which they were made. A handle that closes, is revoked, or moves
 * away in a message takes them with it; so does the end of its process.
 *
 * Pages may be shared copy-on-write (kipc_region_share): both regions have the old bytes until one of them writes a
 * page, and gets its own copy of it. That holds for writes through mappings, by these functions, and by devices.
 *
 * Closing a region, sharing it and mapping it take a critical section that grows with the number of its pages, with a
 * constant amount of work for each; everything else takes a bounded one.
 *
 *     result = kipc_region_create(kernel, pid, &config, &handle);
 *     result = kipc_region_attach(kernel, pid, handle, NULL);
 *     result = kipc_region_write(kernel, pid, handle, 0, "bytes", 5);
 *     result = kipc_region_map(kernel, pid, handle, &mapping, &address); // or in one's own space
 *     result = kipc_region_detach(kernel, pid, handle);
 *
 * When: for much memory, or memory that several processes use at once; its handle travels in messages (kipc/channel.h).
 * For buffers between two sides without a kernel take kipc/loan.h.
 * Memory: pages of the port's, an entry of the kernel's table and tables of frames; the lifetime says when they go.
 * Concurrency: any number of threads of any processes; what they write at the same time they must order themselves, by
 * a lock or by kipc_region_atomic.
 * Cost: as said above; reads and writes leave the critical section after each KIPC_CFG_REGION_STEP bytes.
 */
#ifndef KIPC_REGION_H
#define KIPC_REGION_H

#include <kipc/handle.h>
#include <kipc/memory.h>

/* When a region ends; with its last handle at the latest, unless it is persistent. */
enum kipc_lifetime {
    KIPC_LIFETIME_TEMPORARY, /* with the detach or unmap that takes its last attachment */
    KIPC_LIFETIME_HANDLES,   /* with its last handle: for regions that travel */
    KIPC_LIFETIME_PERSISTENT /* as if temporary, but not before its name is unlinked */
};

/* What a region shall be: begin with kipc_region_config_default, and change what differs. */
struct kipc_region_config {
    size_t bytes;   /* 1 to the limit; rounded up to whole pages */
    uint32_t flags; /* of enum kipc_page_flag: the most that a mapping may allow */
    uint32_t node;  /* whose memory: a number, KIPC_NODE_LOCAL or KIPC_NODE_ANY; others help out */
    enum kipc_lifetime lifetime;
    const char *name;     /* NULL: none. As for kipc_object_set_name; a persistent region needs one */
    uint32_t open_rights; /* what kipc_object_open may give */
};

/* Members are for the library and for tests that look on. */
struct kipc_region {
    struct kipc_object object;
    struct kipc_object_details details;
    uint32_t page_count;
    uint32_t flags;
    uint32_t node;
    uint32_t lifetime; /* enum kipc_lifetime */
    uint32_t attachments;
    uint32_t charged; /* pages that it counts for in KIPC_QUOTA_PAGES */
    bool is_ready;    /* all its pages are there */
    struct kipc_frames *frames;
    struct kipc_mapping *mappings; /* attachments too */
};

/*
 * Gives the choices of a simple region.
 * Returns: one byte (a page), writable and for users, of any node, temporary, without a name.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
struct kipc_region_config kipc_region_config_default(void);

/*
 * Makes a region, all zero.
 * config: borrowed during the call. handle: receives a handle with all rights.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, 0 bytes or above the limit, unknown flag or lifetime, writable and executable,
 * bad name, persistent without a name); KIPC_E_STATE (kernel or shared memory not set up); KIPC_E_SRCH (no such
 * process, or it ended meanwhile); KIPC_E_QUOTA; KIPC_E_NOSPC (no region, handle or table of frames left); KIPC_E_NOMEM
 * (not enough pages); KIPC_E_EXIST (the name); KIPC_E_BADF (somebody closed it meanwhile).
 * Does not block; thread; any number of callers at once. Pages are cleared outside of the critical section.
 */
KIPC_MUSTUSE int kipc_region_create(struct kipc_kernel *kernel, kipc_pid_t caller,
                                    const struct kipc_region_config *config, kipc_handle_t *handle);

/*
 * Opens a region by its name, as kipc_object_open does.
 * name: with an end mark, borrowed during the call. rights: what the new handle may do; without KIPC_RIGHT_MAP it is of
 * little use.
 * Returns as kipc_object_open.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_open(struct kipc_kernel *kernel, kipc_pid_t caller, const char *name, uint32_t rights,
                                  kipc_handle_t *handle);

/*
 * In all functions below: KIPC_E_STATE (kernel not set up, or the region not made to its end yet); KIPC_E_SRCH (no such
 * process); KIPC_E_BADF (the handle; or the region is gone); KIPC_E_TYPE (not a region).
 */

/*
 * Attaches a handle to its region, so that it may be used; a second time is counted. Needs KIPC_RIGHT_MAP.
 * physical: receives the address of the region's first page as devices see it; may be NULL.
 * Returns KIPC_OK; KIPC_E_ACCES; KIPC_E_NOSPC (no record left); KIPC_E_OVERFLOW (UINT32_MAX attachments).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_attach(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                    uintptr_t *physical);

/*
 * Takes one attachment back.
 * Returns 1 if the region is gone now, and this handle with it (other handles give KIPC_E_BADF from now on), 0 if not;
 * KIPC_E_INVAL (the handle is not attached: mappings do not count here).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_detach(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Ends a region that nobody is attached to, and this handle. Needs KIPC_RIGHT_ADMIN. kipc_object_close ends it for all,
 * attached or not.
 * Returns KIPC_OK; KIPC_E_ACCES; KIPC_E_BUSY (somebody is attached, or it is persistent and has its name).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_destroy(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Copies bytes out of a region, or into it. Both need KIPC_RIGHT_MAP and an attachment or mapping of this handle;
 * writing needs KIPC_RIGHT_WRITE.
 * buffer, data: caller's; may be NULL if length is 0. offset, length: bytes.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE (not attached); KIPC_E_ACCES (the right, or the region is not
 * writable); KIPC_E_RANGE (not all of it lies in the region): not one byte was touched. KIPC_E_NOMEM, KIPC_E_OVERFLOW
 * (no page for a writer of shared ones), or KIPC_E_BADF and the like if the region ended meanwhile: part of it may have
 * been copied.
 * Does not block; thread; any number of callers at once. The critical section is left after KIPC_CFG_REGION_STEP bytes:
 * what others write meanwhile may be seen in parts.
 */
KIPC_MUSTUSE int kipc_region_read(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, size_t offset,
                                  void *buffer, size_t length);
KIPC_MUSTUSE int kipc_region_write(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, size_t offset,
                                   const void *data, size_t length);

/* What is done to a cell. */
enum kipc_atomic {
    KIPC_ATOMIC_LOAD,
    KIPC_ATOMIC_STORE,           /* operand */
    KIPC_ATOMIC_ADD,             /* operand, modulo 2^32 */
    KIPC_ATOMIC_COMPARE_EXCHANGE /* operand, if the cell is equal to `expected` */
};

/*
 * Reads or changes a 32-bit cell in one step, also against those who do so through a mapping. Needs what read, or
 * write, needs.
 * offset: bytes, a multiple of 4. operation, operand, expected: see the enum. old: receives what was there before; may
 * be NULL.
 * Returns KIPC_OK; KIPC_E_INVAL (unaligned, no such operation); KIPC_E_WOULDBLOCK (compare and exchange: the cell had
 * another value, which *old has); else as kipc_region_write.
 * Does not block; thread; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_atomic(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, size_t offset,
                                    enum kipc_atomic operation, uint32_t operand, uint32_t expected, uint32_t *old);

/* What is known about a region. */
struct kipc_region_info {
    uint32_t id;
    uintptr_t physical;               /* of its first page */
    size_t bytes;                     /* whole pages */
    uint32_t flags;                   /* of enum kipc_page_flag */
    kipc_pid_t owner;                 /* it may have ended */
    uint32_t references;              /* attachments and mappings */
    uint32_t lifetime;                /* enum kipc_lifetime */
    char name[KIPC_CFG_NAME_MAX + 1]; /* empty: none */
};

/*
 * Tells what is known about a region. Any handle will do.
 * info: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_info(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                  struct kipc_region_info *info);

/*
 * Goes through all regions of a kernel, for lists and logs; each that lives all the time comes once.
 * position: caller's, 0 at the beginning, moved on. info: receives the next region.
 * Returns KIPC_OK; KIPC_E_NOTFOUND (that was all); KIPC_E_INVAL (NULL); KIPC_E_STATE (kernel or shared memory not set
 * up).
 * Does not block; thread; any number of callers at once. Each call looks at one place a section.
 */
KIPC_MUSTUSE int kipc_region_next(struct kipc_kernel *kernel, uint32_t *position, struct kipc_region_info *info);

/* An attachment or a mapping of a region. */
struct kipc_attachment_info {
    kipc_pid_t pid;
    kipc_handle_t handle; /* of that process */
    uint32_t count;       /* how often it is attached; 1 for a mapping */
    uintptr_t address;    /* of a mapping; 0: attached only */
    size_t bytes;         /* of a mapping */
    uint32_t flags;       /* of a mapping: enum kipc_map_flag */
    uint32_t present;     /* pages of it that are mapped at present */
};

/*
 * Tells of one attachment or mapping of a region, to go through all of them. Any handle will do.
 * position: 0 and up; the newest comes first. info: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_NOTFOUND (there are not so many).
 * Does not block; thread; any number of callers at once. Takes time in proportion to the position.
 */
KIPC_MUSTUSE int kipc_region_attachment(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                        uint32_t position, struct kipc_attachment_info *info);

/*
 * Changes what mappings may allow, of a region that has none: a program is written first, and made executable then.
 * Needs KIPC_RIGHT_ADMIN.
 * flags: of enum kipc_page_flag.
 * Returns KIPC_OK; KIPC_E_INVAL (unknown flag, or writable and executable); KIPC_E_ACCES; KIPC_E_BUSY (it is mapped).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_set_flags(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                       uint32_t flags);

/*
 * Makes a region with the same content, without a copy: its pages are shared until one of both writes them. Needs
 * KIPC_RIGHT_MAP and KIPC_RIGHT_SHARE.
 * made: receives a handle with all rights; the region lives by its handles and has no name.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_ACCES; KIPC_E_QUOTA; KIPC_E_NOSPC; KIPC_E_OVERFLOW (UINT32_MAX
 * references to a page).
 * Does not block; thread; any number of callers at once. The content is that of one moment.
 */
KIPC_MUSTUSE int kipc_region_share(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                   kipc_handle_t *made);

/*
 * Makes a region with a copy of the content, which counts as copied bytes. Needs KIPC_RIGHT_MAP.
 * made: as for kipc_region_share.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_ACCES; KIPC_E_QUOTA; KIPC_E_NOSPC; KIPC_E_NOMEM; KIPC_E_SRCH and the
 * like if it ended meanwhile: nothing is left.
 * Does not block; thread; any number of callers at once. What others write meanwhile may be seen in parts.
 */
KIPC_MUSTUSE int kipc_region_copy(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                  kipc_handle_t *made);

/*
 * Gives a region away: the pages stay where they are, the caller's handle and mappings are gone at once. Needs
 * KIPC_RIGHT_GRANT. (A handle that moves in a message does so too, but its maker's quotas go on counting it.)
 * target: the process that owns it from now on. moved: receives its handle, with the same rights.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_SRCH (no such target); KIPC_E_ACCES; KIPC_E_BUSY (another handle, or a
 * message, names it too); KIPC_E_QUOTA (the target's); KIPC_E_NOSPC (no handle left).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_move(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                  kipc_pid_t target, kipc_handle_t *moved);

/* A stretch of memory as devices see it. */
struct kipc_stretch {
    uintptr_t physical;
    uint32_t bytes;
};

/* Which part of a region a device shall get, and how. */
struct kipc_scatter {
    size_t offset;
    size_t length;      /* bytes, at least 1 */
    uint32_t bytes_max; /* of one stretch: what the device can take at once */
    bool is_written;    /* the device writes there */
};

/*
 * Lists where a part of a region lies in memory, for a device: pages side by side become one stretch. Needs what read,
 * or write, needs. For a device that writes, pages that are shared copy-on-write become the region's own first.
 * scatter: borrowed during the call. stretches: receives the list; capacity: how many fit.
 * The list holds while the region lives. Who hands it to a device stays attached until the device is done, and stops
 * the device in an exit hook: those run before anything of a process is cleaned up.
 * Returns the number of stretches; KIPC_E_INVAL (NULL, no byte, bytes_max of 0); KIPC_E_STATE (not attached);
 * KIPC_E_ACCES; KIPC_E_RANGE; KIPC_E_NOSPC (more than fit); KIPC_E_NOMEM, KIPC_E_OVERFLOW.
 * Does not block; thread; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_region_scatter(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                     const struct kipc_scatter *scatter, struct kipc_stretch *stretches,
                                     uint32_t capacity);

#endif
