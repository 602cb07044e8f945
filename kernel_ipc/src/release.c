/* SPDX-License-Identifier: MIT */
/* The consumer's half of a pool. */
#include "pool_path.h"

int kipc_pool_receive_sc(struct kipc_pool_consumer *consumer, const struct kipc_loan_descriptor *descriptor,
                         struct kipc_view *view)
{
    KIPC_GUARD(consumer != NULL && descriptor != NULL && view != NULL, KIPC_E_INVAL);
    KIPC_GUARD(descriptor->reserved == 0, KIPC_E_INTEGRITY);
    return ki_pool_receive(consumer, descriptor->index, descriptor->generation, descriptor->length, view);
}

int kipc_pool_release_sc(struct kipc_pool_consumer *consumer, struct kipc_view *view)
{
    KIPC_GUARD(consumer != NULL && view != NULL, KIPC_E_INVAL);
    return ki_pool_release(consumer, view);
}
