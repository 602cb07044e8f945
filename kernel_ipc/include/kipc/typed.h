/* SPDX-License-Identifier: MIT */
/*
 * Typed channels: functions that send and receive values of one C type and nothing else.
 *
 *   KIPC_DEFINE_TYPED(point, struct point)
 *
 * at file level defines
 *
 *   int point_send(kernel, caller, handle, const struct point *value, deadline);
 *   int point_receive(kernel, caller, handle, struct point *value, deadline);
 *
 * with the arguments and results of kipc_channel_send and kipc_channel_receive_tagged; point_receive returns KIPC_OK,
 * and KIPC_E_TYPE for a message that point_send did not send: it stays. The type id is made of the name and the size,
 * and travels in the header's `destination`: both sides must use the same name for the same type. A pointer to another
 * type does not compile, nor does a type that is larger than a message's small payload.
 *
 *     // at file level: KIPC_DEFINE_TYPED(point, struct point)
 *     result = point_send(kernel, pid, ends[0], &(struct point){1, 2}, deadline);
 *     result = point_receive(kernel, pid, ends[1], &value, deadline);
 *
 * When: where both sides are built from the same C types. For other languages, or types that change, define messages by
 * their bytes (kipc/channel.h).
 * Memory: none of its own: a value is copied.
 * Concurrency: as kipc/channel.h.
 * Cost: a comparison more than kipc/channel.h.
 */
#ifndef KIPC_TYPED_H
#define KIPC_TYPED_H

#include <kipc/channel.h>

/*
 * Gives the id of a type: FNV-1a over the name, then the size; compilers work it out at compile time.
 * name: with an end mark. size: bytes of a value.
 * Returns the id; the top bit keeps it from tags by hand.
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
static inline uint64_t kipc_type_id(const char *name, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (; *name != 0; name++) {
        hash = (hash ^ (uint8_t)*name) * UINT64_C(1099511628211);
    }
    return ((hash ^ size) * UINT64_C(1099511628211)) | UINT64_C(1) << 63;
}

#define KIPC_DEFINE_TYPED(name, value_type)                                                                            \
    _Static_assert(sizeof(value_type) <= KIPC_MSG_SMALL_MAX, #name ": larger than a message's small payload");         \
    KIPC_MUSTUSE __attribute__((unused)) static inline int name##_send(struct kipc_kernel *kernel, kipc_pid_t caller,  \
                                                                       kipc_handle_t handle, const value_type *value,  \
                                                                       uint64_t deadline)                              \
    {                                                                                                                  \
        const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA,                                        \
                                                     .length = sizeof(value_type),                                     \
                                                     .data = value,                                                    \
                                                     .tag = kipc_type_id(#name, sizeof(value_type))};                  \
        return kipc_channel_send(kernel, caller, handle, &message, deadline);                                          \
    }                                                                                                                  \
    KIPC_MUSTUSE __attribute__((unused)) static inline int name##_receive(                                             \
        struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, value_type *value, uint64_t deadline)     \
    {                                                                                                                  \
        int result = kipc_channel_receive_tagged(kernel, caller, handle, kipc_type_id(#name, sizeof(value_type)),      \
                                                 value, sizeof(value_type), deadline);                                 \
        return result == (int)sizeof(value_type) ? KIPC_OK : (result >= 0 ? KIPC_E_BADMSG : result);                   \
    }

#endif
