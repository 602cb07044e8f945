/* SPDX-License-Identifier: MIT */
/* The end of a run: summary.json, diagnosis.txt, and the watchdog that ends one which does not end itself. */
#include "plugin.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { GRACE_SECONDS = 5 };

static const char *const verdicts[] = {"running", "pass", "fail", "dead-lock", "cycle-limit", "time-limit"};

uint64_t host_nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static FILE *open_in_run(const char *name)
{
    char path[CONFIGURATION_PATH_MAX + 32];

    snprintf(path, sizeof path, "%s/%s", plugin.configuration.run_directory, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        fprintf(stderr, "belfry: cannot write %s\n", path);
        _exit(STATUS_SETUP);
    }
    return file;
}

static void write_harts(FILE *file)
{
    for (unsigned i = 0; i < plugin.configuration.harts; i++) {
        struct cosim_hart_state hart = cosim_engine_hart(plugin.engine, i);
        fprintf(file,
                "%s{\"retired\": %" PRIu64 ", \"stall\": %" PRIu64 ", \"idle\": %" PRIu64 ", \"time\": %" PRIu64
                ", \"pc\": %" PRIu64 "}",
                i == 0 ? "" : ", ", hart.retired, hart.stall, hart.idle, hart.time, hart.pc);
    }
}

static void write_summary(uint64_t events, uint64_t host_ns)
{
    const struct cosim_counters *c = cosim_engine_counters(plugin.engine);
    FILE *file = open_in_run("summary.json");

    fprintf(file, "{\"verdict\": \"%s\", \"exit_code\": %" PRIu64 ", \"reason\": \"%s\",\n \"harts\": [",
            verdicts[cosim_engine_verdict(plugin.engine)], cosim_engine_exit_code(plugin.engine),
            cosim_engine_reason(plugin.engine));
    write_harts(file);
    fprintf(file,
            "],\n \"cycles\": %" PRIu64 ", \"rtl_cycles_run\": %" PRIu64 ", \"rtl_cycles_skipped\": %" PRIu64
            ",\n \"bus_reads\": %" PRIu64 ", \"bus_writes\": %" PRIu64 ", \"irq_edges\": %" PRIu64
            ", \"max_skew_instructions\": %" PRIu64 ", \"max_skew_cycles\": %" PRIu64 ",\n \"dma_bytes_read\": %" PRIu64
            ", \"dma_bytes_written\": %" PRIu64 ", \"failed_checks\": %" PRIu64 ", \"expected_errors\": %" PRIu64
            ",\n \"events\": %" PRIu64 ", \"host_ns\": %" PRIu64 "}\n",
            cosim_engine_cycle(plugin.engine), c->rtl_run, c->rtl_skipped, c->bus_reads, c->bus_writes, c->irq_edges,
            c->max_skew_instructions, c->max_skew_cycles, c->dma_bytes_read, c->dma_bytes_written, c->failed_checks,
            c->expected_errors, events, host_ns);
    fclose(file);
}

/** What every part was doing. Program counters are numbers here; the launcher adds the symbols. */
static void write_diagnosis(FILE *file)
{
    const struct cosim_design_outputs *outputs = cosim_engine_outputs(plugin.engine);
    struct cosim_event recent[COSIM_EVENT_RECENT];
    size_t count = cosim_event_file_recent(plugin.events, recent, COSIM_EVENT_RECENT);

    fprintf(file, "%s at cycle %" PRIu64 ": %s\n\n", verdicts[cosim_engine_verdict(plugin.engine)],
            cosim_engine_cycle(plugin.engine), cosim_engine_reason(plugin.engine));
    for (unsigned i = 0; i < plugin.configuration.harts; i++) {
        struct cosim_hart_state hart = cosim_engine_hart(plugin.engine, i);
        fprintf(file, "hart %u: pc 0x%016" PRIx64 ", %s, time %" PRIu64 " cycles, %" PRIu64 " instructions retired\n",
                i, hart.pc, hart.waiting ? "waits in WFI" : "runs", hart.time, hart.retired);
    }
    controller_describe(file);
    for (unsigned i = 0; i < plugin.design->shape.probe_count; i++) {
        fprintf(file, "probe %s: 0x%" PRIx64 "\n", plugin.design->shape.probe_names[i], outputs->probes[i]);
    }
    fprintf(file, "\nlast %zu events (cycle, kind, unit, detail, arguments):\n", count);
    for (size_t i = 0; i < count; i++) {
        fprintf(file, "%12" PRIu64 " %-20s %3u %10u 0x%016" PRIx64 " 0x%016" PRIx64 "\n", recent[i].cycle,
                cosim_event_kind_name(recent[i].kind), recent[i].unit, recent[i].detail, recent[i].argument[0],
                recent[i].argument[1]);
    }
}

static int status_of(enum cosim_verdict verdict)
{
    switch (verdict) {
    case COSIM_PASS:
        return STATUS_PASS;
    case COSIM_FAIL:
        return STATUS_FAIL;
    default:
        return STATUS_LIMIT;
    }
}

_Noreturn void finish(void)
{
    enum cosim_verdict verdict = cosim_engine_verdict(plugin.engine);
    uint64_t host_ns = host_nanoseconds() - plugin.started_ns;
    uint64_t events = cosim_event_file_count(plugin.events);

    if (verdict != COSIM_PASS) {
        FILE *file = open_in_run("diagnosis.txt");
        write_diagnosis(file);
        fclose(file);
    }
    write_summary(events, host_ns);
    if (!cosim_event_file_close(plugin.events)) {
        fprintf(stderr, "belfry: the event file could not be written whole: is the disk full?\n");
        _exit(STATUS_SETUP);
    }
    if (plugin.inputs != NULL && (ferror(plugin.inputs) != 0 || fclose(plugin.inputs) != 0)) {
        fprintf(stderr, "belfry: inputs.bin could not be written whole: is the disk full?\n");
        _exit(STATUS_SETUP);
    }
    cosim_engine_destroy(plugin.engine);
    fflush(NULL);
    _exit(status_of(verdict));
}

static void *watch(void *argument)
{
    uint64_t milliseconds = (uint64_t)argument;
    struct timespec limit = {.tv_sec = (time_t)(milliseconds / 1000), .tv_nsec = (long)(milliseconds % 1000) * 1000000};

    nanosleep(&limit, NULL);
    cosim_engine_request_stop(plugin.engine, milliseconds);
    /* The engine looks at least every million instructions. If it does not, a hart is stuck inside QEMU or the design:
     * its state may be read only as it is. */
    sleep(GRACE_SECONDS);
    fprintf(stderr,
            "belfry: the run did not end within %d s after its host-time limit of %llu ms; last known pc of "
            "hart 0: 0x%llx\n",
            GRACE_SECONDS, (unsigned long long)milliseconds,
            (unsigned long long)cosim_engine_hart(plugin.engine, 0).pc);
    _exit(STATUS_LIMIT);
}

void watchdog_start(uint64_t milliseconds)
{
    pthread_t thread;

    if (milliseconds != 0 && pthread_create(&thread, NULL, watch, (void *)milliseconds) == 0) {
        pthread_detach(thread);
    }
}
