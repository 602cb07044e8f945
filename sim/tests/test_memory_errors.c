/* SPDX-License-Identifier: MIT */
/* What the memory behind the design's AXI4 port refuses, and that a refused burst changes nothing. */
#include "../bus/axi_memory.h"
#include "rig.h"

#include <stdlib.h>
#include <string.h>

enum { CYCLES_MAX = 2000 };

static struct rig rig;

static void start(const struct fake_burst *bursts, unsigned count)
{
    rig_init(&rig, 1);
    rig.options.memory_bytes = 8;
    rig.options.manager.bursts = bursts;
    rig.options.manager.count = count;
}

/** A burst that RAM does not hold in full: nothing is moved, and each beat says so. */
static void refused(struct fake_burst burst)
{
    uint8_t *before = malloc(CPU_RAM_BYTES);

    start(&burst, 1);
    rig_start(&rig);
    assert_non_null(before);
    memcpy(before, rig.ram, CPU_RAM_BYTES);
    for (uint64_t cycle = 1; fake_manager_busy(&rig.fake->manager) && cycle < CYCLES_MAX; cycle++) {
        rig_run_to(&rig, cycle);
    }
    const struct fake_result *result = &rig.fake->manager.result[0];
    assert_int_equal(result->response, COSIM_AXI_DECERR);
    assert_int_equal(result->beats, burst.beats);
    for (unsigned beat = 0; beat < burst.beats && !burst.write; beat++) {
        assert_int_equal(result->data[beat][0], 0);
    }
    assert_memory_equal(rig.ram, before, CPU_RAM_BYTES);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR, 0)->detail, COSIM_AXI_DECERR);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR, 0)->unit, burst.write);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR, 0)->argument[0], burst.address);
    /* RAM ends with a page: a burst across its end breaks the 4 KiB rule as well. */
    assert_int_equal(rig_count(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR), 1);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1 + rig_count(&rig, COSIM_EVENT_CHECK_AXI_RULE));
    assert_int_equal(cosim_engine_counters(rig.engine)->dma_bytes_read, 0);
    assert_int_equal(cosim_engine_counters(rig.engine)->dma_bytes_written, 0);
    free(before);
    rig_finish(&rig);
}

static void test_a_burst_outside_ram_is_refused(void **state)
{
    static const uint64_t addresses[] = {0,
                                         0x1000,
                                         CPU_RAM - 8,
                                         CPU_RAM - 64,
                                         CPU_RAM + CPU_RAM_BYTES,
                                         CPU_RAM + CPU_RAM_BYTES - 8,
                                         CPU_RAM + CPU_RAM_BYTES - 56,
                                         0xffffffffffffffc0};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        for (unsigned write = 0; write < 2; write++) {
            refused((struct fake_burst){
                .address = addresses[i], .beats = 8, .bytes = 8, .type = FAKE_INCR, .write = write != 0});
        }
    }
    refused((struct fake_burst){.address = CPU_RAM + CPU_RAM_BYTES, .beats = 4, .bytes = 8, .type = FAKE_FIXED});
    refused((struct fake_burst){.address = CPU_RAM - 8, .beats = 4, .bytes = 8, .type = FAKE_WRAP, .write = true});
}

static void test_a_burst_to_the_very_end_of_ram_is_taken(void **state)
{
    static const struct fake_burst bursts[] = {
        {.address = CPU_RAM + CPU_RAM_BYTES - 64, .beats = 8, .bytes = 8, .type = FAKE_INCR, .write = true},
        {.address = CPU_RAM, .beats = 8, .bytes = 8, .type = FAKE_INCR}};

    (void)state;
    start(bursts, COUNT_OF(bursts));
    rig_start(&rig);
    rig_run_to(&rig, 100);
    for (unsigned i = 0; i < COUNT_OF(bursts); i++) {
        assert_int_equal(rig.fake->manager.result[i].completion, 1);
        assert_int_equal(rig.fake->manager.result[i].response, COSIM_AXI_OKAY);
    }
    for (unsigned beat = 0; beat < 8; beat++) {
        assert_int_equal(rig.ram[CPU_RAM_BYTES - 64 + 8 * beat], fake_manager_byte(0, beat, 0));
        assert_memory_equal(rig.fake->manager.result[1].data[beat], rig.ram + 8 * beat, 8);
    }
    rig_assert_no_failed_check(&rig);
    rig_finish(&rig);
}

static void test_one_announcement_covers_the_bursts_of_one_transfer(void **state)
{
    static const struct fake_burst bursts[] = {{.address = 0x1000, .beats = 4, .bytes = 8, .type = FAKE_INCR},
                                               {.address = 0x2000, .beats = 4, .bytes = 8, .type = FAKE_INCR},
                                               {.address = 0x3000, .beats = 4, .bytes = 8, .type = FAKE_INCR}};
    static const struct instruction program[] = {HARNESS(COSIM_HARNESS_EXPECT_ERROR, 1),
                                                 STORE(FAKE_START, 4, 2),
                                                 COMPUTE(100),
                                                 STORE(FAKE_START, 4, 1),
                                                 COMPUTE(100),
                                                 EXIT(0)};

    (void)state;
    start(bursts, COUNT_OF(bursts));
    rig.options.manager.wait_for_start = true;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, 1000);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR), 3);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR, 0)->detail, COSIM_AXI_DECERR | 256);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR, 1)->detail, COSIM_AXI_DECERR | 256);
    assert_int_equal(rig_event(&rig, COSIM_EVENT_CHECK_MEMORY_ERROR, 2)->detail, COSIM_AXI_DECERR);
    assert_int_equal(cosim_engine_counters(rig.engine)->failed_checks, 1);
    rig_finish(&rig);
}

static void ignore_burst(void *context, bool write, uint32_t id, uint64_t address, unsigned beats, uint64_t bytes)
{
    (void)context, (void)write, (void)id, (void)address, (void)beats, (void)bytes;
}

static void ignore_done(void *context, bool write, uint32_t id, uint8_t response, uint64_t address, uint64_t bytes)
{
    (void)context, (void)write, (void)id, (void)response, (void)address, (void)bytes;
}

static void ignore_beat(void *context, bool write, uint64_t address, unsigned bytes)
{
    (void)context, (void)write, (void)address, (void)bytes;
}

static void test_a_beat_wider_than_the_bus_spills_nowhere(void **state)
{
    /* AxSIZE 7 is 128 bytes: twice the widest bus. The rule checker reports it; the memory must survive it. */
    static uint8_t ram[4096];
    struct axi_memory_config config = {.ram = ram,
                                       .base = CPU_RAM,
                                       .bytes = sizeof ram,
                                       .bus_bytes = 8,
                                       .listener = {.burst = ignore_burst, .done = ignore_done, .beat = ignore_beat}};
    struct axi_memory memory;
    struct {
        struct cosim_memory_inputs inputs;
        uint8_t guard[128];
    } driven = {.inputs = {.arready = true, .awready = true}};
    struct cosim_memory_outputs outputs = {
        .ar = {.address = CPU_RAM, .length = 0, .size = 7, .burst = 1, .valid = true, .id = 5}, .rready = true};

    (void)state;
    memset(ram, 0x5a, sizeof ram);
    axi_memory_init(&memory, &config);
    axi_memory_edge(&memory, &driven.inputs, &outputs, 1);
    outputs.ar.valid = false;
    assert_true(driven.inputs.rvalid);
    assert_int_equal(driven.inputs.rid, 5);
    assert_int_equal(driven.inputs.bid, 0);
    assert_false(driven.inputs.bvalid);
    for (size_t i = 0; i < sizeof driven.guard; i++) {
        assert_int_equal(driven.guard[i], 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_burst_outside_ram_is_refused),
        cmocka_unit_test(test_a_burst_to_the_very_end_of_ram_is_taken),
        cmocka_unit_test(test_one_announcement_covers_the_bursts_of_one_transfer),
        cmocka_unit_test(test_a_beat_wider_than_the_bus_spills_nowhere),
    };

    return cmocka_run_group_tests_name("memory_errors", tests, NULL, NULL);
}
