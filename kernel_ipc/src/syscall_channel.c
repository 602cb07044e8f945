/* SPDX-License-Identifier: MIT */
/* System calls on channels and topics. */
#include "syscall.h"
#include <kipc/call.h>
#include <kipc/topic.h>

/* A message, and its payload, which is read where it lies: once, when it is copied into the kernel's blocks. */
static void take_message(struct ki_trap *trap, struct kipc_channel_message *message)
{
    ki_trap_structure(trap, message, sizeof(*message));
    ki_trap_message(trap, message);
}

int ki_sys_channel_create(struct ki_trap *trap)
{
    struct kipc_channel_config config;
    ki_trap_channel_config(trap, &config);
    kipc_handle_t ends[2];
    void *ends_out = ki_trap_result(trap, sizeof(ends));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    int result = kipc_channel_create(trap->kernel, trap->caller, &config, ends);
    return ki_trap_hand_out(result, ends_out, ends, sizeof(ends));
}

int ki_sys_channel_send(struct ki_trap *trap)
{
    struct kipc_channel_message message;
    kipc_handle_t handle = ki_trap_word(trap);
    take_message(trap, &message);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_send(trap->kernel, trap->caller, handle, &message, deadline);
}

typedef int of_receive(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, void *buffer,
                       uint32_t capacity, struct kipc_channel_info *info, uint64_t deadline);

/* Without the process's info the call gets none either: capabilities that nobody would learn of are closed. */
static int receive(struct ki_trap *trap, of_receive *function)
{
    uint32_t capacity;
    kipc_handle_t handle = ki_trap_word(trap);
    void *buffer = ki_trap_buffer(trap, &capacity);
    void *info_out = ki_trap_wanted(trap, sizeof(struct kipc_channel_info));
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_channel_info info;
    ki_clear(&info, sizeof(info));
    int result =
        function(trap->kernel, trap->caller, handle, buffer, capacity, info_out != NULL ? &info : NULL, deadline);
    return ki_trap_hand_out(result, info_out, &info, sizeof(info));
}

int ki_sys_channel_receive(struct ki_trap *trap)
{
    return receive(trap, kipc_channel_receive);
}

int ki_sys_channel_receive_large(struct ki_trap *trap)
{
    uint32_t capacity;
    kipc_handle_t handle = ki_trap_word(trap);
    void *buffer = ki_trap_buffer(trap, &capacity);
    void *info_out = ki_trap_result(trap, sizeof(struct kipc_channel_large_info));
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_channel_large_info info;
    ki_clear(&info, sizeof(info));
    int result = kipc_channel_receive_large(trap->kernel, trap->caller, handle, buffer, capacity, &info, deadline);
    return ki_trap_hand_out(result, info_out, &info, sizeof(info));
}

int ki_sys_channel_receive_tagged(struct ki_trap *trap)
{
    uint32_t capacity;
    kipc_handle_t handle = ki_trap_word(trap);
    uint64_t tag = ki_trap_long(trap);
    void *buffer = ki_trap_buffer(trap, &capacity);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_receive_tagged(trap->kernel, trap->caller, handle, tag, buffer, capacity, deadline);
}

int ki_sys_topic_receive(struct ki_trap *trap)
{
    return receive(trap, kipc_topic_receive);
}

/* The function gives KIPC_NO_WAIT for what is no channel, which no channel's own deadline is; another one says why. */
int ki_sys_channel_deadline(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *deadline_out = ki_trap_result(trap, sizeof(uint64_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    uint64_t deadline = kipc_channel_deadline(trap->kernel, trap->caller, handle);
    if (deadline == KIPC_NO_WAIT) {
        struct kipc_channel_stats stats;
        int result = kipc_channel_stats(trap->kernel, trap->caller, handle, &stats);
        return result < 0 ? result : KIPC_E_BADF; /* somebody may have changed it in between */
    }
    return ki_trap_hand_out(KIPC_OK, deadline_out, &deadline, sizeof(deadline));
}

int ki_sys_channel_disconnect(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_disconnect(trap->kernel, trap->caller, handle);
}

int ki_sys_channel_connect(struct ki_trap *trap)
{
    kipc_handle_t one = ki_trap_word(trap);
    kipc_handle_t other = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_connect(trap->kernel, trap->caller, one, other);
}

int ki_sys_channel_admit(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t types = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_admit(trap->kernel, trap->caller, handle, types);
}

int ki_sys_channel_require(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    kipc_handle_t capability = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_require(trap->kernel, trap->caller, handle, capability);
}

int ki_sys_channel_add_rule(struct ki_trap *trap)
{
    struct kipc_channel_rule rule;
    kipc_handle_t handle = ki_trap_word(trap);
    ki_trap_structure(trap, &rule, sizeof(rule));
    ki_trap_bool(trap, &rule, offsetof(struct kipc_channel_rule, is_group));
    ki_trap_bool(trap, &rule, offsetof(struct kipc_channel_rule, is_denied));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_add_rule(trap->kernel, trap->caller, handle, &rule);
}

int ki_sys_channel_stats(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    void *stats_out = ki_trap_result(trap, sizeof(struct kipc_channel_stats));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    struct kipc_channel_stats stats;
    ki_clear(&stats, sizeof(stats));
    int result = kipc_channel_stats(trap->kernel, trap->caller, handle, &stats);
    return ki_trap_hand_out(result, stats_out, &stats, sizeof(stats));
}

int ki_sys_channel_call(struct ki_trap *trap)
{
    struct kipc_channel_message message;
    uint32_t capacity;
    kipc_handle_t handle = ki_trap_word(trap);
    take_message(trap, &message);
    void *reply = ki_trap_buffer(trap, &capacity);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_call(trap->kernel, trap->caller, handle, &message, reply, capacity, deadline);
}

int ki_sys_channel_reply(struct ki_trap *trap)
{
    uint64_t request = ki_trap_long(trap);
    uintptr_t address = ki_trap_address(trap);
    uint32_t length = ki_trap_word(trap);
    KIPC_GUARD(trap->result != KIPC_OK || length <= KIPC_CFG_CH_BYTES_MAX, KIPC_E_MSGSIZE);
    const void *data = ki_trap_range(trap, address, length, KIPC_USER_READ);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_reply(trap->kernel, trap->caller, request, data, length);
}

int ki_sys_channel_reply_error(struct ki_trap *trap)
{
    uint64_t request = ki_trap_long(trap);
    int code = ki_trap_int(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_reply_error(trap->kernel, trap->caller, request, code);
}

int ki_sys_channel_send_fast(struct ki_trap *trap)
{
    kipc_handle_t handle = ki_trap_word(trap);
    uint32_t length_and_priority = ki_trap_word(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_channel_send_fast(trap->kernel, trap->caller, handle, length_and_priority & 0xFFFF,
                                  length_and_priority >> 16, trap->next);
}

int ki_sys_topic_create(struct ki_trap *trap)
{
    struct kipc_topic_config config;
    ki_trap_structure(trap, &config, sizeof(config));
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_topic_create(trap->kernel, trap->caller, &config, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_topic_subscribe(struct ki_trap *trap)
{
    struct kipc_subscription_config config;
    kipc_handle_t topic = ki_trap_word(trap);
    ki_trap_structure(trap, &config, sizeof(config));
    ki_trap_bool(trap, &config, offsetof(struct kipc_subscription_config, drops_newest));
    void *handle_out = ki_trap_result(trap, sizeof(kipc_handle_t));
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    kipc_handle_t handle;
    int result = kipc_topic_subscribe(trap->kernel, trap->caller, topic, &config, &handle);
    return ki_trap_hand_out(result, handle_out, &handle, sizeof(handle));
}

int ki_sys_topic_publish(struct ki_trap *trap)
{
    struct kipc_channel_message message;
    kipc_handle_t handle = ki_trap_word(trap);
    take_message(trap, &message);
    uint64_t deadline = ki_trap_long(trap);
    KIPC_GUARD(trap->result == KIPC_OK, trap->result);
    return kipc_topic_publish(trap->kernel, trap->caller, handle, &message, deadline);
}
