/* SPDX-License-Identifier: MIT */
/*
 * Calls whose payload is four words that stay in the processor's registers: from the caller's system call to the
 * server's return from its own, and back, no instruction loads or stores them.
 *
 *     // what a trap handler does with registers a0, a1, a2 of a system call whose number is one of these
 *     uintptr_t registers[KIPC_WORDS_REGISTERS] = {handle, length, deadline};
 *     result = kipc_syscall_words(&gate, caller, KIPC_SYSCALL_CALL_WORDS, registers);
 *
 * The words are no arguments: they are where the scheduler's operations say (kipc/scheduler.h, struct kipc_word_ops),
 * which a trap handler puts them into before the call, and takes them from afterwards. All four travel; the length says
 * how many bytes of them, in memory order, are payload. They are carried over if the other side waits with one of these
 * functions, nothing else is to be done for the message, and the scheduler can switch to it straight. In any other case
 * they go through memory, with the same result: both sides may as well use kipc/call.h and kipc/channel.h. So they do
 * while an observer looks on (kipc/observer.h), which sees the messages, but no system call.
 *
 * When: for short requests that are asked often, on a system whose trap handler offers them. Else kipc/call.h.
 * Memory: none of its own; as in kipc/call.h if the words go through memory.
 * Concurrency: any number of callers and of servers at one channel.
 * Cost: constant; test_words.py of the co-simulation says how many instructions.
 */
#ifndef KIPC_WORDS_H
#define KIPC_WORDS_H

#include <kipc/call.h>
#include <kipc/syscall.h>

/* Numbers of system calls, beside those of kipc/syscall.h: kipc_syscall does not know them. */
enum kipc_words_number {
    KIPC_SYSCALL_CALL_WORDS = 0x300,    /* a0: handle, a1: length, a2: deadline */
    KIPC_SYSCALL_RECEIVE_WORDS = 0x301, /* a0: handle, a2: deadline; a1 becomes the request id */
    KIPC_SYSCALL_REPLY_WORDS = 0x302,   /* a0: handle, a1: request id, a2: length; a1 becomes the next request's id */
    KIPC_WORDS_END                      /* no number */
};

/* Registers that hold arguments; on RISC-V the words are in the next four, a3 to a6. */
#define KIPC_WORDS_REGISTERS 3u

/*
 * Does one of the three system calls.
 * gate: set up. caller: the process of the calling thread, by the word of the trap handler. number: any value.
 * registers: KIPC_WORDS_REGISTERS of them, overwritten with the results as above; not NULL.
 * Returns what the function of this number does; KIPC_E_INVAL (NULL, a register does not fit its argument);
 * KIPC_E_NOSYS (no such number); KIPC_E_ACCES (the process may not send and receive); KIPC_E_SRCH (no such caller);
 * KIPC_E_NOTSUP (registers of 32 bits).
 * Blocks as that function does; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE intptr_t kipc_syscall_words(struct kipc_gate *gate, kipc_pid_t caller, uintptr_t number,
                                         uintptr_t *registers);

/*
 * Sends the words as a request and waits for its reply, which is in their place then. Needs KIPC_RIGHT_SEND of handle.
 * length: 0..KIPC_FAST_BYTES; a reply may have as many, whatever the request. deadline: of the whole call, absolute
 * ticks or KIPC_FOREVER.
 * Returns the reply's length, 0 and up; KIPC_E_INVAL (length too large, KIPC_NO_WAIT); KIPC_E_NOTSUP (the scheduler has
 * no words); else as kipc_channel_call.
 * Blocks; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_call_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                         uint32_t length, uint64_t deadline);

/*
 * Receives a message of up to KIPC_FAST_BYTES bytes into the words; those beyond its length are unspecified, but no
 * secret of the kernel. Needs KIPC_RIGHT_RECEIVE of handle.
 * request_id: receives the id to reply with, 0 if the message is no request; not NULL. deadline: absolute ticks,
 * KIPC_NO_WAIT or KIPC_FOREVER.
 * Returns the length, 0 and up; KIPC_E_INVAL (NULL); KIPC_E_NOTSUP; else as kipc_channel_receive without info.
 * Blocks, unless KIPC_NO_WAIT; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_receive_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                            uint64_t *request_id, uint64_t deadline);

/*
 * Replies with the words, and then receives the next message as kipc_channel_receive_words without a deadline does.
 * handle: where to receive. request_id: the request to reply to; receives the next one's; not NULL. length: of the
 * reply, 0..KIPC_FAST_BYTES.
 * Returns the length of the next message, 0 and up; an error of kipc_channel_reply: then nothing is received, and
 * request_id stays; or an error of the receive: then request_id is 0. KIPC_E_INVAL (NULL, length too large);
 * KIPC_E_NOTSUP.
 * Blocks; thread of the caller; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_channel_reply_words(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                          uint64_t *request_id, uint32_t length);

#endif
