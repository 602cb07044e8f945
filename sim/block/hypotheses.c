/* SPDX-License-Identifier: MIT */
/* See hypotheses.h. */
#include "hypotheses.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { END_BOUND = 9 }; /* cycles after the last handshake: an abort ends within 8 */

static int probe_number(const struct cosim_design_shape *shape, const char *name)
{
    for (unsigned i = 0; i < shape->probe_count; i++) {
        if (strcmp(shape->probe_names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

bool hypotheses_make(struct hypotheses *hypotheses, const struct cosim_design_shape *shape)
{
    char name[32];

    memset(hypotheses, 0, sizeof *hypotheses);
    for (unsigned i = 0; i < HYPOTHESES_MAX; i++) {
        hypotheses->models[i] = calloc(1, sizeof *hypotheses->models[i]);
        if (hypotheses->models[i] == NULL) {
            return false;
        }
    }
    for (unsigned i = 0; i < MODEL_AGENTS; i++) {
        snprintf(name, sizeof name, "sources.%u", i);
        hypotheses->probes.sources[i] = probe_number(shape, name);
        snprintf(name, sizeof name, "doorbell.%u", i);
        hypotheses->probes.doorbell[i] = probe_number(shape, name);
    }
    hypotheses->probes.quiesce_accept = probe_number(shape, "quiesce_accept");
    return true;
}

void hypotheses_free(struct hypotheses *hypotheses)
{
    for (unsigned i = 0; i < HYPOTHESES_MAX; i++) {
        free(hypotheses->models[i]);
    }
}

void hypotheses_reset(struct hypotheses *hypotheses, const struct size *size)
{
    model_reset(hypotheses->models[0], size);
    hypotheses->count = 1;
}

static void give_up(struct hypotheses *hypotheses, unsigned index)
{
    struct model *model = hypotheses->models[index];

    hypotheses->failed_check = model->failed_check;
    snprintf(hypotheses->failure, sizeof hypotheses->failure, "%s", model->failure);
    hypotheses->count--;
    hypotheses->models[index] = hypotheses->models[hypotheses->count];
    hypotheses->models[hypotheses->count] = model;
}

/** An abort, or the message of a ring that stopped, could have ended in the cycle that has just passed. */
static void split_ring(struct hypotheses *hypotheses, unsigned index, unsigned ring_number)
{
    struct model *model = hypotheses->models[index];
    struct ring *ring = &model->rings[ring_number];
    const struct agent *agent = &model->agents[ring_number / model->size.rings];
    /* An abort that was asked for before the agent's reset may end, with its event, while the reset is being asked for.
     */
    const bool reset_begins = agent->resetting && agent->reset_cycle + 1 == model->cycle;
    const bool resetting = agent->resetting && !reset_begins;
    /* So may one that is asked for once more in its last cycle: that is another abort, visible in the cycle after. */
    const bool again = ring->abort_again != 0 && ring->abort_again + 1 == model->cycle;
    const bool may_end =
        ring->aborting ? !resetting && !ring_has_burst(model, ring_number) : ring_dropped_idle(model, ring_number);

    ring->abort_again = 0;
    if (!may_end) {
        ring->drained_for = 0;
        return;
    }
    if (ring->drained_for++ == 0 && ring->aborting) {
        return; /* an abort ends at least one cycle later */
    }
    if (ring->drained_for > END_BOUND || hypotheses->count == HYPOTHESES_MAX) {
        ring_end(model, ring_number, true);
        return;
    }
    struct model *ended = hypotheses->models[hypotheses->count++];
    *ended = *model;
    ring_end(ended, ring_number, true);
    if (reset_begins || again) {
        ring_start_abort(ended, ring_number);
        ended->rings[ring_number].abort_cycle = model->cycle - 1;
    }
    hypotheses->splits++;
}

static void split(struct hypotheses *hypotheses)
{
    const struct model *first = hypotheses->models[0];
    const unsigned rings = first->size.agents * first->size.rings;

    for (unsigned i = 0; i < hypotheses->count; i++) {
        for (unsigned ring = 0; ring < rings; ring++) {
            const struct model *model = hypotheses->models[i];
            if (model->rings[ring].aborting || (model->engine.message_count > 0 && !model->rings[ring].enable)) {
                split_ring(hypotheses, i, ring);
            }
        }
    }
}

static void merge(struct hypotheses *hypotheses)
{
    for (unsigned i = 0; i < hypotheses->count; i++) {
        for (unsigned j = hypotheses->count; j-- > i + 1;) {
            if (memcmp(hypotheses->models[i], hypotheses->models[j], sizeof(struct model)) == 0) {
                struct model *same = hypotheses->models[j];
                hypotheses->count--;
                hypotheses->models[j] = hypotheses->models[hypotheses->count];
                hypotheses->models[hypotheses->count] = same;
            }
        }
    }
}

bool hypotheses_cycle(struct hypotheses *hypotheses, const struct observation *seen, struct prediction *prediction)
{
    for (unsigned i = hypotheses->count; i-- > 0;) {
        struct model *model = hypotheses->models[i];
        model_observe(model, seen);
        model_predict(model, seen, prediction);
        if (model->failed_check == NULL) {
            check_outputs(model, &hypotheses->probes, seen, prediction);
        }
        if (model->failed_check == NULL) {
            model_advance(model, seen, prediction);
        }
        if (model->failed_check != NULL) {
            give_up(hypotheses, i);
        }
    }
    if (hypotheses->count == 0) {
        return false;
    }
    if (hypotheses->count > 1) {
        merge(hypotheses);
    }
    split(hypotheses);
    hypotheses->most = hypotheses->count > hypotheses->most ? hypotheses->count : hypotheses->most;
    return true;
}
