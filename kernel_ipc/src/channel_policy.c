/* SPDX-License-Identifier: MIT */
/* Who may send what through a channel, and what its ends have seen. */
#include "channel.h"

bool ki_channel_lets(const struct kipc_channel *end, const struct kipc_process *process, kipc_pid_t pid)
{
    bool some_allowed = false;
    bool is_allowed_here = false;
    for (uint32_t i = 0; i < end->rule_count; i++) {
        const struct kipc_channel_rule *rule = &end->rules[i];
        bool applies = rule->id == (rule->is_group ? process->group : pid);
        KIPC_GUARD(!applies || !rule->is_denied, false);
        some_allowed = some_allowed || !rule->is_denied;
        is_allowed_here = is_allowed_here || (applies && !rule->is_denied);
    }
    return is_allowed_here || !some_allowed;
}

static bool carries_what_is_required(const struct ki_call *call, const struct kipc_channel *inbox,
                                     const struct kipc_channel_message *message)
{
    const struct kipc_table *table = &call->kernel->tables[inbox->required_table];
    bool is_there = inbox->required_id == KIPC_NO_ID;
    for (uint32_t i = 0; i < message->capability_count && !is_there; i++) {
        const struct kipc_handle_entry *entry =
            ki_handle_find(call->kernel, call->process, ki_capability_of(message, i));
        is_there = entry != NULL && entry->object->table == inbox->required_table &&
                   kipc_table_id(table, entry->object) == inbox->required_id;
    }
    return is_there;
}

int ki_channel_check(const struct ki_call *call, const struct kipc_channel_message *message, kipc_pid_t caller)
{
    const struct kipc_channel *end = call->object;
    struct kipc_channel *inbox = end->peer;
    KIPC_GUARD(ki_channel_lets(end, call->process, caller), KIPC_E_ACCES);
    KIPC_GUARD(inbox != NULL, KIPC_E_CLOSED);
    KIPC_GUARD(message->length <= inbox->config.message_max, KIPC_E_MSGSIZE);
    if ((inbox->types & 1u << message->type) == 0 || !carries_what_is_required(call, inbox, message)) {
        inbox->stats.filtered += 1;
        return KIPC_E_FILTERED;
    }
    bool is_control = message->type == KIPC_MESSAGE_CONTROL;
    KIPC_GUARD(!is_control || inbox->controls - inbox->announcements < inbox->config.control_max, KIPC_E_QUOTA);
    /* Handles mean nothing on another node, and an answer belongs to a request of this one. */
    bool is_answer = message->type == KIPC_MESSAGE_RESPONSE || message->type == KIPC_MESSAGE_ERROR;
    KIPC_GUARD(!end->is_remote || (message->capability_count == 0 && !is_answer), KIPC_E_INVAL);
    KIPC_GUARD(!inbox->config.is_register_only || message->capability_count == 0, KIPC_E_INVAL);
    return ki_capabilities_check(call, message);
}

int kipc_channel_admit(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t types)
{
    KIPC_GUARD(types >> (KIPC_MESSAGE_CONTROL + 1) == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end = call.object;
    end->types = types;
    ki_channel_review(end);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_channel_require(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, kipc_handle_t capability)
{
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end = call.object;
    const struct kipc_object *object = NULL;
    if (capability != KIPC_NO_ID) {
        const struct kipc_handle_entry *entry = ki_handle_find(kernel, call.process, capability);
        if (entry == NULL || entry->object->is_closed) {
            return ki_leave(kernel, KIPC_E_BADCAP);
        }
        object = entry->object;
    }
    end->required_table = object != NULL ? object->table : 0;
    end->required_id = object != NULL ? kipc_table_id(&kernel->tables[object->table], object) : KIPC_NO_ID;
    ki_channel_review(end);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_channel_add_rule(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                          const struct kipc_channel_rule *rule)
{
    KIPC_GUARD(rule != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, KIPC_RIGHT_ADMIN);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_channel *end = call.object;
    if (end->rule_count == KIPC_CFG_CH_ACCESS_MAX) {
        return ki_leave(kernel, KIPC_E_NOSPC);
    }
    end->rules[end->rule_count] = *rule;
    end->rule_count += 1;
    ki_channel_review(end);
    return ki_leave(kernel, KIPC_OK);
}

int kipc_channel_stats(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                       struct kipc_channel_stats *stats)
{
    KIPC_GUARD(stats != NULL, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, 0);
    KIPC_GUARD(result == KIPC_OK, result);
    const struct kipc_channel *end = call.object;
    *stats = end->stats;
    return ki_leave(kernel, (int)end->queued);
}

uint64_t kipc_channel_deadline(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle)
{
    struct ki_call call;
    KIPC_GUARD(ki_enter(&call, kernel, caller, handle, KIPC_TABLE_CHANNEL, 0) == KIPC_OK, KIPC_NO_WAIT);
    uint64_t timeout = ((const struct kipc_channel *)call.object)->config.timeout;
    ki_unlock(kernel);
    return kipc_deadline_after(kernel->port, timeout);
}
