/* SPDX-License-Identifier: MIT */
/* For each system call: what its arguments are, and objects to try it on. */
#include "gate_fixture.h"

static const struct {
    uintptr_t number;
    const char *arguments;
    int result;
} shapes[] = {
    {KIPC_SYSCALL_HANDLE_CLOSE, "h", 0},
    {KIPC_SYSCALL_HANDLE_DUPLICATE, "hvvo", 0},
    {KIPC_SYSCALL_HANDLE_REVOKE, "h", 1},
    {KIPC_SYSCALL_HANDLE_RESTRICT, "hv", 0},
    {KIPC_SYSCALL_OBJECT_CLOSE, "h", 0},
    {KIPC_SYSCALL_OBJECT_SET_NAME, "hsmv", 0},
    {KIPC_SYSCALL_OBJECT_SET_MODE, "hv", 0},
    {KIPC_SYSCALL_OBJECT_OPEN, "vsmvo", 0},
    {KIPC_SYSCALL_OBJECT_UNLINK, "vsm", 0},
    {KIPC_SYSCALL_OBJECT_ID, "ho", 0},
    {KIPC_SYSCALL_OBJECT_FIND, "vvo", 0},
    {KIPC_SYSCALL_COUNTS, "o", 0},
    {KIPC_SYSCALL_PROCESS_USAGE, "vww", 0},
    {KIPC_SYSCALL_PROCESS_EXIT, "", 0},
    {KIPC_SYSCALL_SEMAPHORE_CREATE, "vvvo", 0},
    {KIPC_SYSCALL_SEMAPHORE_WAIT, "hd", 0},
    {KIPC_SYSCALL_SEMAPHORE_POST, "h", 0},
    {KIPC_SYSCALL_SEMAPHORE_VALUE, "hw", 1},
    {KIPC_SYSCALL_MUTEX_CREATE, "vvo", 0},
    {KIPC_SYSCALL_MUTEX_LOCK, "hd", 0},
    {KIPC_SYSCALL_MUTEX_UNLOCK, "h", 0},
    {KIPC_SYSCALL_MUTEX_RECOVER, "h", KIPC_E_STATE}, /* no owner died */
    {KIPC_SYSCALL_MUTEX_OWNER, "ho", 0},
    {KIPC_SYSCALL_CONDITION_CREATE, "vo", 0},
    {KIPC_SYSCALL_CONDITION_WAIT, "hhd", KIPC_E_TIMEDOUT},
    {KIPC_SYSCALL_CONDITION_SIGNAL, "h", 0},
    {KIPC_SYSCALL_CONDITION_BROADCAST, "h", 0},
    {KIPC_SYSCALL_RWLOCK_CREATE, "vvo", 0},
    {KIPC_SYSCALL_RWLOCK_READ, "hd", 0},
    {KIPC_SYSCALL_RWLOCK_WRITE, "hd", KIPC_E_BUSY}, /* it is read-locked */
    {KIPC_SYSCALL_RWLOCK_UNLOCK, "h", 0},
    {KIPC_SYSCALL_EVENT_CREATE, "vvo", 0},
    {KIPC_SYSCALL_EVENT_SIGNAL, "hd", 0},
    {KIPC_SYSCALL_EVENT_PULSE, "hd", 0},
    {KIPC_SYSCALL_EVENT_BROADCAST, "hd", 0},
    {KIPC_SYSCALL_EVENT_RESET, "h", 0},
    {KIPC_SYSCALL_EVENT_WAIT, "hdw", 0},
    {KIPC_SYSCALL_EVENT_WAIT_ANY, "indw", 0},
    {KIPC_SYSCALL_EVENT_WAIT_ALL, "ind", 0},
    {KIPC_SYSCALL_EVENT_WAITERS, "hbn", 0},
    {KIPC_SYSCALL_NOTIFICATION_CREATE, "vo", 0},
    {KIPC_SYSCALL_NOTIFICATION_POST, "hvv", 0},
    {KIPC_SYSCALL_NOTIFICATION_TAKE, "hdo", 0},
    {KIPC_SYSCALL_CHANNEL_CREATE, "io", 0},
    {KIPC_SYSCALL_CHANNEL_SEND, "hid", 0},
    {KIPC_SYSCALL_CHANNEL_RECEIVE, "hbnwd", 5},
    {KIPC_SYSCALL_CHANNEL_DEADLINE, "ho", 0},
    {KIPC_SYSCALL_CHANNEL_DISCONNECT, "h", 0},
    {KIPC_SYSCALL_CHANNEL_CONNECT, "hh", KIPC_E_STATE}, /* they are connected */
    {KIPC_SYSCALL_CHANNEL_ADMIT, "hv", 0},
    {KIPC_SYSCALL_CHANNEL_ADD_RULE, "hi", 0},
    {KIPC_SYSCALL_CHANNEL_STATS, "ho", 1},
    {KIPC_SYSCALL_CHANNEL_CALL, "hibnd", KIPC_E_TIMEDOUT}, /* nobody answers */
    {KIPC_SYSCALL_CHANNEL_REPLY, "dbn", KIPC_E_NOTFOUND},  /* nobody asked */
    {KIPC_SYSCALL_CHANNEL_REPLY_ERROR, "dv", KIPC_E_NOTFOUND},
    {KIPC_SYSCALL_TOPIC_CREATE, "io", 0},
    {KIPC_SYSCALL_TOPIC_SUBSCRIBE, "hio", 0},
    {KIPC_SYSCALL_TOPIC_PUBLISH, "hid", 1},
    {KIPC_SYSCALL_TOPIC_RECEIVE, "hbnwd", 5},
    {KIPC_SYSCALL_CHANNEL_SEND_FAST, "hv", 0},
    {KIPC_SYSCALL_CHANNEL_SEND_BATCH, "hind", 1},
    {KIPC_SYSCALL_CHANNEL_RECEIVE_BATCH, "hind", 1},
    {KIPC_SYSCALL_CHANNEL_SEND_ASYNC, "hivo", 0},
    {KIPC_SYSCALL_CHANNEL_RECEIVE_ASYNC, "hvvo", 0},
    {KIPC_SYSCALL_ASYNC_POLL, "vbnw", KIPC_E_WOULDBLOCK}, /* nothing has come */
    {KIPC_SYSCALL_ASYNC_CANCEL, "v", 0},
    {KIPC_SYSCALL_CHANNEL_OPEN_REMOTE, "ivvo", KIPC_E_NOTFOUND}, /* no route */
    {KIPC_SYSCALL_CONNECTION_INFO, "ho", 0},
    {KIPC_SYSCALL_REGION_CREATE, "i--o", 0},
    {KIPC_SYSCALL_REGION_OPEN, "smvo", KIPC_E_NOTFOUND},
    {KIPC_SYSCALL_REGION_ATTACH, "hw", 0},
    {KIPC_SYSCALL_REGION_DETACH, "h", 0},
    {KIPC_SYSCALL_REGION_DESTROY, "h", KIPC_E_BUSY}, /* it is attached */
    {KIPC_SYSCALL_REGION_READ, "hdbn", 0},
    {KIPC_SYSCALL_REGION_WRITE, "hdbn", 0},
    {KIPC_SYSCALL_REGION_ATOMIC, "hdvvvw", 0},
    {KIPC_SYSCALL_REGION_INFO, "ho", 0},
    {KIPC_SYSCALL_REGION_ATTACHMENT, "hvo", 0},
    {KIPC_SYSCALL_REGION_SET_FLAGS, "hv", 0},
    {KIPC_SYSCALL_REGION_SHARE, "ho", 0},
    {KIPC_SYSCALL_REGION_COPY, "ho", 0},
    {KIPC_SYSCALL_REGION_MOVE, "hvo", 0},
    {KIPC_SYSCALL_REGION_SCATTER, "hibn", 1},
    {KIPC_SYSCALL_REGION_MAP, "hio", 0},
    {KIPC_SYSCALL_REGION_MAP_FOR, "hvvioo", 0},
    {KIPC_SYSCALL_REGION_UNMAP, "d", KIPC_E_INVAL}, /* nothing is mapped there */
    {KIPC_SYSCALL_REGION_PROTECT, "dv", KIPC_E_INVAL},
    {KIPC_SYSCALL_CHANNEL_REQUIRE, "hv", 0},
    {KIPC_SYSCALL_CHANNEL_RECEIVE_TAGGED, "hdbnd", 5},
    {KIPC_SYSCALL_OBJECT_LOOK_UP, "vsmo", 0},
    {KIPC_SYSCALL_CHANNEL_RECEIVE_LARGE, "hbnod", 5},
    {KIPC_SYSCALL_CAPABILITY_MAKE, "hvo", 0},
    {KIPC_SYSCALL_CAPABILITY_REDEEM, "io", 0},
};

static const struct {
    enum kipc_table_id table;
    uint32_t rights;
    uint32_t permission;
} demands[KIPC_SYSCALL_COUNT] = {
#define DEMAND(name, number, function, permit, class, needed)                                                          \
    [(number)-KIPC_SYSCALL_FIRST] = {.table = (class), .rights = (needed), .permission = KIPC_PERMIT_##permit},
    KIPC_SYSCALL_LIST(DEMAND)
#undef DEMAND
};

struct call_description describe_call(uintptr_t number)
{
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        if (shapes[i].number == number) {
            return (struct call_description){.number = number,
                                             .arguments = shapes[i].arguments,
                                             .table = demands[number - KIPC_SYSCALL_FIRST].table,
                                             .rights = demands[number - KIPC_SYSCALL_FIRST].rights,
                                             .permission = demands[number - KIPC_SYSCALL_FIRST].permission,
                                             .result = shapes[i].result};
        }
    }
    fail_msg("no test arguments for system call 0x%lx (%s): add a row to shapes[], and to good_arguments()",
             (unsigned long)number, kipc_syscall_name(number));
    return (struct call_description){0};
}

void make_one_of_each(struct gate_fixture *g)
{
    struct kipc_kernel *kernel = &g->f->kernel;
    kipc_pid_t pid = g->f->first;
    kipc_handle_t *made = g->handles;
    assert_result(kipc_semaphore_create(kernel, pid, 1, 2, KIPC_WAIT_FIFO, &made[KIPC_TABLE_SEMAPHORE]), KIPC_OK);
    assert_result(kipc_mutex_create(kernel, pid, true, KIPC_WAIT_FIFO, &made[KIPC_TABLE_MUTEX]), KIPC_OK);
    assert_result(kipc_mutex_lock(kernel, pid, made[KIPC_TABLE_MUTEX], KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_condition_create(kernel, pid, KIPC_WAIT_FIFO, &made[KIPC_TABLE_CONDITION]), KIPC_OK);
    assert_result(kipc_rwlock_create(kernel, pid, KIPC_RWLOCK_FAIR, KIPC_WAIT_FIFO, &made[KIPC_TABLE_RWLOCK]), KIPC_OK);
    assert_result(kipc_rwlock_read(kernel, pid, made[KIPC_TABLE_RWLOCK], KIPC_NO_WAIT), KIPC_OK);
    assert_result(kipc_event_create(kernel, pid, KIPC_EVENT_MANUAL, KIPC_WAIT_FIFO, &made[KIPC_TABLE_EVENT]), KIPC_OK);
    assert_result(kipc_event_signal(kernel, pid, made[KIPC_TABLE_EVENT], 7), 0);
    assert_result(kipc_notification_create(kernel, pid, KIPC_WAIT_FIFO, &made[KIPC_TABLE_NOTIFICATION]), KIPC_OK);
    assert_result(kipc_notification_post(kernel, pid, made[KIPC_TABLE_NOTIFICATION], 1, 1), KIPC_OK);
    struct kipc_channel_config config = channel_config(4);
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(kernel, pid, &config, ends), KIPC_OK);
    made[KIPC_TABLE_CHANNEL] = ends[0];
    g->peer = ends[1];
    const struct kipc_channel_message message = {.type = KIPC_MESSAGE_DATA, .length = 5, .data = "hello"};
    assert_result(kipc_channel_send(kernel, pid, ends[1], &message, KIPC_NO_WAIT), KIPC_OK);
    const struct kipc_topic_config topic = {.message_max = 64, .history = 1};
    const struct kipc_subscription_config subscription = {.capacity = 4};
    assert_result(kipc_topic_create(kernel, pid, &topic, &made[KIPC_TABLE_TOPIC]), KIPC_OK);
    assert_result(kipc_topic_publish(kernel, pid, made[KIPC_TABLE_TOPIC], &message, KIPC_NO_WAIT), 0);
    assert_result(
        kipc_topic_subscribe(kernel, pid, made[KIPC_TABLE_TOPIC], &subscription, &made[KIPC_TABLE_SUBSCRIPTION]),
        KIPC_OK);
    assert_result(kipc_channel_create(kernel, pid, &config, ends), KIPC_OK);
    g->idle = ends[0];
    assert_result(kipc_channel_receive_async(kernel, pid, g->idle, 64, KIPC_NO_ID, &g->token), KIPC_OK);
    made[KIPC_TABLE_REGION] = make_region(g->m, FIXTURE_PAGE_BYTES, KIPC_LIFETIME_HANDLES);
    assert_result(kipc_region_attach(kernel, pid, made[KIPC_TABLE_REGION], NULL), KIPC_OK);
    /* What handle calls are tried on: a semaphore with a name, and a handle made from the first one. */
    kipc_handle_t named;
    kipc_handle_t further;
    assert_result(kipc_semaphore_create(kernel, pid, 0, 1, KIPC_WAIT_FIFO, &named), KIPC_OK);
    assert_result(kipc_object_set_name(kernel, pid, named, "named", KIPC_RIGHTS), KIPC_OK);
    made[KIPC_CLASS_NONE] = named;
    assert_result(kipc_handle_duplicate(kernel, pid, made[KIPC_TABLE_SEMAPHORE], pid, KIPC_RIGHTS, &further), KIPC_OK);
    assert_result(kipc_capability_make(kernel, pid, named, KIPC_RIGHTS, &g->capability), KIPC_OK);
}

kipc_handle_t handle_for(const struct gate_fixture *g, struct call_description call)
{
    enum kipc_table_id any = call.number == KIPC_SYSCALL_CONNECTION_INFO ? KIPC_TABLE_CHANNEL : KIPC_TABLE_SEMAPHORE;
    return g->handles[call.table == KIPC_CLASS_ANY ? any : call.table];
}
