/* SPDX-License-Identifier: MIT */
/*
 * Handles: how a process names objects, and what it may do with each. A handle is valid in one process only. Rights are
 * given when an object is made or opened and can only become fewer.
 *
 * A handle that was made from another one (kipc_handle_duplicate, or sent in a message) hangs below it; revoking a
 * handle closes all that hang below, in whatever process they are. Closing one leaves them to the one above it.
 *
 *     result = kipc_handle_duplicate(kernel, pid, handle, other, KIPC_RIGHT_SEND, &given); // may send, and no more
 *     result = kipc_object_set_name(kernel, pid, handle, "printer", KIPC_RIGHT_SEND);
 *     result = kipc_object_open(kernel, other, KIPC_TABLE_CHANNEL, "printer", KIPC_RIGHT_SEND, &opened);
 *     result = kipc_handle_revoke(kernel, pid, handle); // takes both back
 *
 * When: to share any object with another process: directly, by a message (kipc/channel.h), by a name, or by a secret
 * (kipc/capability.h).
 * Memory: entries of the kernel's tables. Whoever receives a handle owns it and closes it; the end of a process closes
 * all of its handles.
 * Concurrency: any number of callers at once.
 * Cost: constant: `make budgets`: handle_look_up_few, handle_look_up_many, object_look_up_few, object_look_up_many. To
 * revoke takes a bounded section for each handle that is closed.
 */
#ifndef KIPC_HANDLE_H
#define KIPC_HANDLE_H

#include <kipc/process.h>

/* What a handle allows; calls say which of these they need. */
enum kipc_right {
    KIPC_RIGHT_SEND = 0x01,    /* send, post, signal, publish */
    KIPC_RIGHT_RECEIVE = 0x02, /* receive, wait, lock */
    KIPC_RIGHT_SHARE = 0x04,   /* attach the handle to a message */
    KIPC_RIGHT_GRANT = 0x08,   /* make a handle for another process */
    KIPC_RIGHT_ADMIN = 0x10,   /* close the object for all, change its lists and limits */
    KIPC_RIGHT_MAP = 0x20,     /* map memory */
    KIPC_RIGHT_WRITE = 0x40,   /* and write to it */
    KIPC_RIGHTS = 0x7f         /* all that are defined */
};

/*
 * Who may open an object by its name: three bits for its creator's user, three for others of its group, three for the
 * rest. Exactly one set of three counts: a user who is refused is not asked about as one of the group.
 *   READ     KIPC_RIGHT_RECEIVE, KIPC_RIGHT_MAP
 *   WRITE    KIPC_RIGHT_SEND, KIPC_RIGHT_WRITE
 *   CONTROL  KIPC_RIGHT_SHARE, KIPC_RIGHT_GRANT, KIPC_RIGHT_ADMIN
 */
#define KIPC_MODE_READ 4u
#define KIPC_MODE_WRITE 2u
#define KIPC_MODE_CONTROL 1u
#define KIPC_MODE_OWNER(bits) ((bits) << 6)
#define KIPC_MODE_GROUP(bits) ((bits) << 3)
#define KIPC_MODE_OTHERS(bits) (bits)
#define KIPC_MODES 0777u /* all, which every object begins with */

/* How every object begins: what calls look at. */
struct kipc_object {
    struct kipc_entry entry;
    uint8_t table;       /* enum kipc_table_id: what it is */
    bool is_closed;      /* closed for all; it goes when the last handle goes */
    bool is_doomed;      /* nothing names it any more; it goes as soon as those before it are gone */
    uint32_t references; /* handles that name it */
    uint32_t pins;       /* waits that need its memory still */
    kipc_pid_t creator;  /* whose quotas it counts for */
    struct kipc_object_details *details;
};

/* The rest that every object has, apart from what its calls look at: a part of it, wherever it has its place. */
struct kipc_object_details {
    uint32_t user;        /* the creator's */
    uint32_t group;       /* the creator's */
    uint16_t mode;        /* of KIPC_MODE_...: who may open it by its name */
    uint32_t bytes;       /* what it counts for in KIPC_QUOTA_BYTES */
    uint32_t open_rights; /* what kipc_object_open may give */
    struct kipc_object *next_doomed;
    const void *site;                 /* debug builds: where the call that made it returns to */
    char name[KIPC_CFG_NAME_MAX + 1]; /* empty: none */
};

/* One handle. Members are for the library and for tests that look on. */
struct kipc_handle_entry {
    struct kipc_entry entry;
    uint16_t rights;
    uint16_t revocations; /* how often what was made from it was revoked; stays at UINT16_MAX */
    uint32_t held;        /* what was taken through this handle and goes back when it is closed: locks, mappings */
    struct kipc_process *process; /* NULL: on its way in a message */
    struct kipc_object *object;
    struct kipc_handle_entry *next; /* of the same process */
    struct kipc_handle_entry *previous;
    struct kipc_handle_entry *parent; /* what it was made from */
    struct kipc_handle_entry *child;  /* first that was made from it */
    struct kipc_handle_entry *next_sibling;
    struct kipc_handle_entry *previous_sibling;
};

/*
 * Closes a handle. The object goes with the last one (one that has a name stays until it is unlinked, too).
 * Returns KIPC_OK; KIPC_E_STATE; KIPC_E_SRCH (no such process); KIPC_E_BADF.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_handle_close(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Makes a further handle for the same object.
 * target: the process that gets it. rights: a subset of the handle's. duplicate: receives the new handle.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, unknown right); KIPC_E_STATE; KIPC_E_SRCH (no such caller or target);
 * KIPC_E_BADF; KIPC_E_CLOSED; KIPC_E_ACCES (a right that the handle has not, or another process without
 * KIPC_RIGHT_GRANT); KIPC_E_QUOTA (the target's handles); KIPC_E_NOSPC (no handle left).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_handle_duplicate(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                       kipc_pid_t target, uint32_t rights, kipc_handle_t *duplicate);

/*
 * Closes all handles that were made from this one, and from those, in any process; the handle itself stays. Its
 * capabilities (kipc/capability.h) are good no more.
 * Returns the number of handles closed; KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_BADF.
 * Does not block; thread; any number of callers at once. The critical section is left between handles.
 */
KIPC_MUSTUSE int kipc_handle_revoke(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Takes rights away from a handle for good.
 * rights: what remains, a subset of the present ones.
 * Returns KIPC_OK; KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_BADF; KIPC_E_ACCES (a right that the handle has not).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_handle_restrict(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      uint32_t rights);

/*
 * Closes an object for all: whoever waits gets KIPC_E_CLOSED, and so does every later use through any handle. Handles
 * stay until they are closed.
 * Returns KIPC_OK; KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_BADF; KIPC_E_ACCES (no KIPC_RIGHT_ADMIN); KIPC_E_CLOSED (closed
 * before).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_close(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle);

/*
 * Gives an object a name, by which other processes open it. An object has one name, and keeps it until unlinked.
 * name: 1..KIPC_CFG_NAME_MAX printable characters, copied; each class of object has its own name space. rights: what
 * kipc_object_open may give, a subset of the handle's.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, empty, too long, not printable); KIPC_E_STATE (or it has a name); KIPC_E_SRCH;
 * KIPC_E_BADF; KIPC_E_CLOSED; KIPC_E_ACCES (no KIPC_RIGHT_ADMIN, or a right that the handle has not); KIPC_E_EXIST;
 * KIPC_E_NOSPC (as many names as the kernel may have).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_set_name(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      const char *name, uint32_t rights);

/*
 * Says who may open an object by its name, from now on. Needs KIPC_RIGHT_ADMIN.
 * mode: of KIPC_MODE_...
 * Returns KIPC_OK; KIPC_E_INVAL (an unknown bit); KIPC_E_PERM (the caller is of another user than the object's
 * creator); KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_BADF; KIPC_E_ACCES; KIPC_E_CLOSED.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_set_mode(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      uint32_t mode);

/*
 * Opens an object by its name.
 * table: its class. name: with an end mark, borrowed during the call. rights: what the new handle may do. handle:
 * receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no class, bad name, no or unknown right); KIPC_E_STATE; KIPC_E_SRCH;
 * KIPC_E_NOTFOUND; KIPC_E_ACCES (a right that the name or the object's mode does not give); KIPC_E_QUOTA;
 * KIPC_E_NOSPC.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_open(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table,
                                  const char *name, uint32_t rights, kipc_handle_t *handle);

/*
 * Looks an object up by its name: takes no lock, and costs the same however many objects there are. It opens nothing.
 * name: set up by kipc_name_set_up with the object's class as its space; kept by who asks more than once. id: receives
 * what kipc_object_id gives; the object may be gone the next moment.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE; KIPC_E_SRCH (the calling thread's id is not below the kernel's
 * limit); KIPC_E_NOTFOUND.
 * Does not block; thread; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_look_up(struct kipc_kernel *kernel, const struct kipc_name *name, uint32_t *id);

/*
 * Takes a name away; it is free at once. Open handles go on working, and the object goes with the last of them.
 * table: the object's class. name: with an end mark, borrowed during the call.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no class, bad name); KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_NOTFOUND; KIPC_E_ACCES
 * (the caller is of another user than the object's creator).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_unlink(struct kipc_kernel *kernel, kipc_pid_t caller, enum kipc_table_id table,
                                    const char *name);

/*
 * Finds a live object by its id: the other way of kipc_object_id.
 * table: its class. id: any value. creator: receives the process that made it (it may have ended).
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, no class); KIPC_E_STATE; KIPC_E_NOTFOUND.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_find(struct kipc_kernel *kernel, enum kipc_table_id table, uint32_t id,
                                  kipc_pid_t *creator);

/*
 * Gives the id of an object, the same in all processes, for lists and logs; it opens nothing.
 * id: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_BADF.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_object_id(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t *id);

#endif
