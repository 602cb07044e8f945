/* SPDX-License-Identifier: MIT */
/*
 * bare_loop DESIGN.so CYCLES: the design's clock and nothing else, the upper bound of any co-simulation's speed.
 * Prints {"cycles": n, "seconds": x}.
 */
#include "cosim/design.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void ignore_assertion(void *context, const char *file, unsigned line, const char *message)
{
    (void)context;
    fprintf(stderr, "%s:%u: %s\n", file, line, message);
}

static const struct cosim_design *load(const char *path)
{
    void *library = dlopen(path, RTLD_NOW);
    cosim_design_get_function *get = NULL;

    if (library != NULL) {
        *(void **)&get = dlsym(library, COSIM_DESIGN_SYMBOL);
    }
    if (get == NULL || get()->abi != COSIM_DESIGN_ABI) {
        fprintf(stderr, "bare_loop: %s is not a design of this version: %s\n", path, library == NULL ? dlerror() : "");
        return NULL;
    }
    return get();
}

int main(int argc, char **argv)
{
    struct cosim_design_listener listener = {.assertion = ignore_assertion};
    struct cosim_design_inputs inputs = {.memory = {.awready = true, .arready = true}};
    struct cosim_design_outputs outputs;
    uint64_t cycles = argc == 3 ? strtoull(argv[2], NULL, 0) : 0;
    const struct cosim_design *design;

    if (cycles == 0) {
        fprintf(stderr, "usage: bare_loop DESIGN.so CYCLES (a number above 0)\n");
        return 2;
    }
    design = load(argv[1]);
    void *instance = design != NULL ? design->create(&listener) : NULL;
    if (instance == NULL) {
        return 2;
    }
    design->reset(instance, 4);
    design->settle(instance, &inputs, &outputs);
    double start = seconds_now();
    for (uint64_t done = 0; done < cycles;) {
        done += design->run(instance, cycles - done, &outputs);
    }
    printf("{\"cycles\": %" PRIu64 ", \"seconds\": %.6f}\n", cycles, seconds_now() - start);
    design->destroy(instance);
    return 0;
}
