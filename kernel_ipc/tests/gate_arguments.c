/* SPDX-License-Identifier: MIT */
/* For each system call arguments with which it does what it is for. */
#include "gate_fixture.h"

#define SOON(g) ((g)->f->mock.now + 5)
#define FULL_RIGHTS ((uintptr_t)KIPC_RIGHTS)

static uintptr_t user_message(struct gate_fixture *g)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .length = 5, .data = user_copy(g, "hello", 5)};
    return (uintptr_t)user_copy(g, &message, sizeof(message));
}

/* Arguments behind the handle, for calls on handles, names and processes. */
static void fill_handle_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    uint32_t id = 0;
    switch (number) {
    case KIPC_SYSCALL_HANDLE_DUPLICATE:
        a[1] = g->f->second;
        a[2] = FULL_RIGHTS;
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_HANDLE_RESTRICT:
        a[1] = KIPC_RIGHT_SEND;
        break;
    case KIPC_SYSCALL_OBJECT_SET_NAME:
        a[1] = (uintptr_t)user_copy(g, "fresh", 6);
        a[2] = 6;
        a[3] = FULL_RIGHTS;
        break;
    case KIPC_SYSCALL_OBJECT_SET_MODE:
        a[1] = KIPC_MODES;
        break;
    case KIPC_SYSCALL_OBJECT_OPEN:
        a[3] = FULL_RIGHTS;
        a[4] = (uintptr_t)user_memory(g, 4);
        /* fall through */
    case KIPC_SYSCALL_OBJECT_UNLINK:
        a[0] = KIPC_TABLE_SEMAPHORE;
        a[1] = (uintptr_t)user_copy(g, "named", 6);
        a[2] = 6;
        break;
    case KIPC_SYSCALL_OBJECT_FIND:
        assert_result(kipc_object_id(&g->f->kernel, g->f->first, g->handles[KIPC_TABLE_MUTEX], &id), KIPC_OK);
        a[0] = KIPC_TABLE_MUTEX;
        a[1] = id;
        a[2] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_COUNTS:
        a[0] = (uintptr_t)user_memory(g, sizeof(struct kipc_counts));
        break;
    case KIPC_SYSCALL_PROCESS_USAGE:
        a[0] = KIPC_QUOTA_HANDLES;
        a[1] = (uintptr_t)user_memory(g, 4);
        a[2] = (uintptr_t)user_memory(g, 4);
        break;
    default:
        a[1] = (uintptr_t)user_memory(g, 4); /* object_id */
        break;
    }
}

static void fill_sync_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    switch (number) {
    case KIPC_SYSCALL_SEMAPHORE_CREATE:
        a[1] = 1;
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_SEMAPHORE_VALUE:
    case KIPC_SYSCALL_MUTEX_OWNER:
    case KIPC_SYSCALL_CONDITION_CREATE:
    case KIPC_SYSCALL_NOTIFICATION_CREATE:
        a[1] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_MUTEX_CREATE:
    case KIPC_SYSCALL_RWLOCK_CREATE:
    case KIPC_SYSCALL_EVENT_CREATE:
        a[2] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_CONDITION_WAIT:
        a[1] = g->handles[KIPC_TABLE_MUTEX];
        a[2] = SOON(g);
        break;
    case KIPC_SYSCALL_EVENT_WAIT:
        a[2] = (uintptr_t)user_memory(g, sizeof(struct kipc_event_signal));
        break;
    case KIPC_SYSCALL_EVENT_WAIT_ANY:
        a[3] = (uintptr_t)user_memory(g, sizeof(struct kipc_event_signal));
        /* fall through */
    case KIPC_SYSCALL_EVENT_WAIT_ALL:
        a[0] = (uintptr_t)user_copy(g, &g->handles[KIPC_TABLE_EVENT], 4);
        a[1] = 1;
        break;
    case KIPC_SYSCALL_EVENT_WAITERS:
        a[1] = (uintptr_t)user_memory(g, 16);
        a[2] = 4;
        break;
    case KIPC_SYSCALL_NOTIFICATION_POST:
        a[1] = 3;
        a[2] = 1;
        break;
    case KIPC_SYSCALL_NOTIFICATION_TAKE:
        a[2] = (uintptr_t)user_memory(g, sizeof(struct kipc_notification_entry));
        break;
    default:
        break; /* a handle, and no wait */
    }
}

static void fill_creation_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    const struct kipc_channel_config channel = channel_config(2);
    const struct kipc_topic_config topic = {.message_max = 64};
    const struct kipc_subscription_config subscription = {.capacity = 1};
    switch (number) {
    case KIPC_SYSCALL_CHANNEL_CREATE:
        a[0] = (uintptr_t)user_copy(g, &channel, sizeof(channel));
        a[1] = (uintptr_t)user_memory(g, 8);
        break;
    case KIPC_SYSCALL_TOPIC_CREATE:
        a[0] = (uintptr_t)user_copy(g, &topic, sizeof(topic));
        a[1] = (uintptr_t)user_memory(g, 4);
        break;
    default:
        a[1] = (uintptr_t)user_copy(g, &subscription, sizeof(subscription));
        a[2] = (uintptr_t)user_memory(g, 4);
        break;
    }
}

static void fill_message_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    const struct kipc_channel_rule rule = {.id = 1, .is_group = true, .is_denied = true};
    switch (number) {
    case KIPC_SYSCALL_CHANNEL_SEND:
    case KIPC_SYSCALL_TOPIC_PUBLISH:
        a[1] = user_message(g);
        break;
    case KIPC_SYSCALL_CHANNEL_RECEIVE:
    case KIPC_SYSCALL_TOPIC_RECEIVE:
        a[1] = (uintptr_t)user_memory(g, 64);
        a[2] = 64;
        a[3] = (uintptr_t)user_memory(g, sizeof(struct kipc_channel_info));
        break;
    case KIPC_SYSCALL_CHANNEL_CALL:
        a[1] = user_message(g);
        a[2] = (uintptr_t)user_memory(g, 64);
        a[3] = 64;
        a[4] = SOON(g);
        break;
    case KIPC_SYSCALL_CHANNEL_DEADLINE:
        a[1] = (uintptr_t)user_memory(g, 8);
        break;
    case KIPC_SYSCALL_CHANNEL_CONNECT:
        a[1] = g->peer;
        break;
    case KIPC_SYSCALL_CHANNEL_ADMIT:
        a[1] = 1;
        break;
    case KIPC_SYSCALL_CHANNEL_ADD_RULE:
        a[1] = (uintptr_t)user_copy(g, &rule, sizeof(rule));
        break;
    case KIPC_SYSCALL_CHANNEL_STATS:
        a[1] = (uintptr_t)user_memory(g, sizeof(struct kipc_channel_stats));
        break;
    case KIPC_SYSCALL_CHANNEL_REPLY:
        a[0] = 12345;
        a[1] = (uintptr_t)user_memory(g, 8);
        a[2] = 8;
        break;
    case KIPC_SYSCALL_CHANNEL_REPLY_ERROR:
        a[0] = 12345;
        a[1] = (uintptr_t)KIPC_E_PERM;
        break;
    case KIPC_SYSCALL_CHANNEL_SEND_FAST:
        a[1] = 8;
        a[2] = 0x1234;
        break;
    default:
        break;
    }
}

static void fill_batch_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    const struct kipc_channel_config channel = channel_config(2);
    struct kipc_channel_room room = {.buffer = user_memory(g, 64), .capacity = 64};
    switch (number) {
    case KIPC_SYSCALL_CHANNEL_SEND_BATCH:
        a[1] = user_message(g);
        a[2] = 1;
        break;
    case KIPC_SYSCALL_CHANNEL_RECEIVE_BATCH:
        room.info = user_memory(g, sizeof(struct kipc_channel_info));
        a[1] = (uintptr_t)user_copy(g, &room, sizeof(room));
        a[2] = 1;
        break;
    case KIPC_SYSCALL_CHANNEL_SEND_ASYNC:
        a[1] = user_message(g);
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_CHANNEL_RECEIVE_ASYNC:
        a[0] = g->handles[KIPC_TABLE_CHANNEL];
        a[1] = 64;
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_ASYNC_POLL:
        a[1] = (uintptr_t)room.buffer;
        a[2] = 64;
        a[3] = (uintptr_t)user_memory(g, sizeof(struct kipc_channel_info));
        /* fall through */
    case KIPC_SYSCALL_ASYNC_CANCEL:
        a[0] = g->token;
        break;
    case KIPC_SYSCALL_CHANNEL_OPEN_REMOTE:
        a[0] = (uintptr_t)user_copy(g, &channel, sizeof(channel));
        a[1] = 1;
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    default:
        a[1] = (uintptr_t)user_memory(g, sizeof(struct kipc_connection));
        break;
    }
}

static void fill_mapping_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    const struct kipc_mapping_config config = {.bytes = 1, .flags = MAP_RO};
    const struct kipc_scatter scatter = {.length = 1, .bytes_max = 1};
    switch (number) {
    case KIPC_SYSCALL_REGION_SCATTER:
        a[1] = (uintptr_t)user_copy(g, &scatter, sizeof(scatter));
        a[2] = (uintptr_t)user_memory(g, sizeof(struct kipc_stretch));
        a[3] = 1;
        break;
    case KIPC_SYSCALL_REGION_MAP:
        a[1] = (uintptr_t)user_copy(g, &config, sizeof(config));
        a[2] = (uintptr_t)user_memory(g, sizeof(uintptr_t));
        break;
    case KIPC_SYSCALL_REGION_MAP_FOR:
        a[1] = g->f->second;
        a[2] = KIPC_RIGHT_MAP;
        a[3] = (uintptr_t)user_copy(g, &config, sizeof(config));
        a[4] = (uintptr_t)user_memory(g, sizeof(uintptr_t));
        a[5] = (uintptr_t)user_memory(g, 4);
        break;
    default: /* unmap, protect */
        a[0] = FIXTURE_PAGE_BYTES;
        a[1] = number == KIPC_SYSCALL_REGION_PROTECT ? MAP_RO : 0;
        break;
    }
}

static void fill_region_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    const struct kipc_region_config config = kipc_region_config_default();
    switch (number) {
    case KIPC_SYSCALL_REGION_CREATE:
        a[0] = (uintptr_t)user_copy(g, &config, sizeof(config));
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_REGION_OPEN:
        a[0] = (uintptr_t)user_copy(g, "named", 6);
        a[1] = 6;
        a[2] = KIPC_RIGHT_MAP;
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_REGION_READ:
    case KIPC_SYSCALL_REGION_WRITE:
        a[2] = (uintptr_t)user_memory(g, 16);
        a[3] = 16;
        break;
    case KIPC_SYSCALL_REGION_ATOMIC:
        a[2] = KIPC_ATOMIC_LOAD;
        a[5] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_REGION_INFO:
        a[1] = (uintptr_t)user_memory(g, sizeof(struct kipc_region_info));
        break;
    case KIPC_SYSCALL_REGION_ATTACHMENT:
        a[2] = (uintptr_t)user_memory(g, sizeof(struct kipc_attachment_info));
        break;
    case KIPC_SYSCALL_REGION_MOVE:
        a[1] = g->f->second;
        a[2] = (uintptr_t)user_memory(g, 4);
        break;
    case KIPC_SYSCALL_REGION_ATTACH:
    case KIPC_SYSCALL_REGION_SHARE:
    case KIPC_SYSCALL_REGION_COPY:
        a[1] = (uintptr_t)user_memory(g, sizeof(uintptr_t));
        break;
    default:
        break; /* a handle */
    }
}

static void fill_late_call(struct gate_fixture *g, uintptr_t number, uintptr_t *a)
{
    switch (number) {
    case KIPC_SYSCALL_CHANNEL_REQUIRE:
        a[1] = g->handles[KIPC_TABLE_SEMAPHORE];
        break;
    case KIPC_SYSCALL_CHANNEL_RECEIVE_TAGGED:
        a[2] = (uintptr_t)user_memory(g, 64);
        a[3] = 64;
        break;
    case KIPC_SYSCALL_CHANNEL_RECEIVE_LARGE:
        a[1] = (uintptr_t)user_memory(g, 64);
        a[2] = 64;
        a[3] = (uintptr_t)user_memory(g, sizeof(struct kipc_channel_large_info));
        break;
    case KIPC_SYSCALL_CAPABILITY_MAKE:
        a[1] = KIPC_RIGHT_GRANT;
        a[2] = (uintptr_t)user_memory(g, sizeof(struct kipc_capability));
        break;
    case KIPC_SYSCALL_CAPABILITY_REDEEM:
        a[0] = (uintptr_t)user_copy(g, &g->capability, sizeof(g->capability));
        a[1] = (uintptr_t)user_memory(g, 4);
        break;
    default: /* object_look_up */
        a[0] = KIPC_TABLE_SEMAPHORE;
        a[1] = (uintptr_t)user_copy(g, "named", 6);
        a[2] = 6;
        a[3] = (uintptr_t)user_memory(g, 4);
        break;
    }
}

void good_arguments(struct gate_fixture *g, uintptr_t number, uintptr_t *arguments)
{
    struct call_description call = describe_call(number);
    memset(arguments, 0, KIPC_SYSCALL_ARGUMENTS * sizeof(*arguments));
    g->user_used = 0;
    if (call.arguments[0] == 'h') {
        arguments[0] = handle_for(g, call);
    }
    bool is_creation = number == KIPC_SYSCALL_CHANNEL_CREATE || number == KIPC_SYSCALL_TOPIC_CREATE ||
                       number == KIPC_SYSCALL_TOPIC_SUBSCRIBE;
    if (is_creation) {
        fill_creation_call(g, number, arguments);
    } else if (number <= KIPC_SYSCALL_PROCESS_EXIT) {
        fill_handle_call(g, number, arguments);
    } else if (number <= KIPC_SYSCALL_NOTIFICATION_TAKE) {
        fill_sync_call(g, number, arguments);
    } else if (number <= KIPC_SYSCALL_CHANNEL_SEND_FAST) {
        fill_message_call(g, number, arguments);
    } else if (number <= KIPC_SYSCALL_CONNECTION_INFO) {
        fill_batch_call(g, number, arguments);
    } else if (number < KIPC_SYSCALL_REGION_SCATTER) {
        fill_region_call(g, number, arguments);
    } else if (number <= KIPC_SYSCALL_REGION_PROTECT) {
        fill_mapping_call(g, number, arguments);
    } else {
        fill_late_call(g, number, arguments);
    }
}
