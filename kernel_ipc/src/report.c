/* SPDX-License-Identifier: MIT */
#include "copy.h"
#include "kernel_internal.h"
#include <kipc/report.h>

static bool can_write(const struct kipc_writer *writer)
{
    return writer != NULL && writer->write != NULL;
}

static void write_hop(const struct kipc_record *record, const struct kipc_writer *writer)
{
    struct kipc_line line;
    kipc_line_begin(&line);
    kipc_line_text(&line, record->kind == KIPC_RECORD_SEND ? "send" : "receive");
    kipc_line_pair(&line, "time", record->time);
    kipc_line_pair(&line, "channel", record->channel);
    kipc_line_pair(&line, "sequence", record->sequence);
    kipc_line_pair(&line, "source", record->source);
    kipc_line_pair(&line, "destination", record->destination);
    kipc_line_pair(&line, "type", record->type);
    kipc_line_pair(&line, "priority", record->priority);
    kipc_line_pair(&line, "length", record->length);
    kipc_line_pair(&line, "spent", record->spent);
    kipc_line_end(&line, writer);
}

int kipc_trace_dump(struct kipc_kernel *kernel, const struct kipc_writer *writer)
{
    KIPC_GUARD(can_write(writer), KIPC_E_INVAL);
    struct kipc_record record;
    int lines = 0;
    int result = kipc_trace_take(kernel, &record, NULL);
    while (result == KIPC_OK) {
        write_hop(&record, writer);
        lines += 1;
        result = kipc_trace_take(kernel, &record, NULL);
    }
    return result == KIPC_E_EMPTY ? lines : result;
}

/* A copy of what an end has seen: KIPC_OK, or KIPC_E_NOTFOUND if no end lives at the position. */
struct end_view {
    uint32_t id;
    uint32_t queued;
    kipc_pid_t creator;
    struct kipc_channel_stats stats;
};

static int look_at_end(struct kipc_kernel *kernel, uint32_t position, struct end_view *view)
{
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    ki_lock(kernel);
    const struct kipc_table *table = &kernel->tables[KIPC_TABLE_CHANNEL];
    const struct kipc_channel *end = position < table->capacity ? kipc_table_at(table, position) : NULL;
    if (end == NULL) {
        return ki_leave(kernel, KIPC_E_NOTFOUND);
    }
    view->id = kipc_table_id(table, end);
    view->queued = end->queued;
    view->creator = end->object.creator;
    ki_copy_bytes(&view->stats, &end->stats, sizeof(view->stats));
    return ki_leave(kernel, KIPC_OK);
}

static void write_end(const struct end_view *view, const struct kipc_writer *writer)
{
    const struct kipc_channel_stats *stats = &view->stats;
    struct kipc_line line;
    kipc_line_begin(&line);
    kipc_line_text(&line, "channel");
    kipc_line_pair(&line, "id", view->id);
    kipc_line_pair(&line, "creator", view->creator);
    kipc_line_pair(&line, "queued", view->queued);
    kipc_line_pair(&line, "sent", stats->sent);
    kipc_line_pair(&line, "sent_bytes", stats->sent_bytes);
    kipc_line_pair(&line, "received", stats->received);
    kipc_line_pair(&line, "received_bytes", stats->received_bytes);
    kipc_line_pair(&line, "dropped", stats->dropped);
    kipc_line_pair(&line, "full_hits", stats->full_hits);
    kipc_line_pair(&line, "empty_hits", stats->empty_hits);
    kipc_line_pair(&line, "send_waits", stats->send_waits);
    kipc_line_pair(&line, "receive_waits", stats->receive_waits);
    kipc_line_pair(&line, "filtered", stats->filtered);
    kipc_line_pair(&line, "depth_peak", stats->depth_peak);
    kipc_line_end(&line, writer);
}

int kipc_dump_channels(struct kipc_kernel *kernel, const struct kipc_writer *writer)
{
    KIPC_GUARD(can_write(writer), KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    int lines = 0;
    for (uint32_t i = 0; i < kernel->tables[KIPC_TABLE_CHANNEL].capacity; i++) {
        struct end_view view;
        if (look_at_end(kernel, i, &view) == KIPC_OK) {
            write_end(&view, writer);
            lines += 1;
        }
    }
    return lines;
}

int kipc_contention_at(struct kipc_kernel *kernel, uint32_t position, struct kipc_contention *contention)
{
    KIPC_GUARD(contention != NULL, KIPC_E_INVAL);
    struct end_view view;
    int result = look_at_end(kernel, position, &view);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel_profile profile;
    bool is_observed = kipc_channel_profile_at(kernel, position, &profile) == KIPC_OK;
    contention->full = view.stats.full_hits;
    contention->empty = view.stats.empty_hits;
    contention->send_waits = view.stats.send_waits;
    contention->receive_waits = view.stats.receive_waits;
    contention->lock_waits = is_observed ? profile.lock_waits : 0;
    return KIPC_OK;
}

static void write_operation(uintptr_t number, const struct kipc_operation_profile *profile,
                            const struct kipc_writer *writer)
{
    struct kipc_line line;
    kipc_line_begin(&line);
    kipc_line_text(&line, "operation ");
    kipc_line_text(&line, kipc_syscall_name(number));
    kipc_line_pair(&line, "count", profile->count);
    kipc_line_pair(&line, "failures", profile->failures);
    kipc_line_pair(&line, "cycles", profile->total);
    kipc_line_pair(&line, "least", profile->least);
    kipc_line_pair(&line, "most", profile->most);
    kipc_line_end(&line, writer);
}

/* Writes the operations, or only adds up what they took if there is no writer. */
static int go_through_operations(struct kipc_kernel *kernel, const struct kipc_writer *writer, uint64_t *total)
{
    int lines = 0;
    *total = 0;
    for (uintptr_t i = 0; i < KIPC_SYSCALL_COUNT; i++) {
        struct kipc_operation_profile profile;
        int result = kipc_perf_snapshot(kernel, KIPC_SYSCALL_FIRST + i, &profile);
        KIPC_GUARD(result == KIPC_OK, result);
        *total += profile.total;
        if (profile.count != 0 && writer != NULL) {
            write_operation(KIPC_SYSCALL_FIRST + i, &profile, writer);
            lines += 1;
        }
    }
    return lines;
}

/*
 * The end with the most cycles that comes behind one with so many at this position. So the order needs no list: each
 * step looks at all of them again.
 */
static bool next_busiest(struct kipc_kernel *kernel, uint64_t *cycles, uint32_t *position,
                         struct kipc_channel_profile *busiest)
{
    bool has_found = false;
    uint64_t limit = *cycles;
    uint32_t last = *position;
    for (uint32_t i = 0; i < kernel->tables[KIPC_TABLE_CHANNEL].capacity; i++) {
        struct kipc_channel_profile profile;
        if (kipc_channel_profile_at(kernel, i, &profile) != KIPC_OK) {
            continue;
        }
        bool is_behind = profile.cycles < limit || (profile.cycles == limit && i > last);
        if (is_behind && (!has_found || profile.cycles > busiest->cycles)) {
            has_found = true;
            *position = i;
            *cycles = profile.cycles;
            ki_copy_bytes(busiest, &profile, sizeof(profile));
        }
    }
    return has_found;
}

static void write_busy_end(const struct kipc_channel_profile *profile, const struct kipc_writer *writer)
{
    struct kipc_line line;
    kipc_line_begin(&line);
    kipc_line_text(&line, "channel");
    kipc_line_pair(&line, "id", profile->id);
    kipc_line_pair(&line, "calls", profile->calls);
    kipc_line_pair(&line, "cycles", profile->cycles);
    kipc_line_pair(&line, "messages", profile->messages);
    kipc_line_pair(&line, "bytes", profile->bytes);
    kipc_line_pair(&line, "latency_p50", kipc_histogram_percentile(&profile->latency, 50));
    kipc_line_pair(&line, "latency_p99", kipc_histogram_percentile(&profile->latency, 99));
    kipc_line_end(&line, writer);
}

int kipc_prof(struct kipc_kernel *kernel, uint32_t top, const struct kipc_writer *writer)
{
    KIPC_GUARD(can_write(writer), KIPC_E_INVAL);
    uint64_t total;
    int lines = go_through_operations(kernel, NULL, &total);
    KIPC_GUARD(lines >= 0, lines);
    struct kipc_line line;
    kipc_line_begin(&line);
    kipc_line_text(&line, "total");
    kipc_line_pair(&line, "cycles", total);
    kipc_line_end(&line, writer);
    lines = go_through_operations(kernel, writer, &total);
    KIPC_GUARD(lines >= 0, lines);
    lines += 1;
    uint64_t cycles = UINT64_MAX;
    uint32_t position = 0;
    struct kipc_channel_profile profile;
    for (uint32_t i = 0; i < top && next_busiest(kernel, &cycles, &position, &profile); i++) {
        write_busy_end(&profile, writer);
        lines += 1;
    }
    return lines;
}

static void write_counter(struct kipc_line *line, const struct kipc_port *port, enum kipc_hpm_event event,
                          const char *name)
{
    uint64_t value;
    kipc_line_text(line, name);
    if (kipc_port_hpm(port, event, &value) == KIPC_OK) {
        kipc_line_number(line, value);
    } else {
        kipc_line_text(line, "n/a");
    }
}

int kipc_report_monitor(const struct kipc_port *port, const struct kipc_writer *writer)
{
    KIPC_GUARD(can_write(writer) && kipc_port_check(port) == KIPC_OK, KIPC_E_INVAL);
    struct kipc_line line;
    kipc_line_begin(&line);
    write_counter(&line, port, KIPC_HPM_CACHE_MISSES, "cache misses=");
    write_counter(&line, port, KIPC_HPM_CACHE_ACCESSES, " accesses=");
    kipc_line_end(&line, writer);
    return 1;
}
