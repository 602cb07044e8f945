/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"
#include <kipc/leak.h>

/* True if an object of this process lives at the position. */
static bool look_at(struct kipc_kernel *kernel, unsigned int table, uint32_t position, kipc_pid_t pid,
                    struct kipc_leak *leak)
{
    ki_lock(kernel);
    const struct kipc_object *object = kipc_table_at(&kernel->tables[table], position);
    bool is_one = object != NULL && object->creator == pid;
    if (is_one) {
        leak->table = (enum kipc_table_id)table;
        leak->id = kipc_table_id(&kernel->tables[table], object);
        leak->site = object->details->site;
    }
    ki_unlock(kernel);
    return is_one;
}

int kipc_leaks(struct kipc_kernel *kernel, kipc_pid_t pid, struct kipc_leak *leaks, uint32_t capacity)
{
    KIPC_GUARD(leaks != NULL || capacity == 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    uint32_t count = 0;
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < KIPC_TABLE_COUNT; table++) {
        for (uint32_t i = 0; i < kernel->tables[table].capacity; i++) {
            struct kipc_leak leak;
            if (look_at(kernel, table, i, pid, &leak)) {
                if (count < capacity) {
                    leaks[count] = leak;
                }
                count += 1;
            }
        }
    }
    return (int)count;
}
