/* SPDX-License-Identifier: MIT */
/*
 * Which planted change is in force: the one that KIPC_MUTANT names; 0 or nothing: none. With KIPC_REACHED the program
 * writes there which changes it came by, one byte each.
 */
#include <stdio.h>
#include <stdlib.h>

#define KIPC_MUTANTS_MAX 20000u

unsigned int kipc_mutant;
unsigned char kipc_reached[KIPC_MUTANTS_MAX];

__attribute__((constructor)) static void select_mutant(void)
{
    const char *number = getenv("KIPC_MUTANT");
    kipc_mutant = number == NULL ? 0 : (unsigned int)strtoul(number, NULL, 10);
}

__attribute__((destructor)) static void tell_reached(void)
{
    const char *path = getenv("KIPC_REACHED");
    FILE *file = path == NULL ? NULL : fopen(path, "wb");
    if (file == NULL) {
        return;
    }
    (void)fwrite(kipc_reached, 1, sizeof(kipc_reached), file);
    (void)fclose(file);
}
