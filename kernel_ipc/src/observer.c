/* SPDX-License-Identifier: MIT */
#include "observe.h"
#include <kipc/observer.h>

int kipc_observer_attach(struct kipc_kernel *kernel, struct kipc_observer *observer,
                         const struct kipc_observer_config *config)
{
    KIPC_GUARD(kernel != NULL && observer != NULL && config != NULL, KIPC_E_INVAL);
    KIPC_GUARD(config->channels != NULL || config->channel_count == 0, KIPC_E_INVAL);
    KIPC_GUARD(config->sample_count == 0 || (config->samples != NULL && config->interval >= 1), KIPC_E_INVAL);
    KIPC_GUARD(config->trace != NULL || config->trace_records == 0, KIPC_E_INVAL);
    KIPC_GUARD(config->audit != NULL || config->audit_records == 0, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    if (kernel->observer != NULL) {
        return ki_leave(kernel, KIPC_E_BUSY);
    }
    const struct kipc_port *port = kernel->port;
    ki_clear(observer, sizeof(*observer));
    ki_clear(config->channels, config->channel_count * sizeof(*config->channels));
    observer->config = *config;
    int result = kipc_record_ring_set_up(&observer->trace, config->trace, config->trace_records);
    if (result == KIPC_OK) {
        result = kipc_record_ring_set_up(&observer->audit, config->audit, config->audit_records);
    }
    if (result == KIPC_OK && config->sample_count != 0) {
        result = kipc_throughput_set_up(&observer->throughput, config->samples, config->sample_count, config->interval,
                                        port->ops->ticks(port->context));
    }
    if (result == KIPC_OK) {
        observer->last_read = port->ops->cycles(port->context);
        kernel->observer = observer;
        ki_store_relaxed(&kernel->observation, ki_load_relaxed(&kernel->observation) + 1);
    }
    return ki_leave(kernel, result);
}

int kipc_observer_detach(struct kipc_kernel *kernel)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    if (kernel->observer == NULL) {
        return ki_leave(kernel, KIPC_E_NOTFOUND);
    }
    kernel->observer = NULL;
    ki_store_relaxed(&kernel->observation, ki_load_relaxed(&kernel->observation) + 1);
    return ki_leave(kernel, KIPC_OK);
}

/* In the critical section, so that no two readings change places. */
static uint64_t time_now(struct kipc_kernel *kernel)
{
    struct kipc_observer *observer = kernel->observer;
    uint64_t read = kernel->port->ops->cycles(kernel->port->context);
    observer->time += kipc_cycles_between(kernel->port, observer->last_read, read);
    observer->last_read = read;
    return observer->time;
}

/* What is known about an end; anew if its place in the table belonged to another one before. NULL: no room for it. */
static struct kipc_channel_profile *profile_of(const struct kipc_kernel *kernel, const struct kipc_channel *end)
{
    uint32_t id = kipc_table_id(&kernel->tables[KIPC_TABLE_CHANNEL], end);
    uint32_t position = (id & KIPC_TABLE_ENTRIES_MAX) - 1;
    KIPC_GUARD(position < kernel->observer->config.channel_count, NULL);
    struct kipc_channel_profile *profile = &kernel->observer->config.channels[position];
    if (profile->id != id) {
        ki_clear(profile, sizeof(*profile));
        profile->id = id;
    }
    return profile;
}

void ki_observed_entry(const struct ki_call *call)
{
    const struct kipc_scheduler *scheduler = &call->kernel->scheduler;
    const struct kipc_object *object = call->handle->object;
    bool has_waited = scheduler->lock_waited != NULL && scheduler->lock_waited(scheduler->context);
    if (!has_waited || object->table != KIPC_TABLE_CHANNEL) {
        return;
    }
    struct kipc_channel_profile *profile = profile_of(call->kernel, (const struct kipc_channel *)(const void *)object);
    if (profile != NULL) {
        profile->lock_waits += 1;
    }
}

void ki_observed_refusal(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, int result)
{
    struct kipc_observer *observer = kernel->observer;
    bool is_refusal =
        result == KIPC_E_ACCES || result == KIPC_E_BADF || result == KIPC_E_TYPE || result == KIPC_E_BADCAP;
    if (!observer->is_auditing || !is_refusal) {
        return;
    }
    struct kipc_record record;
    ki_clear(&record, sizeof(record));
    record.kind = KIPC_RECORD_DENIED;
    record.result = result;
    record.time = time_now(kernel);
    record.source = caller;
    record.sent_with = handle;
    kipc_record_ring_add(&observer->audit, &record);
}

/* What both hops of a message have in common. */
static void describe(struct kipc_kernel *kernel, struct kipc_record *record, enum kipc_record_kind kind,
                     const struct kipc_channel *inbox, const struct kipc_block *block)
{
    ki_clear(record, sizeof(*record));
    record->kind = kind;
    record->time = time_now(kernel);
    record->sequence = block->sequence;
    record->source = (kipc_pid_t)block->slot.header.sender;
    record->channel = kipc_table_id(&kernel->tables[KIPC_TABLE_CHANNEL], inbox);
    record->length = block->length;
    record->type = block->slot.header.type;
    record->priority = block->slot.header.priority;
}

/*
 * A message that came from another node, or goes on when its call is over, has none; during a wait somebody may close
 * the handle that a call came through.
 */
static kipc_handle_t handle_of(const struct ki_call *call)
{
    const struct kipc_handle_entry *entry = call != NULL ? call->handle : NULL;
    bool is_same = entry != NULL && entry->entry.id != KIPC_NO_ID && entry->object == call->object;
    return is_same ? kipc_table_id(&call->kernel->tables[KIPC_TABLE_HANDLE], entry) : KIPC_NO_ID;
}

void ki_observed_send(struct kipc_kernel *kernel, const struct ki_call *call, const struct kipc_channel *inbox,
                      struct kipc_block *block)
{
    struct kipc_record record;
    describe(kernel, &record, KIPC_RECORD_SEND, inbox, block);
    record.sent_with = handle_of(call);
    block->sent_at = record.time;
    block->observation = ki_load_relaxed(&kernel->observation);
    block->sent_through = record.sent_with;
    if (kernel->observer->is_tracing) {
        kipc_record_ring_add(&kernel->observer->trace, &record);
    }
}

static void count_message(struct kipc_kernel *kernel, const struct kipc_channel *inbox,
                          const struct kipc_record *record, bool was_seen)
{
    struct kipc_channel_profile *profile = profile_of(kernel, inbox);
    struct kipc_observer *observer = kernel->observer;
    if (observer->config.sample_count != 0) {
        kipc_throughput_add(&observer->throughput, record->length, kernel->port->ops->ticks(kernel->port->context));
    }
    if (profile == NULL) {
        return;
    }
    profile->messages += 1;
    profile->bytes += record->length;
    if (was_seen) {
        kipc_histogram_add(&profile->latency, record->spent);
    }
}

void ki_observed_receive(struct kipc_kernel *kernel, const struct ki_call *call, const struct kipc_channel *inbox,
                         const struct kipc_block *block, kipc_pid_t receiver, const kipc_handle_t *capabilities)
{
    struct kipc_observer *observer = kernel->observer;
    bool was_seen = block->observation == ki_load_relaxed(&kernel->observation);
    struct kipc_record record;
    describe(kernel, &record, KIPC_RECORD_RECEIVE, inbox, block);
    record.destination = receiver;
    record.taken_with = handle_of(call);
    record.spent = was_seen ? record.time - block->sent_at : 0;
    record.sent_with = was_seen ? block->sent_through : KIPC_NO_ID;
    for (uint32_t i = 0; i < KIPC_MSG_CAPABILITIES; i++) {
        record.carried[i] = capabilities[i];
    }
    count_message(kernel, inbox, &record, was_seen);
    if (observer->is_tracing) {
        kipc_record_ring_add(&observer->trace, &record);
    }
    if (observer->is_auditing) {
        kipc_record_ring_add(&observer->audit, &record);
    }
}

static void count_call(struct kipc_operation_profile *profile, uint64_t cycles, int result)
{
    profile->least = profile->count == 0 || cycles < profile->least ? cycles : profile->least;
    profile->most = cycles > profile->most ? cycles : profile->most;
    profile->count += 1;
    profile->failures += result < 0;
    profile->total += cycles;
}

/* A call took cycles on behalf of a channel if its first argument names one. */
static void count_for_channel(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t handle, uint64_t cycles)
{
    const struct kipc_process *process = ki_process(kernel, caller);
    if (process == NULL || (uint32_t)handle != handle) {
        return;
    }
    const struct kipc_handle_entry *entry = ki_handle_find(kernel, process, (kipc_handle_t)handle);
    if (entry == NULL || entry->object->table != KIPC_TABLE_CHANNEL) {
        return;
    }
    struct kipc_channel_profile *profile = profile_of(kernel, (const struct kipc_channel *)(const void *)entry->object);
    if (profile != NULL) {
        profile->calls += 1;
        profile->cycles += cycles;
    }
}

void ki_observed_call(struct kipc_kernel *kernel, kipc_pid_t caller, uintptr_t number, uintptr_t handle,
                      uint64_t started, int result)
{
    ki_lock(kernel);
    struct kipc_observer *observer = kernel->observer;
    if (observer != NULL) { /* it may have gone while the call was under way */
        uint64_t cycles = kipc_cycles_between(kernel->port, started, kernel->port->ops->cycles(kernel->port->context));
        bool is_known = number >= KIPC_SYSCALL_FIRST && number - KIPC_SYSCALL_FIRST < KIPC_SYSCALL_COUNT;
        count_call(is_known ? &observer->operations[number - KIPC_SYSCALL_FIRST] : &observer->unknown, cycles, result);
        count_for_channel(kernel, caller, handle, cycles);
    }
    ki_unlock(kernel);
}
