/* SPDX-License-Identifier: MIT */
/* A registry in memory of its own, and names for it. */
#ifndef KIPC_TESTS_REGISTRY_FIXTURE_H
#define KIPC_TESTS_REGISTRY_FIXTURE_H

#include "support.h"
#include <kipc/registry.h>

struct registry_fixture {
    struct kipc_registry registry;
    void *memory;
    uint32_t names;
};

/* The memory is full of other things before; who calls frees it. */
void registry_set_up(struct registry_fixture *f, uint32_t names, uint32_t readers);

/* The name of a number. */
struct kipc_name name_of(uint32_t number, unsigned int space);

/* A look-up by the first reader. */
uint32_t registry_look_up(struct registry_fixture *f, const struct kipc_name *name);

#endif
