/* SPDX-License-Identifier: MIT */
#include "kernel_internal.h"

#define READ_RIGHTS (KIPC_RIGHT_RECEIVE | KIPC_RIGHT_MAP)
#define WRITE_RIGHTS (KIPC_RIGHT_SEND | KIPC_RIGHT_WRITE)
#define CONTROL_RIGHTS (KIPC_RIGHT_SHARE | KIPC_RIGHT_GRANT | KIPC_RIGHT_ADMIN)
_Static_assert((READ_RIGHTS | WRITE_RIGHTS | CONTROL_RIGHTS) == KIPC_RIGHTS, "each right belongs to a bit of the mode");

bool ki_mode_lets(const struct kipc_object *object, const struct kipc_process *process, uint32_t rights)
{
    if (KIPC_CFG_ROOT_OVERRIDE && process->user == 0) {
        return true;
    }
    uint32_t wanted = ((rights & READ_RIGHTS) != 0 ? KIPC_MODE_READ : 0) |
                      ((rights & WRITE_RIGHTS) != 0 ? KIPC_MODE_WRITE : 0) |
                      ((rights & CONTROL_RIGHTS) != 0 ? KIPC_MODE_CONTROL : 0);
    uint32_t granted = object->details->mode;
    if (process->user == object->details->user) {
        granted >>= 6;
    } else if (process->group == object->details->group) {
        granted >>= 3;
    }
    return (wanted & ~granted) == 0;
}

int kipc_object_set_mode(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, uint32_t mode)
{
    KIPC_GUARD((mode & ~KIPC_MODES) == 0, KIPC_E_INVAL);
    struct ki_call call;
    int result = ki_enter_any(&call, kernel, caller, handle);
    KIPC_GUARD(result == KIPC_OK, result);
    struct kipc_object *object = call.handle->object;
    if ((call.handle->rights & KIPC_RIGHT_ADMIN) == 0) {
        result = KIPC_E_ACCES;
    } else if (object->is_closed) {
        result = KIPC_E_CLOSED;
    } else if (object->details->user != call.process->user) {
        result = KIPC_E_PERM;
    } else {
        object->details->mode = (uint16_t)mode;
    }
    return ki_leave_any(kernel, caller, handle, result);
}
