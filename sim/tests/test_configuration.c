/* SPDX-License-Identifier: MIT */
/* The run's configuration: what is taken, what it is without a word, and what is refused. */
#include "../qemu/configuration.h"
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define REQUIRED "design=/d.so\nram=/r\nqtest=/q\nqmp=/m\nrun_directory=/run\n"

static struct configuration configuration;

/** Reads `text` as a configuration, with stderr sent to `message`. */
static bool read_text(const char *text, char *message, size_t bytes)
{
    char path[] = "/tmp/belfry-configuration-XXXXXX", complaint[] = "/tmp/belfry-complaint-XXXXXX";
    int descriptor = mkstemp(path), captured = mkstemp(complaint), stderr_copy = dup(STDERR_FILENO);

    assert_true(descriptor >= 0 && captured >= 0 && stderr_copy >= 0);
    assert_int_equal(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
    fflush(stderr);
    dup2(captured, STDERR_FILENO);
    bool good = configuration_read(path, &configuration);
    fflush(stderr);
    dup2(stderr_copy, STDERR_FILENO);
    close(stderr_copy);
    ssize_t length = pread(captured, message, bytes - 1, 0);
    message[length < 0 ? 0 : length] = 0;
    close(captured);
    unlink(path);
    unlink(complaint);
    return good;
}

static void assert_taken(const char *text)
{
    char message[1024];

    if (!read_text(text, message, sizeof message)) {
        fail_msg("refused: %s", message);
    }
    assert_string_equal(message, "");
}

static void assert_refused(const char *text, const char *words)
{
    char message[1024];

    assert_false(read_text(text, message, sizeof message));
    assert_int_equal(strncmp(message, "belfry: ", 8), 0);
    if (strstr(message, words) == NULL) {
        fail_msg("'%s' does not say '%s'", message, words);
    }
}

static void test_what_is_not_given_has_its_default(void **state)
{
    (void)state;
    assert_taken(REQUIRED);
    assert_string_equal(configuration.design, "/d.so");
    assert_string_equal(configuration.ram, "/r");
    assert_string_equal(configuration.qtest, "/q");
    assert_string_equal(configuration.qmp, "/m");
    assert_string_equal(configuration.run_directory, "/run");
    assert_string_equal(configuration.marks, "");
    assert_string_equal(configuration.parameters, "");
    assert_int_equal(configuration.ram_size, 64 << 20);
    assert_int_equal(configuration.harts, 1);
    assert_int_equal(configuration.quantum, 1);
    assert_int_equal(configuration.lead, 50);
    assert_int_equal(configuration.cycle_limit, 0);
    assert_int_equal(configuration.host_time_limit_ms, 0);
    assert_int_equal(configuration.seed, 1);
    assert_int_equal(configuration.memory_latency, 0);
    assert_int_equal(configuration.back_pressure, 0);
    assert_int_equal(configuration.skip, 1);
    assert_int_equal(configuration.wave_start, 0);
    assert_int_equal(configuration.wave_end, 0);
    assert_int_equal(configuration.gdb, 0);
}

static void test_every_key_is_taken(void **state)
{
    (void)state;
    assert_taken(REQUIRED "marks=/marks table\nparameters=/a=b\nram_size=4096\nharts=8\nquantum=100\nlead=7\n"
                          "cycle_limit=18446744073709551615\nhost_time_limit_ms=60000\nseed=0x10\nmemory_latency=3\n"
                          "back_pressure=90\nskip=0\nwave_start=5\nwave_end=6\ngdb=1\n\n");
    assert_string_equal(configuration.marks, "/marks table");
    assert_string_equal(configuration.parameters, "/a=b");
    assert_int_equal(configuration.ram_size, 4096);
    assert_int_equal(configuration.harts, 8);
    assert_int_equal(configuration.quantum, 100);
    assert_int_equal(configuration.lead, 7);
    assert_int_equal(configuration.cycle_limit, UINT64_MAX);
    assert_int_equal(configuration.host_time_limit_ms, 60000);
    assert_int_equal(configuration.seed, 16);
    assert_int_equal(configuration.memory_latency, 3);
    assert_int_equal(configuration.back_pressure, 90);
    assert_int_equal(configuration.skip, 0);
    assert_int_equal(configuration.wave_start, 5);
    assert_int_equal(configuration.wave_end, 6);
    assert_int_equal(configuration.gdb, 1);
}

static void test_the_last_line_needs_no_end(void **state)
{
    (void)state;
    assert_taken(REQUIRED "seed=9");
    assert_int_equal(configuration.seed, 9);
}

static void test_a_bad_number_is_refused_with_its_bounds(void **state)
{
    static const char *const bad[] = {"harts=0",
                                      "harts=9",
                                      "harts=",
                                      "harts=two",
                                      "harts=1x",
                                      "harts= ",
                                      "quantum=0",
                                      "lead=0",
                                      "back_pressure=91",
                                      "skip=2",
                                      "gdb=yes",
                                      "ram_size=4095",
                                      "seed=18446744073709551616",
                                      "ram_size=67108865"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        char text[512];
        snprintf(text, sizeof text, REQUIRED "%s\n", bad[i]);
        assert_refused(text, bad[i]);
        assert_refused(text, "must be a number from");
    }
}

static void test_a_negative_number_is_refused(void **state)
{
    (void)state;
    assert_refused(REQUIRED "seed=-1\n", "seed=-1");
    assert_refused(REQUIRED "cycle_limit=-5\n", "cycle_limit=-5");
}

static void test_an_unknown_key_is_refused(void **state)
{
    (void)state;
    assert_refused(REQUIRED "colour=red\n", "'colour'");
    assert_refused(REQUIRED "Harts=1\n", "'Harts'");
    assert_refused(REQUIRED " harts=1\n", "' harts'");
}

static void test_a_missing_key_is_named(void **state)
{
    static const char *const keys[] = {"design", "ram", "qtest", "qmp", "run_directory"};

    (void)state;
    for (size_t missing = 0; missing < COUNT_OF(keys); missing++) {
        char text[512] = "", expected[64];
        for (size_t i = 0; i < COUNT_OF(keys); i++) {
            if (i != missing) {
                strcat(strcat(text, keys[i]), "=/path\n");
            }
        }
        snprintf(expected, sizeof expected, "'%s' is missing", keys[missing]);
        assert_refused(text, expected);
        strcat(strcat(text, keys[missing]), "=\n");
        assert_refused(text, expected);
    }
}

static void test_a_line_without_an_equals_sign_is_refused(void **state)
{
    (void)state;
    assert_refused(REQUIRED "precise\n", "'precise' is not key=value");
}

static void test_a_path_that_is_too_long_is_refused(void **state)
{
    char text[2 * CONFIGURATION_PATH_MAX] = REQUIRED "marks=";

    (void)state;
    size_t start = strlen(text);
    memset(text + start, 'a', CONFIGURATION_PATH_MAX);
    strcpy(text + start + CONFIGURATION_PATH_MAX, "\n");
    assert_refused(text, "longer than 511 bytes");
    strcpy(text + start + CONFIGURATION_PATH_MAX - 1, "\n");
    assert_taken(text);
    assert_int_equal(strlen(configuration.marks), CONFIGURATION_PATH_MAX - 1);
}

static void test_a_line_longer_than_any_may_be_is_refused(void **state)
{
    char text[3 * CONFIGURATION_PATH_MAX] = REQUIRED "marks=";

    (void)state;
    size_t start = strlen(text);
    memset(text + start, 'a', 2 * CONFIGURATION_PATH_MAX);
    strcpy(text + start + 2 * CONFIGURATION_PATH_MAX, "\n");
    assert_refused(text, "longer than");
}

static void test_a_file_that_is_not_there_is_named(void **state)
{
    (void)state;
    assert_false(configuration_read("/nonexistent/engine.conf", &configuration));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_not_given_has_its_default),
        cmocka_unit_test(test_every_key_is_taken),
        cmocka_unit_test(test_the_last_line_needs_no_end),
        cmocka_unit_test(test_a_bad_number_is_refused_with_its_bounds),
        cmocka_unit_test(test_a_negative_number_is_refused),
        cmocka_unit_test(test_an_unknown_key_is_refused),
        cmocka_unit_test(test_a_missing_key_is_named),
        cmocka_unit_test(test_a_line_without_an_equals_sign_is_refused),
        cmocka_unit_test(test_a_path_that_is_too_long_is_refused),
        cmocka_unit_test(test_a_line_longer_than_any_may_be_is_refused),
        cmocka_unit_test(test_a_file_that_is_not_there_is_named),
    };

    return cmocka_run_group_tests_name("configuration", tests, NULL, NULL);
}
