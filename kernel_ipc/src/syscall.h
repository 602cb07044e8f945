/* SPDX-License-Identifier: MIT */
/* What the system calls share: one at a time is described by a trap. */
#ifndef KIPC_SYSCALL_INTERNAL_H
#define KIPC_SYSCALL_INTERNAL_H

#include "copy.h"
#include "kernel_internal.h"
#include <kipc/channel.h>
#include <kipc/syscall.h>

/* Ranges that one call may have lent at once: a list, and two for each of its entries. */
#define KI_LOANS_MAX (1 + 2 * KIPC_SYSCALL_BATCH)

struct ki_trap {
    struct kipc_kernel *kernel;
    const struct kipc_user_memory *memory;
    kipc_pid_t caller;
    const uintptr_t *next; /* argument */
    int result;            /* the first thing that is wrong with the arguments, or KIPC_OK */
    struct {
        void *memory;
        size_t bytes;
        enum kipc_user_access access;
    } loans[KI_LOANS_MAX];
    uint32_t loan_count;
    kipc_handle_t capabilities[KIPC_MSG_CAPABILITIES_MAX]; /* of a large message */
};

/* Each reads the next argument; what does not fit is noted in trap->result, which must be looked at before use. */
uint32_t ki_trap_word(struct ki_trap *trap);
uint64_t ki_trap_long(struct ki_trap *trap);
int ki_trap_int(struct ki_trap *trap);
uintptr_t ki_trap_address(struct ki_trap *trap);
/* Copies a structure in, once; with its address, or with the next argument as that. */
void ki_trap_copy(struct ki_trap *trap, void *structure, uintptr_t address, size_t bytes);
void ki_trap_structure(struct ki_trap *trap, void *structure, size_t bytes);
/* Notes an error if a byte of a structure that is read as a bool is neither 0 nor 1: reading it would be undefined. */
void ki_trap_bool(struct ki_trap *trap, const void *structure, size_t offset);
/* Copies a text in: address and bytes with the end mark, which must be there and nowhere before. */
void ki_trap_name(struct ki_trap *trap, char name[KIPC_CFG_NAME_MAX + 1]);
/* The same for a text that may be left out, by address 0; returns whether it is there. */
bool ki_trap_optional_name(struct ki_trap *trap, char name[KIPC_CFG_NAME_MAX + 1]);
/* Borrows a range whose address is given; NULL if it has no bytes or cannot be had. Goes back after the call. */
void *ki_trap_range(struct ki_trap *trap, uintptr_t address, size_t bytes, enum kipc_user_access access);
/* The same for a result whose address is the next argument; 0 bytes of it are an error, not NULL. */
void *ki_trap_result(struct ki_trap *trap, size_t bytes);
/* The same for a result that the process may not want: then NULL. */
void *ki_trap_wanted(struct ki_trap *trap, size_t bytes);
/* The same for the payload of a message that was copied in, which is checked with it. */
void ki_trap_message(struct ki_trap *trap, struct kipc_channel_message *message);
/* The same for a buffer: address and bytes. No message is longer than a channel may buffer, so no more is asked for. */
void *ki_trap_buffer(struct ki_trap *trap, uint32_t *capacity);
/* Copies the configuration of a channel in. */
void ki_trap_channel_config(struct ki_trap *trap, struct kipc_channel_config *config);
/* Gives all back. */
void ki_trap_end(struct ki_trap *trap);

/* src/log.c, if the build has a log: a call failed. */
void ki_log_failure(struct kipc_gate *gate, uintptr_t number, uintptr_t argument, kipc_pid_t caller, int result);

/* Hands a result out if the call was one that succeeded; returns the call's own result. */
static inline int ki_trap_hand_out(int result, void *to, const void *from, size_t bytes)
{
    if (result >= 0 && to != NULL) {
        ki_copy_bytes(to, from, bytes);
    }
    return result;
}

#define KI_SYSCALL_HANDLER(name, number, function, permission, class, rights)                                          \
    int ki_sys_##function(struct ki_trap *trap);
KIPC_SYSCALL_LIST(KI_SYSCALL_HANDLER)
#undef KI_SYSCALL_HANDLER

#endif
