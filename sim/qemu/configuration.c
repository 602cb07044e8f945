/* SPDX-License-Identifier: MIT */
#include "configuration.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct text_key {
    const char *name;
    size_t offset;
    bool required;
};

struct number_key {
    const char *name;
    size_t offset;
    uint64_t initial, least, most;
};

#define TEXT(name, required)                                                                                           \
    {                                                                                                                  \
#name, offsetof(struct configuration, name), required                                                          \
    }
#define NUMBER(name, initial, least, most)                                                                             \
    {                                                                                                                  \
#name, offsetof(struct configuration, name), initial, least, most                                              \
    }

static const struct text_key text_keys[] = {TEXT(design, true),     TEXT(ram, true),    TEXT(qtest, true),
                                            TEXT(qmp, true),        TEXT(marks, false), TEXT(run_directory, true),
                                            TEXT(parameters, false)};

static const struct number_key number_keys[] = {NUMBER(ram_size, 64u << 20, 4096, 64u << 20),
                                                NUMBER(harts, 1, 1, 8),
                                                NUMBER(quantum, 1, 1, 1000000000),
                                                NUMBER(lead, 50, 1, 1000000000),
                                                NUMBER(cycle_limit, 0, 0, UINT64_MAX),
                                                NUMBER(host_time_limit_ms, 0, 0, UINT64_MAX / 2),
                                                NUMBER(seed, 1, 0, UINT64_MAX),
                                                NUMBER(memory_latency, 0, 0, 1000000),
                                                NUMBER(back_pressure, 0, 0, 90),
                                                NUMBER(skip, 1, 0, 1),
                                                NUMBER(ignore_quiet, 0, 0, 1),
                                                NUMBER(wave_start, 0, 0, UINT64_MAX),
                                                NUMBER(wave_end, 0, 0, UINT64_MAX),
                                                NUMBER(gdb, 0, 0, 1),
                                                NUMBER(record_inputs, 0, 0, 1)};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool set_number(struct configuration *configuration, const struct number_key *key, const char *value)
{
    char *end;

    errno = 0;
    unsigned long long number = strtoull(value, &end, 0);
    /* strtoull takes a sign, and wraps: a number here begins with a digit. */
    if (errno != 0 || *value < '0' || *value > '9' || end == value || *end != 0 || number < key->least ||
        number > key->most) {
        fprintf(stderr, "belfry: %s=%s: must be a number from %llu to %llu\n", key->name, value,
                (unsigned long long)key->least, (unsigned long long)key->most);
        return false;
    }
    uint64_t stored = number;
    memcpy((char *)configuration + key->offset, &stored, sizeof stored);
    return true;
}

static bool set(struct configuration *configuration, const char *name, const char *value)
{
    for (size_t i = 0; i < COUNT(text_keys); i++) {
        if (strcmp(text_keys[i].name, name) == 0) {
            if (strlen(value) >= CONFIGURATION_PATH_MAX) {
                fprintf(stderr, "belfry: %s: longer than %d bytes; use a shorter path\n", name,
                        CONFIGURATION_PATH_MAX - 1);
                return false;
            }
            strcpy((char *)configuration + text_keys[i].offset, value);
            return true;
        }
    }
    for (size_t i = 0; i < COUNT(number_keys); i++) {
        if (strcmp(number_keys[i].name, name) == 0) {
            return set_number(configuration, &number_keys[i], value);
        }
    }
    fprintf(stderr, "belfry: configuration key '%s' is unknown; the launcher and the plugin differ in version\n", name);
    return false;
}

static bool complete(const struct configuration *configuration)
{
    for (size_t i = 0; i < COUNT(text_keys); i++) {
        if (text_keys[i].required && *((const char *)configuration + text_keys[i].offset) == 0) {
            fprintf(stderr, "belfry: configuration key '%s' is missing\n", text_keys[i].name);
            return false;
        }
    }
    return true;
}

bool configuration_read(const char *path, struct configuration *configuration)
{
    char line[CONFIGURATION_PATH_MAX + 64];
    FILE *file = fopen(path, "r");
    bool good = true;

    if (file == NULL) {
        fprintf(stderr, "belfry: %s: %s\n", path, strerror(errno));
        return false;
    }
    memset(configuration, 0, sizeof *configuration);
    for (size_t i = 0; i < COUNT(number_keys); i++) {
        memcpy((char *)configuration + number_keys[i].offset, &number_keys[i].initial, sizeof(uint64_t));
    }
    while (good && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = 0;
        char *equals = strchr(line, '=');
        if (*line == 0) {
            continue;
        }
        if (equals == NULL) {
            fprintf(stderr, "belfry: configuration line '%s' is not key=value\n", line);
            good = false;
        } else {
            *equals = 0;
            good = set(configuration, line, equals + 1);
        }
    }
    fclose(file);
    return good && complete(configuration);
}
