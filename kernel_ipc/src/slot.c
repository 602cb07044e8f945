/* SPDX-License-Identifier: MIT */
#include "internal.h"

/* The one step that is allowed out of each state. */
static const enum kipc_slot_state next_state[] = {
    [KIPC_SLOT_FREE] = KIPC_SLOT_WRITING,
    [KIPC_SLOT_WRITING] = KIPC_SLOT_READY,
    [KIPC_SLOT_READY] = KIPC_SLOT_READING,
    [KIPC_SLOT_READING] = KIPC_SLOT_FREE,
};

int ki_slot_step(enum kipc_slot_state *state, enum kipc_slot_state to)
{
    bool allowed = (unsigned int)*state <= KIPC_SLOT_READING && next_state[*state] == to;
    KIPC_ASSERT(allowed);
    KIPC_GUARD(allowed, KIPC_E_STATE);
    *state = to;
    return KIPC_OK;
}
