/* SPDX-License-Identifier: MIT */
/*
 * A file of everything that was driven into a design, cycle by cycle, to drive it again without a CPU. It belongs to
 * the machine and the build that wrote it: records are the structures of design.h as they lie in memory.
 */
#ifndef COSIM_INPUT_FILE_H
#define COSIM_INPUT_FILE_H

#include "cosim/design.h"

/** `cycles` pass with these inputs. */
struct cosim_input_record {
    uint64_t cycles;
    struct cosim_design_inputs inputs;
};

#endif
