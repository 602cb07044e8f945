/* SPDX-License-Identifier: MIT */
/* What the program `budgets` measures with: a kernel, a server to call, another thread, names. Fails the program. */
#ifndef PROGRAMS_SUPPORT_BUDGET_OBJECTS_H
#define PROGRAMS_SUPPORT_BUDGET_OBJECTS_H

#include <kipc/call.h>
#include <kipc/registry.h>

extern struct kipc_kernel budget_kernel;
extern kipc_pid_t budget_pid;
/** The end that the server's requests come from. */
extern kipc_handle_t budget_client;
/** A channel with a name, the name, and the same name in a registry of its own. */
extern kipc_handle_t budget_named;
extern struct kipc_name budget_name;
extern struct kipc_registry budget_registry;
extern struct kipc_registry_reader *budget_reader;

/** Sets all of it up, and starts the server and the other thread. @param run what the other thread does each time */
void budget_open(void (*run)(void));

/** Lets the other thread, which is less urgent, do its part once, as soon as the caller blocks. */
void budget_other_runs_once(void);

/** Makes a channel for two messages. @return as kipc_channel_create */
int budget_channel(kipc_handle_t ends[2]);

/** Gives the name of a channel that budget_fill has made. @param number 1 and up, below its count */
void budget_name_of(unsigned number, struct kipc_name *name);

/** Makes channels and names until there are so many. */
void budget_fill(unsigned count);

#endif
