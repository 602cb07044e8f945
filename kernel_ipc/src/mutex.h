/* SPDX-License-Identifier: MIT */
/* What the condition variable needs of a mutex; in the critical section. */
#ifndef KIPC_MUTEX_INTERNAL_H
#define KIPC_MUTEX_INTERNAL_H

#include "kernel_internal.h"
#include <kipc/mutex.h>

/* Makes a thread the owner of a mutex that has none. Returns KIPC_OK or KIPC_E_OWNERDEAD, which it must be told. */
int ki_mutex_take(struct kipc_kernel *kernel, struct kipc_mutex *mutex, struct kipc_thread *thread);

/* Takes the mutex from its owner, whatever its depth, and hands it to the first waiter. */
void ki_mutex_pass_on(struct kipc_kernel *kernel, struct kipc_mutex *mutex);

#endif
