/* SPDX-License-Identifier: MIT */
/* A master of the register port: writes and reads in two queues, each channel with a pace of its own. */
#ifndef BLOCK_REGISTER_DRIVER_H
#define BLOCK_REGISTER_DRIVER_H

#include "cosim/design.h"

#include <stdbool.h>
#include <stdint.h>

enum { DRIVER_QUEUE = 32 };

struct register_operation {
    uint32_t address, data;
    uint8_t strobe, user;
};

struct driver_style {
    unsigned aw_gap, w_gap, ar_gap, b_stall, r_stall; /* percent */
};

struct register_driver {
    struct driver_style style;
    uint64_t random;
    struct register_operation writes[DRIVER_QUEUE], reads[DRIVER_QUEUE];
    unsigned aw_next, w_next, write_count; /* of writes[0..write_count): addresses and data given so far */
    unsigned read_count;
    bool aw_shown, w_shown, ar_shown; /* valid is up and stays until it is taken */
    unsigned unanswered;
    unsigned hold; /* cycles in which nothing is sent: the next access is being aimed. Only with nothing shown */
};

void driver_reset(struct register_driver *driver);
/** @return false if the queue is full */
bool driver_write(struct register_driver *driver, const struct register_operation *operation);
bool driver_read(struct register_driver *driver, const struct register_operation *operation);
void driver_drive(struct register_driver *driver, struct cosim_register_inputs *in);
void driver_sample(struct register_driver *driver, const struct cosim_register_inputs *in,
                   const struct cosim_register_outputs *out);
/** @return nothing is to be sent and every access has been answered */
bool driver_idle(const struct register_driver *driver);

#endif
