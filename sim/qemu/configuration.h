/* SPDX-License-Identifier: MIT */
/* The run's configuration: a file of key=value lines that the launcher writes. */
#ifndef COSIM_QEMU_CONFIGURATION_H
#define COSIM_QEMU_CONFIGURATION_H

#include <stdbool.h>
#include <stdint.h>

enum { CONFIGURATION_PATH_MAX = 512 };

struct configuration {
    char design[CONFIGURATION_PATH_MAX]; /* shared object */
    char ram[CONFIGURATION_PATH_MAX];    /* QEMU's memory file */
    char qtest[CONFIGURATION_PATH_MAX], qmp[CONFIGURATION_PATH_MAX];
    char run_directory[CONFIGURATION_PATH_MAX];
    char marks[CONFIGURATION_PATH_MAX];      /* may be empty */
    char parameters[CONFIGURATION_PATH_MAX]; /* may be empty */
    uint64_t ram_size, harts, quantum, lead, cycle_limit, host_time_limit_ms, seed;
    uint64_t memory_latency, back_pressure, skip, ignore_quiet, wave_start, wave_end, gdb;
    uint64_t record_inputs; /* write inputs.bin, for sim/block/bare_loop */
};

/**
 * Reads a configuration.
 * @param path           the file
 * @param configuration  receives it; on failure undefined
 * @return true; or false, after printing to stderr which line, value or key is wrong and what the rule is
 */
bool configuration_read(const char *path, struct configuration *configuration);

#endif
