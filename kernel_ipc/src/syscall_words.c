/* SPDX-License-Identifier: MIT */
/* The functions of kipc/words.h, for the kernel's own threads and as system calls. Compiled as src/call_words.c is. */
#include "call_path.h"
#include <kipc/words.h>

int kipc_channel_call_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t length,
                            uint64_t deadline)
{
    return ki_call_words(kernel, caller, handle, length, deadline, 0);
}

int kipc_channel_receive_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                               uint64_t *request_id, uint64_t deadline)
{
    return ki_receive_words(kernel, caller, handle, request_id, deadline, 0);
}

int kipc_channel_reply_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint64_t *request_id,
                             uint32_t length)
{
    return ki_reply_words(kernel, caller, handle, request_id, length, 0);
}

intptr_t kipc_syscall_words(struct kipc_gate *gate, kipc_pid_t caller, uintptr_t number, uintptr_t *registers)
{
    KIPC_GUARD(gate != NULL && registers != NULL, KIPC_E_INVAL);
    KIPC_GUARD(sizeof(uintptr_t) == sizeof(uint64_t), KIPC_E_NOTSUP); /* deadlines and request ids take one register */
    KIPC_GUARD(registers[0] <= UINT32_MAX, KIPC_E_INVAL);
    struct kipc_kernel *kernel = gate->kernel;
    kipc_handle_t handle = (kipc_handle_t)registers[0];
    uint64_t id = registers[1];
    int result;
    switch (number) {
    case KIPC_SYSCALL_CALL_WORDS:
        KIPC_GUARD(registers[1] <= KIPC_FAST_BYTES, KIPC_E_INVAL);
        return ki_call_words(kernel, caller, handle, (uint32_t)registers[1], registers[2], KIPC_PERMIT_MESSAGE);
    case KIPC_SYSCALL_RECEIVE_WORDS:
        result = ki_receive_words(kernel, caller, handle, &id, registers[2], KIPC_PERMIT_MESSAGE);
        break;
    case KIPC_SYSCALL_REPLY_WORDS:
        KIPC_GUARD(registers[2] <= KIPC_FAST_BYTES, KIPC_E_INVAL);
        result = ki_reply_words(kernel, caller, handle, &id, (uint32_t)registers[2], KIPC_PERMIT_MESSAGE);
        break;
    default:
        return KIPC_E_NOSYS;
    }
    registers[1] = (uintptr_t)id;
    return result;
}
