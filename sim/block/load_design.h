/* SPDX-License-Identifier: MIT */
#ifndef BLOCK_LOAD_DESIGN_H
#define BLOCK_LOAD_DESIGN_H

#include "cosim/design.h"

/** Loads a design.so for the rest of the process. @return NULL with a message on stderr if it is none of this version
 */
const struct cosim_design *load_design(const char *path);

#endif
