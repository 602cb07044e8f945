/* SPDX-License-Identifier: MIT */
/* The last events of a run, for the one who reads a failure. */
#ifndef BLOCK_HISTORY_H
#define BLOCK_HISTORY_H

#include "model.h"

#include <stdio.h>

enum { HISTORY = 60 };

struct history_event {
    uint64_t cycle, address, data;
    uint32_t extra;
    const char *what;
};

struct history {
    struct history_event events[HISTORY];
    uint64_t count;
};

/** Notes the handshakes and trace lanes of one cycle. */
void history_note(struct history *history, uint64_t cycle, const struct observation *seen);
void history_add(struct history *history, uint64_t cycle, const char *what, uint64_t address, uint64_t data,
                 uint32_t extra);
void history_print(const struct history *history, FILE *file);

#endif
