/* SPDX-License-Identifier: MIT */
/* QEMU's two control sockets: qtest, which sets interrupt inputs, and QMP, which knows the machine's objects. */
#ifndef COSIM_QEMU_CONTROL_SOCKET_H
#define COSIM_QEMU_CONTROL_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Connects to qtest. QEMU opens the socket before it loads plugins, so this works while a plugin installs.
 * @return false, with a message on stderr, if it cannot be reached
 */
bool qtest_connect(const char *path);

/**
 * Sends one qtest command and waits for its answer: when this returns, QEMU has done it. Only from a callback of a
 * hart, which holds no lock of QEMU's there; inside a device access it would dead-lock.
 * Ends the process with status 3 and a message if QEMU refuses the command or is gone.
 * @param reply  receives the answer's line if not NULL
 */
void qtest_command(const char *command, char *reply, size_t reply_bytes);

/**
 * Asks QMP for the path of the machine's PLIC, which differs between versions of QEMU. From a hart's callback only:
 * QEMU answers QMP once its main loop runs.
 * @return false, with a message on stderr, if there is none
 */
bool qmp_find_plic(const char *socket_path, char *path, size_t path_bytes);

#endif
