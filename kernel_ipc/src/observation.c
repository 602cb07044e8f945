/* SPDX-License-Identifier: MIT */
/* What can be asked of an observer. */
#include "copy.h"
#include "observe.h"
#include <kipc/observer.h>

/* Into the critical section with an observer: KIPC_OK inside, or an error outside. */
static int enter(struct kipc_kernel *kernel)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    return kernel->observer != NULL ? KIPC_OK : ki_leave(kernel, KIPC_E_NOTSUP);
}

int kipc_trace_enable(struct kipc_kernel *kernel, bool is_on)
{
    int result = enter(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    if (kernel->observer->trace.capacity == 0) {
        return ki_leave(kernel, KIPC_E_NOTSUP);
    }
    kernel->observer->is_tracing = is_on;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_audit_enable(struct kipc_kernel *kernel, bool is_on)
{
    int result = enter(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    if (kernel->observer->audit.capacity == 0) {
        return ki_leave(kernel, KIPC_E_NOTSUP);
    }
    kernel->observer->is_auditing = is_on;
    return ki_leave(kernel, KIPC_OK);
}

int kipc_trace_take(struct kipc_kernel *kernel, struct kipc_record *record, uint64_t *lost)
{
    KIPC_GUARD(record != NULL, KIPC_E_INVAL);
    int result = enter(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    if (lost != NULL) {
        *lost = kernel->observer->trace.lost;
    }
    return ki_leave(kernel, kipc_record_ring_take(&kernel->observer->trace, record));
}

int kipc_audit_take(struct kipc_kernel *kernel, struct kipc_record *record, uint64_t *lost)
{
    KIPC_GUARD(record != NULL, KIPC_E_INVAL);
    int result = enter(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    if (lost != NULL) {
        *lost = kernel->observer->audit.lost;
    }
    return ki_leave(kernel, kipc_record_ring_take(&kernel->observer->audit, record));
}

int kipc_perf_snapshot(struct kipc_kernel *kernel, uintptr_t number, struct kipc_operation_profile *profile)
{
    KIPC_GUARD(profile != NULL, KIPC_E_INVAL);
    KIPC_GUARD(number >= KIPC_SYSCALL_FIRST && number - KIPC_SYSCALL_FIRST < KIPC_SYSCALL_COUNT, KIPC_E_NOSYS);
    int result = enter(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    *profile = kernel->observer->operations[number - KIPC_SYSCALL_FIRST];
    return ki_leave(kernel, KIPC_OK);
}

int kipc_channel_profile_at(struct kipc_kernel *kernel, uint32_t position, struct kipc_channel_profile *profile)
{
    KIPC_GUARD(profile != NULL, KIPC_E_INVAL);
    int result = enter(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_table *table = &kernel->tables[KIPC_TABLE_CHANNEL];
    const struct kipc_observer_config *config = &kernel->observer->config;
    if (position >= config->channel_count || position >= table->capacity) {
        return ki_leave(kernel, KIPC_E_NOTFOUND);
    }
    const void *end = kipc_table_at(table, position);
    if (end == NULL || config->channels[position].id != kipc_table_id(table, end)) {
        return ki_leave(kernel, KIPC_E_NOTFOUND);
    }
    ki_copy_bytes(profile, &config->channels[position], sizeof(*profile));
    return ki_leave(kernel, KIPC_OK);
}

int kipc_throughput_next(struct kipc_kernel *kernel, struct kipc_sample *sample)
{
    KIPC_GUARD(sample != NULL, KIPC_E_INVAL);
    int result = enter(kernel);
    KIPC_GUARD(result == KIPC_OK, result);
    if (kernel->observer->config.sample_count == 0) {
        return ki_leave(kernel, KIPC_E_NOTSUP);
    }
    uint64_t now = kernel->port->ops->ticks(kernel->port->context);
    return ki_leave(kernel, kipc_throughput_take(&kernel->observer->throughput, sample, now));
}
