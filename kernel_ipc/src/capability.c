/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"
#include "siphash.h"
#include <kipc/capability.h>

int kipc_kernel_set_capability_key(struct kipc_kernel *kernel, const uint8_t *key)
{
    KIPC_GUARD(key != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    KIPC_GUARD(!kernel->has_capability_key, KIPC_E_ALREADY);
    uint64_t words[2] = {ki_word_of_bytes(key, 8), ki_word_of_bytes(key + 8, 8)};
    KIPC_GUARD((words[0] | words[1]) != 0, KIPC_E_INVAL);
    ki_lock(kernel);
    kernel->capability_key[0] = words[0];
    kernel->capability_key[1] = words[1];
    kernel->has_capability_key = true;
    return ki_leave(kernel, KIPC_OK);
}

/* What only the kernel can compute: the token of a capability, as long as its handle is not revoked. */
static uint64_t token_of(const struct kipc_kernel *kernel, const struct kipc_handle_entry *source, kipc_handle_t handle,
                         uint32_t rights)
{
    const struct ki_siphash_key key = {.words = {kernel->capability_key[0], kernel->capability_key[1]}};
    const uint32_t meaning[3] = {handle, rights, source->revocations};
    return ki_siphash(&key, meaning, sizeof(meaning));
}

/*
 * 1 if they differ, 0 if not, without a branch or a look-up: the time must not tell how many bits of a guess are right.
 * Not in line, so that its object code can be looked at: tools/tests/test_capabilities.py.
 */
static KI_SLOW uint32_t tokens_differ(uint64_t one, uint64_t other)
{
    uint64_t bits = one ^ other;
    return (uint32_t)((bits | (0 - bits)) >> 63);
}

static int make(struct ki_call *call, kipc_handle_t handle, uint32_t rights, struct kipc_capability *capability)
{
    const struct kipc_handle_entry *source = call->handle;
    KIPC_GUARD(call->kernel->has_capability_key, KIPC_E_NOTSUP);
    KIPC_GUARD(!source->object->is_closed, KIPC_E_CLOSED);
    KIPC_GUARD(((rights | KIPC_RIGHT_GRANT) & ~(uint32_t)source->rights) == 0, KIPC_E_ACCES);
    /* Its count stays there, so what is made now could not be told from what is made after a further revocation. */
    KIPC_GUARD(source->revocations != UINT16_MAX, KIPC_E_NOSPC);
    capability->token = token_of(call->kernel, source, handle, rights);
    capability->source = handle;
    capability->rights = rights;
    return KIPC_OK;
}

int kipc_capability_make(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t rights,
                         struct kipc_capability *capability)
{
    KIPC_GUARD(capability != NULL && (rights & ~(uint32_t)KIPC_RIGHTS) == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    return ki_leave_any(kernel, caller, handle, make(&call, handle, rights, capability));
}

static int redeem(struct kipc_kernel *kernel, kipc_pid_t caller, const struct kipc_capability *capability,
                  kipc_handle_t *handle)
{
    struct kipc_process *process = ki_process(kernel, caller);
    KIPC_GUARD(process != NULL, KIPC_E_SRCH);
    kernel->checks += 1;
    KIPC_GUARD(kernel->has_capability_key, KIPC_E_NOTSUP);
    struct kipc_handle_entry *source = kipc_table_find(&kernel->tables[KIPC_TABLE_HANDLE], capability->source);
    KIPC_GUARD(source != NULL, KIPC_E_BADCAP);
    uint64_t token = token_of(kernel, source, capability->source, capability->rights);
    KIPC_GUARD(tokens_differ(token, capability->token) == 0, KIPC_E_BADCAP);
    /* From here on it is one that was made; its handle may do less since. */
    KIPC_GUARD(((capability->rights | KIPC_RIGHT_GRANT) & ~(uint32_t)source->rights) == 0, KIPC_E_ACCES);
    KIPC_GUARD(!source->object->is_closed, KIPC_E_CLOSED);
    struct kipc_handle_entry *made;
    int result = ki_handle_make(kernel, process, source->object, capability->rights, source, &made);
    KIPC_GUARD(result == KIPC_OK, result);
    *handle = kipc_table_id(&kernel->tables[KIPC_TABLE_HANDLE], made);
    return KIPC_OK;
}

int kipc_capability_redeem(struct kipc_kernel *kernel, kipc_pid_t caller, const struct kipc_capability *capability,
                           kipc_handle_t *handle)
{
    KIPC_GUARD(capability != NULL && handle != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    const volatile struct kipc_capability *shared = capability;
    const struct kipc_capability given = {.token = shared->token, .source = shared->source, .rights = shared->rights};
    ki_lock(kernel);
    return ki_leave_any(kernel, caller, given.source, redeem(kernel, caller, &given, handle));
}
