/* SPDX-License-Identifier: MIT */
/* Every error of the IPC core: one signed set, errno's value where errno has the same meaning, -200 and below else. */
#ifndef KIPC_ERROR_H
#define KIPC_ERROR_H

/* Results that a caller must look at carry this mark. */
#define KIPC_MUSTUSE __attribute__((warn_unused_result))

/* Success; functions that count return a value >= 0 instead. */
#define KIPC_OK 0

/*
 * X(name, value, promise). The promise is what holds when a function returns the code; it is stated here once.
 * An error always means that the operation had no effect, unless the function's own comment says otherwise.
 */
#define KIPC_ERROR_LIST(X)                                                                                             \
    X(PERM, -1, "The caller does not own the object that it wanted to change.")                                        \
    X(NOTFOUND, -2, "No object, name or outstanding request matches.")                                                 \
    X(SRCH, -3, "No such process: unknown, ended, or not the one at the other end.")                                   \
    X(INTR, -4, "A signal interrupted the wait before anything happened.")                                             \
    X(BADF, -9, "The handle is stale: what it named is gone or belongs to someone else now.")                          \
    X(WOULDBLOCK, -11, "No wait was allowed, and there was no partner or no token.")                                   \
    X(NOMEM, -12, "No free buffer or no free record is left.")                                                         \
    X(ACCES, -13, "The caller lacks the right for this operation.")                                                    \
    X(FAULT, -14, "The memory given is not the caller's to use.")                                                      \
    X(BUSY, -16, "Somebody else is registered already where only one may be.")                                         \
    X(EXIST, -17, "An object of this name exists already.")                                                            \
    X(INVAL, -22, "An argument is outside of what the function accepts.")                                              \
    X(NOSPC, -28, "The memory given is too small, or a table is at its limit.")                                        \
    X(CLOSED, -32, "The other end was closed.")                                                                        \
    X(RANGE, -34, "A number is outside of the range that the object was set up with.")                                 \
    X(NOSYS, -38, "This build does not implement the operation.")                                                      \
    X(BADMSG, -74, "The message header is malformed; nothing in it was used.")                                         \
    X(OVERFLOW, -75, "Data was lost, or a counter is at its limit.")                                                   \
    X(MSGSIZE, -90, "The buffer is smaller than the message; the message stays where it is.")                          \
    X(TYPE, -91, "The item is of another kind than this function handles; it stays as it is.")                         \
    X(NOTSUP, -95, "The object was set up without what this operation needs.")                                         \
    X(TIMEDOUT, -110, "The deadline passed and the condition did not hold at the last look.")                          \
    X(ALREADY, -114, "The operation is under way already.")                                                            \
    X(QUOTA, -122, "The caller's share of a resource is used up.")                                                     \
    X(CANCELED, -125, "The wait was given up because the thread or the object is going away.")                         \
    X(OWNERDEAD, -130, "The previous owner ended while it held the object.")                                           \
    X(FULL, -200, "There is no room and no wait was allowed; nothing was written.")                                    \
    X(EMPTY, -201, "There is nothing to receive and no wait was allowed.")                                             \
    X(BADCAP, -202, "The capability is not valid.")                                                                    \
    X(INVAL_SIZE, -203, "A size is outside of the limits of this path.")                                               \
    X(STATE, -204, "The object is not in a state from which this step is allowed.")                                    \
    X(FILTERED, -205, "A filter refused the message.")                                                                 \
    X(INTEGRITY, -206, "Shared memory holds a value that the peer may never write there.")                             \
    X(FLOW, -207, "The peer's index breaks flow control: it claims more than there is.")

/* The codes as C knows them. */
enum kipc_error {
#define KIPC_ERROR_ENUMERATOR(name, value, promise) KIPC_E_##name = (value),
    KIPC_ERROR_LIST(KIPC_ERROR_ENUMERATOR)
#undef KIPC_ERROR_ENUMERATOR
        KIPC_E_PIPE = KIPC_E_CLOSED /* POSIX's word for the same condition */
};

/*
 * Names an error code for people.
 * code: any value.
 * Returns "OK" for KIPC_OK, the name without its prefix ("FULL") for a code of the list, "UNKNOWN" else; static text.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
const char *kipc_error_name(int code);

/*
 * Gives the sentence that KIPC_ERROR_LIST promises for a code.
 * code: any value.
 * Returns static text, never NULL; the sentence for an unknown code says that it is not in the list.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
const char *kipc_error_promise(int code);

#endif
