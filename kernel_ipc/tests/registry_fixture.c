/* SPDX-License-Identifier: MIT */
#include "registry_fixture.h"
#include <stdio.h>

void registry_set_up(struct registry_fixture *f, uint32_t names, uint32_t readers)
{
    size_t bytes = kipc_registry_bytes(names, readers);
    f->memory = aligned_memory(bytes);
    f->names = names;
    memset(f->memory, 0x5A, bytes);
    assert_result(kipc_registry_set_up(&f->registry, f->memory, bytes, names, readers), KIPC_OK);
}

struct kipc_name name_of(uint32_t number, unsigned int space)
{
    char text[KIPC_CFG_NAME_MAX + 1];
    struct kipc_name name;
    (void)snprintf(text, sizeof(text), "service-%u", number);
    assert_result(kipc_name_set_up(&name, text, space), KIPC_OK);
    return name;
}

uint32_t registry_look_up(struct registry_fixture *f, const struct kipc_name *name)
{
    return kipc_registry_look_up(&f->registry, name, kipc_registry_place(&f->registry, 0));
}
