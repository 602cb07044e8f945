/* SPDX-License-Identifier: MIT */
/*
 * block_run DESIGN.so [--profile LETTERS|all] [--seed N] [--transactions N] [--stop-after SECONDS]
 *           [--size small|default|large|odd] [--wave FILE.vcd]
 *
 * Random traffic against the mailbox, every cycle checked against the reference model. A transaction is a register
 * access or a message. The same seed gives the same run. Exit status: 0 as specified, 1 not, 2 wrong usage.
 */
#include "load_design.h"
#include "run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct named_size {
    const char *name, *design;
    struct size size;
} sizes[] = {
    {"small",
     "mailbox_small",
     {.agents = 2, .windows = 1, .channels = 1, .depth = 4, .width = 32, .rings = 1, .length_maximum = 65536}},
    {"default",
     "mailbox",
     {.agents = 2,
      .windows = 2,
      .channels = 2,
      .depth = 16,
      .width = 32,
      .rings = 2,
      .length_maximum = 1048576,
      .parity = true,
      .crc = true}},
    {"large",
     "mailbox_large",
     {.agents = 8,
      .windows = 1,
      .channels = 1,
      .depth = 16,
      .width = 64,
      .rings = 1,
      .length_maximum = 1048576,
      .parity = true,
      .crc = true}},
    {"odd",
     "mailbox_odd",
     {.agents = 3, .windows = 1, .channels = 1, .depth = 4, .width = 64, .rings = 3, .length_maximum = 65536}},
};

static const struct named_size *find_size(const char *name)
{
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        if (strcmp(sizes[i].name, name) == 0 || strcmp(sizes[i].design, name) == 0) {
            return &sizes[i];
        }
    }
    return NULL;
}

static int usage(const char *complaint, const char *value)
{
    fprintf(stderr, "block_run: %s%s\n", complaint, value);
    fprintf(stderr,
            "usage: block_run DESIGN.so [--profile LETTERS|all] [--seed N] [--transactions N] [--stop-after SECONDS]\n"
            "                 [--size small|default|large|odd] [--wave FILE.vcd]\nprofiles:\n");
    for (unsigned i = 0; i < profile_count; i++) {
        fprintf(stderr, "  %c  %s\n", profiles[i].letter, profiles[i].name);
    }
    return 2;
}

static bool parse_number(const char *text, uint64_t *value)
{
    char *end = NULL;

    errno = 0;
    *value = strtoull(text, &end, 0);
    return errno == 0 && end != text && *end == 0 && text[0] != '-';
}

/** @return NULL, or what is wrong with the option */
static const char *parse_option(struct run_options *options, const char **letters, const char **size, const char *name,
                                const char *value)
{
    uint64_t number = 0;

    if (strcmp(name, "--profile") == 0) {
        *letters = value;
    } else if (strcmp(name, "--size") == 0) {
        *size = value;
    } else if (strcmp(name, "--wave") == 0) {
        options->wave = value;
    } else if (strcmp(name, "--seed") == 0 && parse_number(value, &options->seed)) {
        return NULL;
    } else if (strcmp(name, "--transactions") == 0 && parse_number(value, &options->transactions)) {
        return NULL;
    } else if (strcmp(name, "--stop-after") == 0 && parse_number(value, &number)) {
        options->stop_after = (double)number;
    } else {
        return "no such option, or not a number: ";
    }
    return NULL;
}

/** Runs the profiles in turn, up to the first that fails: what follows would only scroll its diagnosis away. */
static int run_profiles(struct run_options *options, const char *letters)
{
    for (const char *letter = letters; *letter != 0; letter++) {
        options->profile = profile_find(*letter);
        if (options->profile == NULL) {
            return usage("no such profile: ", letter);
        }
        if (!run_profile(options)) {
            return 1;
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct run_options options = {.seed = 1, .transactions = 10000};
    const char *letters = "all", *size = NULL;
    char every[32] = "";

    if (argc < 2 || argc % 2 != 0) {
        return usage("a design and pairs of option and value", "");
    }
    for (int i = 2; i < argc; i += 2) {
        const char *complaint = parse_option(&options, &letters, &size, argv[i], argv[i + 1]);
        if (complaint != NULL) {
            return usage(complaint, argv[i]);
        }
    }
    for (unsigned i = 0; i < profile_count; i++) {
        every[i] = profiles[i].letter;
    }
    options.design = load_design(argv[1]);
    options.design_path = argv[1];
    if (options.design == NULL) {
        return 2;
    }
    size = size != NULL ? size : options.design->shape.name;
    const struct named_size *named = find_size(size);
    if (named == NULL) {
        return usage("no size of the mailbox (give --size): ", size);
    }
    options.size = named->size;
    return run_profiles(&options, strcmp(letters, "all") == 0 ? every : letters);
}
