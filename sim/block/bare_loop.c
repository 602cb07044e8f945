/* SPDX-License-Identifier: MIT */
/*
 * bare_loop DESIGN.so CYCLES       the design's clock and nothing else
 * bare_loop DESIGN.so INPUTS.bin   drives again what a run drove into the design, with no CPU and no bus model
 *
 * The upper bound of a co-simulation's speed: the same Verilated model does the same work, and nothing else is done.
 * Prints {"cycles": n, "seconds": x}.
 */
#include "cosim/input_file.h"
#include "load_design.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void print_assertion(void *context, const char *file, unsigned line, const char *message)
{
    (void)context;
    fprintf(stderr, "%s:%u: %s\n", file, line, message);
}

/** Reads a whole file of records. @return them, owned by the caller; NULL with a message if it is none */
static struct cosim_input_record *read_records(const char *path, size_t *count)
{
    FILE *file = fopen(path, "rb");
    struct cosim_input_record *records = NULL;
    long bytes = -1;

    if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
        bytes = ftell(file);
        rewind(file);
    }
    if (bytes <= 0 || (size_t)bytes % sizeof *records != 0) {
        fprintf(stderr, "bare_loop: %s is neither a number of cycles nor a file of inputs: %s\n", path,
                file == NULL ? strerror(errno) : "its size is wrong");
    } else if ((records = malloc((size_t)bytes)) != NULL) {
        *count = fread(records, sizeof *records, (size_t)bytes / sizeof *records, file);
    }
    if (file != NULL) {
        fclose(file);
    }
    return records;
}

static uint64_t run_for(const struct cosim_design *design, void *instance, uint64_t cycles)
{
    struct cosim_design_outputs outputs;

    for (uint64_t done = 0; done < cycles;) {
        done += design->run(instance, cycles - done, &outputs);
    }
    return cycles;
}

/**
 * Cycles with the same inputs become one record: a run writes one whenever it looked at the design, and settling the
 * same inputs again would be work that the run did not do.
 * @return how many records are left
 */
static size_t merge_records(struct cosim_input_record *records, size_t count)
{
    size_t last = 0;

    for (size_t i = 1; i < count; i++) {
        if (memcmp(&records[last].inputs, &records[i].inputs, sizeof records[i].inputs) == 0) {
            records[last].cycles += records[i].cycles;
        } else {
            records[++last] = records[i];
        }
    }
    return count != 0 ? last + 1 : 0;
}

static uint64_t replay(const struct cosim_design *design, void *instance, const struct cosim_input_record *records,
                       size_t count)
{
    struct cosim_design_outputs outputs;
    uint64_t cycles = 0;

    for (size_t i = 0; i < count; i++) {
        design->settle(instance, &records[i].inputs, &outputs);
        if (records[i].cycles == 1) {
            design->edge(instance);
            cycles++;
        } else {
            cycles += run_for(design, instance, records[i].cycles);
        }
    }
    return cycles;
}

int main(int argc, char **argv)
{
    struct cosim_design_listener listener = {.assertion = print_assertion};
    struct cosim_design_inputs idle = {.memory = {.awready = true, .arready = true}};
    struct cosim_design_outputs outputs;
    struct cosim_input_record *records = NULL;
    char *end = NULL;
    size_t count = 0;

    if (argc != 3) {
        fprintf(stderr, "usage: bare_loop DESIGN.so CYCLES|INPUTS.bin\n");
        return 2;
    }
    uint64_t cycles = strtoull(argv[2], &end, 0);
    const struct cosim_design *design = load_design(argv[1]);
    if (design == NULL || (*end != 0 && (records = read_records(argv[2], &count)) == NULL)) {
        return 2;
    }
    void *instance = design->create(&listener);
    if (instance == NULL) {
        fprintf(stderr, "bare_loop: out of memory\n");
        return 2;
    }
    count = merge_records(records, count);
    design->reset(instance, 4);
    design->settle(instance, &idle, &outputs);
    double start = seconds_now();
    cycles = records != NULL ? replay(design, instance, records, count) : run_for(design, instance, cycles);
    printf("{\"cycles\": %" PRIu64 ", \"seconds\": %.6f}\n", cycles, seconds_now() - start);
    design->destroy(instance);
    free(records);
    return 0;
}
