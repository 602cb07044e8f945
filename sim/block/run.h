/* SPDX-License-Identifier: MIT */
/* One run: a design, a profile, a seed. */
#ifndef BLOCK_RUN_H
#define BLOCK_RUN_H

#include "history.h"
#include "hypotheses.h"
#include "stimulus.h"

struct run_options {
    const struct cosim_design *design;
    const char *design_path;
    const struct profile *profile;
    struct size size;
    uint64_t seed, transactions;
    double stop_after; /* seconds; 0: no bound */
    const char *wave;  /* VCD file; NULL: none */
};

struct run {
    const struct run_options *options;
    void *instance;
    struct cosim_design_inputs in;
    struct cosim_design_outputs out;
    struct hypotheses hypotheses;
    struct stimulus stimulus;
    struct memory memory;
    struct register_driver driver;
    struct history history;
    struct cosim_memory_outputs before; /* of the memory port, in the cycle before: what waits must not change */
    bool ar_waited, aw_waited, w_waited;
    uint64_t random, cycles, accesses, messages, refusals, skips, skipped, resets, silent, promised, unpromised,
        refused_answers;
    uint64_t codes[16], statuses[8]; /* accesses by refusal code, messages by status */
    uint64_t wraps[2];               /* descriptors and completions that were the last before their index begins anew */
    char assertion_file[80], assertion[300];
    bool asserted, timed_out, draining;
};

/** @return true: as specified. Statistics and, if not, the diagnosis have been printed */
bool run_profile(const struct run_options *options);

#endif
