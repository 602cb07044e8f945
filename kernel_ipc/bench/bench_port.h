/* SPDX-License-Identifier: MIT */
/* A port with nothing in it but what its operations need: a wake token by futex, and a pause. */
#ifndef KIPC_BENCH_PORT_H
#define KIPC_BENCH_PORT_H

#include <kipc/port.h>
#include <stdatomic.h>

#define BENCH_PORT_THREADS 2u

struct bench_port {
    struct kipc_port port;
    _Atomic uint32_t tokens[BENCH_PORT_THREADS];
};

/* port: caller's, overwritten; its threads are those of bench_thread(). spins: looks before a thread blocks. */
void bench_port_set_up(struct bench_port *port, uint32_t spins);

/* One system call each; the word as the kernel sees it. */
void bench_futex_wait(_Atomic uint32_t *word, uint32_t expected);
void bench_futex_wake(_Atomic uint32_t *word);

#endif
