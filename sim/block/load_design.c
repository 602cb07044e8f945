/* SPDX-License-Identifier: MIT */
/* See load_design.h. */
#include "load_design.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

const struct cosim_design *load_design(const char *path)
{
    cosim_design_get_function *get = NULL;
    char local[4096];

    /* dlopen looks for a name without a slash in the system's folders only. */
    snprintf(local, sizeof local, "%s%s", strchr(path, '/') == NULL ? "./" : "", path);
    void *library = dlopen(local, RTLD_NOW);
    if (library == NULL) {
        fprintf(stderr, "%s: can not be loaded: %s\n", path, dlerror());
        return NULL;
    }
    *(void **)&get = dlsym(library, COSIM_DESIGN_SYMBOL);
    if (get == NULL) {
        fprintf(stderr, "%s: not a design: it has no %s\n", path, COSIM_DESIGN_SYMBOL);
        return NULL;
    }
    if (get()->abi != COSIM_DESIGN_ABI) {
        fprintf(stderr, "%s: design ABI %u, this program has %u: build it again\n", path, get()->abi, COSIM_DESIGN_ABI);
        return NULL;
    }
    return get();
}
