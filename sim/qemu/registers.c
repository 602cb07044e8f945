/* SPDX-License-Identifier: MIT */
#include "registers.h"

#include "qemu_plugin_api.h"

#include <stdio.h>
#include <string.h>

static const char *const names[REGISTER_COUNT] = {
    "zero", "ra",  "sp", "gp", "tp", "t0", "t1",      "t2",      "fp",  "s1",  "a0",   "a1", "a2",
    "a3",   "a4",  "a5", "a6", "a7", "s2", "s3",      "s4",      "s5",  "s6",  "s7",   "s8", "s9",
    "s10",  "s11", "t3", "t4", "t5", "t6", "mhartid", "mstatus", "mie", "mip", "mtvec"};

static struct qemu_plugin_register *handles[REGISTER_COUNT];
static GByteArray *scratch;

bool registers_find(void)
{
    GArray *all = qemu_plugin_get_registers();

    scratch = g_byte_array_new();
    for (guint i = 0; i < all->len; i++) {
        const qemu_plugin_reg_descriptor *descriptor = &g_array_index(all, qemu_plugin_reg_descriptor, i);
        for (unsigned number = 0; number < REGISTER_COUNT; number++) {
            if (strcmp(descriptor->name, names[number]) == 0) {
                handles[number] = descriptor->handle;
            }
        }
    }
    g_array_free(all, TRUE);
    for (unsigned number = 1; number < REGISTER_COUNT; number++) {
        if (handles[number] == NULL) {
            fprintf(stderr, "belfry: this QEMU does not show register %s to plugins\n", names[number]);
            return false;
        }
    }
    return true;
}

uint64_t register_read(unsigned number)
{
    uint64_t value = 0;

    if (number == REGISTER_X0) {
        return 0;
    }
    g_byte_array_set_size(scratch, 0);
    int bytes = qemu_plugin_read_register(handles[number], scratch);
    if (bytes > 0) {
        memcpy(&value, scratch->data, (size_t)bytes < sizeof value ? (size_t)bytes : sizeof value);
    }
    return value;
}
