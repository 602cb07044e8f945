/* SPDX-License-Identifier: MIT */
/* A kernel with two processes and a server thread that answers calls with words; all of it by ecall. */
#ifndef PROGRAMS_SUPPORT_WORD_SERVER_H
#define PROGRAMS_SUPPORT_WORD_SERVER_H

#include "programs/support/verdict.h"
#include <kipc/words.h>

enum word_server_kind {
    WORD_SERVER_IN_REGISTERS, /* waits for words */
    WORD_SERVER_IN_MEMORY,    /* receives into a buffer and replies from it */
    WORD_SERVER_LESS_URGENT   /* waits for words, but is not switched to straight */
};

/* What the client's thread uses; in user mode, too. */
struct word_client {
    kipc_pid_t pid;
    kipc_handle_t handle;
    unsigned rounds;
    uint64_t random;
    bool in_user_mode; /* the server as well */
    volatile bool has_ended;
    intptr_t result; /* of the last call */
    unsigned wrong;  /* words */
};

/* What the server makes of a word; it is as recognisable. */
static inline uintptr_t word_answer(uintptr_t word)
{
    return word ^ 0x1e1e1e1e1e1e1e1eu;
}

/** Sets up kernel and gate, and starts the server, which waits when this returns. @param client gets pid and handle */
void word_server_open(struct word_client *client, enum word_server_kind kind);

/** Ends both processes, and fails unless everything went back. */
void word_server_close(const struct word_client *client);

/** The kernel, and the gate of the system calls. */
extern struct kipc_kernel word_kernel;
extern struct kipc_gate word_gate;

#endif
