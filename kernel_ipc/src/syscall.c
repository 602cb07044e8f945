/* SPDX-License-Identifier: MIT */
#include "syscall.h"
#include "observe.h"

struct call {
    int (*handler)(struct ki_trap *trap);
    const char *name;
    uint32_t permission;
};

#define IN_ORDER(name, number, function, permission, class, rights)                                                    \
    _Static_assert((number) >= KIPC_SYSCALL_FIRST && (number) < KIPC_SYSCALL_FIRST + KIPC_SYSCALL_COUNT,               \
                   "numbers have no gaps");
KIPC_SYSCALL_LIST(IN_ORDER)
#undef IN_ORDER

static const struct call calls[KIPC_SYSCALL_COUNT] = {
#define CALL(call_name, number, function, permit, class, rights)                                                       \
    [(number)-                                                                                                         \
        KIPC_SYSCALL_FIRST] = {.handler = ki_sys_##function, .name = #function, .permission = KIPC_PERMIT_##permit},
    KIPC_SYSCALL_LIST(CALL)
#undef CALL
};

int kipc_gate_set_up(struct kipc_gate *gate, struct kipc_kernel *kernel, const struct kipc_user_memory *memory)
{
    KIPC_GUARD(gate != NULL && kernel != NULL && kipc_user_memory_check(memory) == KIPC_OK, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(kernel), KIPC_E_STATE);
    gate->kernel = kernel;
    gate->memory = *memory;
    gate->log = NULL;
    return KIPC_OK;
}

static const struct call *call_of(uintptr_t number)
{
    bool is_known = number >= KIPC_SYSCALL_FIRST && number - KIPC_SYSCALL_FIRST < KIPC_SYSCALL_COUNT;
    return is_known ? &calls[number - KIPC_SYSCALL_FIRST] : NULL;
}

const char *kipc_syscall_name(uintptr_t number)
{
    const struct call *call = call_of(number);
    return call != NULL ? call->name : "unknown";
}

/* The caller may be ended by another thread at any time, so it is looked at in the critical section. */
int ki_permit(struct kipc_kernel *kernel, kipc_pid_t caller, uint32_t permission)
{
    ki_lock(kernel);
    const struct kipc_process *process = ki_process(kernel, caller);
    if (process == NULL) {
        return ki_leave(kernel, KIPC_E_SRCH);
    }
    return ki_leave(kernel, (process->denied & permission) == 0 ? KIPC_OK : KIPC_E_ACCES);
}

static int perform(const struct kipc_gate *gate, kipc_pid_t caller, const struct call *call, const uintptr_t *arguments)
{
    KIPC_GUARD(call != NULL, KIPC_E_NOSYS);
    int result = ki_permit(gate->kernel, caller, call->permission);
    KIPC_GUARD(result == KIPC_OK, result);
    struct ki_trap trap;
    trap.kernel = gate->kernel;
    trap.memory = &gate->memory;
    trap.caller = caller;
    trap.next = arguments;
    trap.result = KIPC_OK;
    trap.loan_count = 0;
    result = call->handler(&trap);
    ki_trap_end(&trap);
    return result;
}

/* The same, and the observer is told; it may come or go meanwhile. */
static KI_SLOW int perform_observed(const struct kipc_gate *gate, kipc_pid_t caller, uintptr_t number,
                                    const uintptr_t *arguments)
{
    const struct kipc_port *port = gate->kernel->port;
    uint64_t started = port->ops->cycles(port->context);
    int result = perform(gate, caller, call_of(number), arguments);
    ki_observed_call(gate->kernel, caller, number, arguments[0], started, result);
    return result;
}

intptr_t kipc_syscall(struct kipc_gate *gate, kipc_pid_t caller, uintptr_t number, const uintptr_t *arguments)
{
    KIPC_GUARD(gate != NULL && arguments != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ki_is_set_up(gate->kernel), KIPC_E_STATE);
    bool is_observed = (ki_load_relaxed(&gate->kernel->observation) & 1) != 0;
    int result = KI_LIKELY(!is_observed) ? perform(gate, caller, call_of(number), arguments)
                                         : perform_observed(gate, caller, number, arguments);
#if KIPC_CFG_LOG > 0
    if (!KI_LIKELY(result >= 0) && gate->log != NULL) {
        ki_log_failure(gate, number, arguments[0], caller, result);
    }
#endif
    return result;
}
