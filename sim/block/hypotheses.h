/* SPDX-License-Identifier: MIT */
/*
 * The states that the design can be in as far as its outputs have told. There is one, but for the few cycles in which
 * the specification leaves open when an abort ends or a ring goes idle.
 */
#ifndef BLOCK_HYPOTHESES_H
#define BLOCK_HYPOTHESES_H

#include "model.h"

enum { HYPOTHESES_MAX = 64 };

struct probe_numbers {
    int sources[MODEL_AGENTS], doorbell[MODEL_AGENTS], quiesce_accept; /* -1: the design has no such probe */
};

struct hypotheses {
    struct model *models[HYPOTHESES_MAX];
    unsigned count;
    struct probe_numbers probes;
    uint64_t splits;
    unsigned most;
    const char *failed_check; /* why the last of them was given up */
    char failure[400];
};

/** @return false: out of memory */
bool hypotheses_make(struct hypotheses *hypotheses, const struct cosim_design_shape *shape);
void hypotheses_free(struct hypotheses *hypotheses);
void hypotheses_reset(struct hypotheses *hypotheses, const struct size *size);
/** One cycle. @return false: no hypothesis explains what was seen */
bool hypotheses_cycle(struct hypotheses *hypotheses, const struct observation *seen, struct prediction *prediction);
/** Compares one cycle with its prediction and fails the model if they differ. */
void check_outputs(struct model *model, const struct probe_numbers *probes, const struct observation *seen,
                   const struct prediction *prediction);

#endif
