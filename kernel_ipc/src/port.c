/* SPDX-License-Identifier: MIT */
#include "internal.h"

int kipc_port_check(const struct kipc_port *port)
{
    KIPC_GUARD(port != NULL && port->ops != NULL && port->cycle_bits <= 64, KIPC_E_INVAL);
    const struct kipc_port_ops *ops = port->ops;
    KIPC_GUARD(ops->current != NULL && ops->block != NULL && ops->wake != NULL && ops->relax != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ops->ticks != NULL && ops->cycles != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ops->io_read32 != NULL && ops->io_write32 != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ops->fence_to_device != NULL && ops->fence_from_device != NULL, KIPC_E_INVAL);
    return KIPC_OK;
}

uint64_t kipc_deadline_after(const struct kipc_port *port, uint64_t duration)
{
    if (duration == KIPC_FOREVER) {
        return KIPC_FOREVER;
    }
    uint64_t now = port->ops->ticks(port->context);
    if (duration >= KIPC_FOREVER - now) {
        return KIPC_FOREVER - 1;
    }
    /* A clock that still reads 0 must not turn "now" into "do not wait": the codes differ. */
    return now + duration == KIPC_NO_WAIT ? KIPC_NO_WAIT + 1 : now + duration;
}

uint64_t kipc_cycles_between(const struct kipc_port *port, uint64_t from, uint64_t to)
{
    bool is_whole = port->cycle_bits == 0 || port->cycle_bits >= 64;
    return is_whole ? to - from : (to - from) & ((UINT64_C(1) << port->cycle_bits) - 1);
}

int kipc_port_hpm(const struct kipc_port *port, enum kipc_hpm_event event, uint64_t *value)
{
    KIPC_GUARD(value != NULL, KIPC_E_INVAL);
    KIPC_GUARD(port->hpm != NULL, KIPC_E_NOTSUP);
    return port->hpm(port->context, (uint32_t)event, value);
}

static void notify_local(void *context, uint32_t waiter)
{
    const struct kipc_port *port = context;
    port->ops->wake(port->context, waiter);
}

struct kipc_notifier kipc_notifier_local(const struct kipc_port *port)
{
    /* The cast drops const only to pass through the notifier's context; notify_local puts it back. */
    return (struct kipc_notifier){.notify = notify_local, .context = (void *)port};
}
