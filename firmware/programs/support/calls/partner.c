/* SPDX-License-Identifier: MIT */
#include "programs/support/calls/partner.h"
#include "kernel/ecall.h"
#include "kernel/ipc_scheduler.h"
#include "kernel/program.h"
#include "programs/support/verdict.h"
#include "soc/trap.h"
#include <kipc/condition.h>
#include <kipc/mutex.h>
#include <kipc/region.h>
#include <kipc/semaphore.h>

struct partner partner;

static void use_condition(bool waits)
{
    struct kipc_kernel *kernel = partner.kernel;

    REQUIRE_OK(kipc_mutex_lock(kernel, partner.pid, partner.mutex, KIPC_FOREVER));
    if (waits) {
        partner.result = kipc_condition_wait(kernel, partner.pid, partner.condition, partner.mutex, KIPC_FOREVER);
    } else {
        partner.result = kipc_condition_signal(kernel, partner.pid, partner.condition);
    }
    REQUIRE_OK(kipc_mutex_unlock(kernel, partner.pid, partner.mutex));
}

static void answer(void)
{
    struct kipc_channel_info info;

    partner.result = kipc_channel_receive(partner.kernel, partner.pid, partner.end, partner.text, sizeof(partner.text),
                                          &info, KIPC_FOREVER);
    REQUIRE_OK(kipc_channel_reply(partner.kernel, partner.pid, info.header.request_id, PARTNER_REPLY,
                                  sizeof(PARTNER_REPLY) - 1));
}

static void ask(void)
{
    const struct kipc_channel_message request = {
        .type = KIPC_MESSAGE_REQUEST, .length = sizeof(PARTNER_REQUEST) - 1, .data = PARTNER_REQUEST};

    partner.result = kipc_channel_call(partner.kernel, partner.pid, partner.end, &request, partner.text,
                                       sizeof(partner.text), KIPC_FOREVER);
}

static void read_region(void)
{
    REQUIRE_OK(kipc_region_attach(partner.kernel, partner.pid, partner.region, NULL));
    partner.result = kipc_region_read(partner.kernel, partner.pid, partner.region, 0, partner.text, 16);
    REQUIRE(kipc_region_detach(partner.kernel, partner.pid, partner.region) == 0, "the region ended too early");
}

static void look(enum kipc_access access)
{
    partner.result =
        ipc_memory_access(partner.memory, partner.kernel, partner.space, partner.address, &partner.byte, 1, access);
}

static void die(void)
{
    REQUIRE_OK(kipc_mutex_lock(partner.kernel, partner.pid, partner.mutex, KIPC_NO_WAIT));
    REQUIRE_OK(kipc_process_exit(partner.kernel, partner.pid));
}

static void do_task(enum partner_task task)
{
    switch (task) {
    case PARTNER_COUNT_TRAPS:
        partner.result = (int)trap_expected_count();
        break;
    case PARTNER_SIGNAL_CONDITION:
    case PARTNER_WAIT_CONDITION:
        use_condition(task == PARTNER_WAIT_CONDITION);
        break;
    case PARTNER_WAIT_EVENT:
        partner.result = kipc_event_wait(partner.kernel, partner.pid, partner.event, KIPC_FOREVER, &partner.signal);
        break;
    case PARTNER_ANSWER:
        answer();
        break;
    case PARTNER_ASK:
        ask();
        break;
    case PARTNER_READ_REGION:
        read_region();
        break;
    case PARTNER_LOAD:
        look(KIPC_ACCESS_READ);
        break;
    case PARTNER_STORE:
        look(KIPC_ACCESS_WRITE);
        break;
    default: /* PARTNER_DIE */
        die();
        break;
    }
}

/* A transport whose wire is the sender's thread. */
struct wire {
    struct kipc_transport transport;
    struct kipc_kernel *kernel;
    uint32_t node, other;
};

static void carry(void *context, uint32_t port)
{
    const struct wire *wire = context;
    struct kipc_message_header header;
    uint8_t payload[PARTNER_PAYLOAD_MAX];
    int length = kipc_transport_take(wire->kernel, wire->node, port, &header, payload, sizeof(payload));

    while (length >= 0) {
        REQUIRE_OK(kipc_transport_deliver(wire->kernel, wire->other, port, &header, payload, (uint32_t)length));
        length = kipc_transport_take(wire->kernel, wire->node, port, &header, payload, sizeof(payload));
    }
    REQUIRE(length == KIPC_E_EMPTY, "the wire from node %u took %d", wire->node, length);
}

/* Every message is received before the next one is sent, and both channels end with their process. */
static void do_nothing(void *context, uint32_t port)
{
    (void)context;
    (void)port;
}

void partner_open_nodes(struct kipc_kernel *kernel)
{
    static const struct kipc_transport_ops ops = {.kick = carry, .room = do_nothing, .parted = do_nothing};
    static struct wire wires[2];

    for (uint32_t i = 0; i < 2; i++) {
        wires[i] = (struct wire){.transport = {.ops = &ops, .context = &wires[i], .payload_max = PARTNER_PAYLOAD_MAX},
                                 .kernel = kernel,
                                 .node = PARTNER_NODE + i,
                                 .other = PARTNER_NODE + 1 - i};
        REQUIRE_OK(kipc_route_add(kernel, wires[i].node, &wires[i].transport));
    }
}

void partner_run(void *argument)
{
    enum partner_task task;

    (void)argument;
    partner.thread = (uint32_t)thread_self()->id;
    REQUIRE_OK(ecall_attach(partner.pid, IPC_PRIORITY(PROGRAM_MAIN_PRIORITY - 1)));
    do {
        REQUIRE_OK(kipc_semaphore_wait(partner.kernel, partner.pid, partner.go, KIPC_FOREVER));
        task = partner.task;
        do_task(task);
        partner.done++;
    } while (task != PARTNER_DIE);
}
