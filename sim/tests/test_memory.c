/* SPDX-License-Identifier: MIT */
/* The memory behind the design's AXI4 port: what it moves, when it answers, and what it refuses. */
#include "../bus/axi_memory.h"
#include "rig.h"

#include <stdlib.h>
#include <string.h>

enum { CYCLES_MAX = 20000 };

static struct rig rig;

static void start(unsigned memory_bytes, const struct fake_burst *bursts, unsigned count)
{
    rig_init(&rig, 1);
    rig.options.memory_bytes = memory_bytes;
    rig.options.manager.bursts = bursts;
    rig.options.manager.count = count;
}

/** Starts the engine and runs until the manager has done everything. */
static void run(void)
{
    rig_start(&rig);
    for (uint64_t cycle = 1; fake_manager_busy(&rig.fake->manager); cycle++) {
        rig_run_to(&rig, cycle);
        assert_true(cycle < CYCLES_MAX);
    }
}

/** Applies a write to a copy of RAM, byte by byte, or compares what a read returned with it. */
static void check_burst(uint8_t *ram, const struct fake_burst *burst, unsigned index, unsigned bus)
{
    const struct fake_result *result = &rig.fake->manager.result[index];

    assert_int_equal(result->beats, burst->beats);
    assert_int_equal(result->response, COSIM_AXI_OKAY);
    assert_int_equal(result->id, burst->id);
    assert_false(result->last_misplaced);
    for (unsigned beat = 0; beat < burst->beats; beat++) {
        uint64_t first = fake_burst_beat_address(burst, beat);
        uint64_t end = first / burst->bytes * burst->bytes + burst->bytes;
        uint64_t strobe = fake_burst_strobe(burst, index, beat, bus);
        for (uint64_t address = first; address < end; address++) {
            unsigned lane = (unsigned)(address % bus);
            if (!burst->write) {
                assert_int_equal(((const uint8_t *)result->data[beat])[lane], ram[address - CPU_RAM]);
            } else if ((strobe >> lane & 1) != 0) {
                ram[address - CPU_RAM] = fake_manager_byte(index, beat, lane);
            }
        }
    }
}

/** Reads see RAM as it was, because no burst reads what another writes: reads in the lower half, writes in the upper.
 */
static void check_all(void)
{
    uint8_t *ram = malloc(CPU_RAM_BYTES);

    assert_non_null(ram);
    for (uint64_t offset = 0; offset < CPU_RAM_BYTES; offset++) {
        ram[offset] = rig_ram_byte(offset);
    }
    for (unsigned i = 0; i < rig.options.manager.count; i++) {
        check_burst(ram, &rig.options.manager.bursts[i], i, rig.options.memory_bytes);
    }
    assert_memory_equal(rig.ram, ram, CPU_RAM_BYTES);
    rig_assert_no_failed_check(&rig);
    free(ram);
}

static void bursts_of_type(enum fake_burst_type type, uint64_t misalignment)
{
    for (unsigned bus = 4; bus <= 64; bus *= 2) {
        for (unsigned bytes = 1; bytes <= bus; bytes *= 2) {
            struct fake_burst bursts[12];
            unsigned count = 0;
            for (unsigned beats = type == FAKE_WRAP ? 2 : 1; beats <= 16;
                 beats = type == FAKE_WRAP ? beats * 2 : beats + 5) {
                uint64_t offset = 0x100 + bytes * 3 + (type == FAKE_WRAP ? 0 : misalignment);
                bursts[count] = (struct fake_burst){
                    .address = CPU_RAM + offset, .beats = beats, .bytes = bytes, .type = type, .id = count & 3};
                bursts[count + 1] = bursts[count];
                bursts[count + 1].address += 0x8000 + 0x1000 * count / 2;
                bursts[count + 1].write = true;
                bursts[count + 1].sparse = beats > 4;
                count += 2;
            }
            start(bus, bursts, count);
            run();
            check_all();
            rig_finish(&rig);
        }
    }
}

static void test_incrementing_bursts_of_every_size(void **state)
{
    (void)state;
    bursts_of_type(FAKE_INCR, 0);
}

static void test_incrementing_bursts_that_start_unaligned(void **state)
{
    (void)state;
    bursts_of_type(FAKE_INCR, 1);
    bursts_of_type(FAKE_INCR, 3);
}

static void test_fixed_bursts_of_every_size(void **state)
{
    (void)state;
    bursts_of_type(FAKE_FIXED, 0);
}

static void test_wrapping_bursts_of_every_size(void **state)
{
    (void)state;
    bursts_of_type(FAKE_WRAP, 0);
}

static void test_the_longest_burst(void **state)
{
    static const struct fake_burst bursts[] = {
        {.address = CPU_RAM + 0x1000, .beats = 256, .bytes = 8, .type = FAKE_INCR},
        {.address = CPU_RAM + 0x9000, .beats = 256, .bytes = 8, .type = FAKE_INCR, .write = true}};

    (void)state;
    start(8, bursts, COUNT_OF(bursts));
    run();
    check_all();
    assert_int_equal(cosim_engine_counters(rig.engine)->dma_bytes_read, 2048);
    assert_int_equal(cosim_engine_counters(rig.engine)->dma_bytes_written, 2048);
    rig_finish(&rig);
}

static void test_latency_is_exact(void **state)
{
    static const struct fake_burst bursts[] = {
        {.address = CPU_RAM, .beats = 4, .bytes = 8, .type = FAKE_INCR},
        {.address = CPU_RAM + 0x8000, .beats = 4, .bytes = 8, .type = FAKE_INCR, .write = true}};
    static const unsigned latencies[] = {0, 1, 2, 7, 100};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(latencies); i++) {
        start(8, bursts, COUNT_OF(bursts));
        rig.config.memory_latency = latencies[i];
        run();
        const struct fake_result *read = &rig.fake->manager.result[0], *write = &rig.fake->manager.result[1];
        assert_int_equal(read->first_data_cycle, read->address_cycle + 1 + latencies[i]);
        assert_int_equal(read->last_data_cycle, read->first_data_cycle + 3);
        assert_int_equal(write->first_data_cycle, write->address_cycle + 1);
        assert_int_equal(write->last_data_cycle, write->first_data_cycle + 3);
        assert_int_equal(write->answer_cycle, write->last_data_cycle + 1 + latencies[i]);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_DMA_READ_BURST, 0)->cycle, read->address_cycle);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_DMA_READ_DONE, 0)->cycle, read->last_data_cycle);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_DMA_WRITE_BURST, 0)->cycle, write->address_cycle);
        assert_int_equal(rig_event(&rig, COSIM_EVENT_DMA_WRITE_DONE, 0)->cycle, write->answer_cycle);
        rig_finish(&rig);
    }
}

static void test_bursts_in_a_row_leave_no_cycle_empty(void **state)
{
    struct fake_burst bursts[16];

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(bursts); i++) {
        bursts[i] = (struct fake_burst){.address = CPU_RAM + 0x100 * i, .beats = 16, .bytes = 8, .type = FAKE_INCR};
    }
    start(8, bursts, COUNT_OF(bursts));
    run();
    const struct fake_result *result = rig.fake->manager.result;
    assert_int_equal(result[15].last_data_cycle - result[0].first_data_cycle + 1, 16 * 16);
    rig_finish(&rig);
}

static void random_bursts(struct fake_burst *bursts, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        bursts[i] = (struct fake_burst){.address = CPU_RAM + 0x200 * i + (i % 2 != 0 ? 0x8000 : 0),
                                        .beats = 1 + i * 7 % 16,
                                        .bytes = 1u << i % 4,
                                        .type = FAKE_INCR,
                                        .id = i % 5,
                                        .write = i % 2 != 0};
    }
}

static void test_back_pressure_is_a_function_of_the_seed(void **state)
{
    struct fake_burst bursts[24];
    struct rig first, second, other;

    (void)state;
    random_bursts(bursts, COUNT_OF(bursts));
    for (unsigned i = 0; i < 3; i++) {
        start(8, bursts, COUNT_OF(bursts));
        rig.config.back_pressure = 50;
        rig.config.seed = i == 2 ? 8 : 7;
        run();
        check_all();
        *(i == 0 ? &first : i == 1 ? &second : &other) = rig;
    }
    rig_assert_same_events(&first, &second);
    unsigned differ = 0;
    for (size_t i = 1; i < first.event_count && i < other.event_count; i++) {
        differ += first.events[i].cycle != other.events[i].cycle;
    }
    assert_true(differ > 10);
    rig_finish(&first);
    rig_finish(&second);
    rig_finish(&other);
}

static void test_back_pressure_holds_the_bus_back(void **state)
{
    static const unsigned percents[] = {0, 30, 60, 90};
    struct fake_burst bursts[24];
    uint64_t before = 0;

    (void)state;
    random_bursts(bursts, COUNT_OF(bursts));
    for (size_t i = 0; i < COUNT_OF(percents); i++) {
        start(8, bursts, COUNT_OF(bursts));
        rig.config.back_pressure = percents[i];
        run();
        check_all();
        assert_true(cosim_engine_cycle(rig.engine) > before);
        before = cosim_engine_cycle(rig.engine);
        rig_finish(&rig);
    }
}

static void test_answers_come_in_the_order_of_the_addresses(void **state)
{
    struct fake_burst bursts[40];

    (void)state;
    random_bursts(bursts, COUNT_OF(bursts));
    start(8, bursts, COUNT_OF(bursts));
    rig.config.memory_latency = 40;
    rig.config.back_pressure = 20;
    run();
    check_all();
    const struct fake_result *result = rig.fake->manager.result;
    for (unsigned i = 2; i < COUNT_OF(bursts); i++) {
        assert_true(result[i].answer_cycle > result[i - 2].answer_cycle);
        assert_int_equal(result[i].completion, i / 2 + 1);
    }
    rig_finish(&rig);
}

static void test_no_more_bursts_are_taken_than_can_be_kept(void **state)
{
    struct fake_burst bursts[40];
    unsigned in_flight = 0;

    (void)state;
    for (unsigned i = 0; i < COUNT_OF(bursts); i++) {
        bursts[i] = (struct fake_burst){.address = CPU_RAM + 8 * i, .beats = 1, .bytes = 8, .type = FAKE_INCR};
    }
    start(8, bursts, COUNT_OF(bursts));
    rig.config.memory_latency = 500;
    run();
    check_all();
    const struct fake_result *result = rig.fake->manager.result;
    for (unsigned i = 0; i < COUNT_OF(bursts); i++) {
        in_flight += result[i].address_cycle < result[0].answer_cycle;
    }
    assert_int_equal(in_flight, AXI_MEMORY_OUTSTANDING);
    rig_finish(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_incrementing_bursts_of_every_size),
        cmocka_unit_test(test_incrementing_bursts_that_start_unaligned),
        cmocka_unit_test(test_fixed_bursts_of_every_size),
        cmocka_unit_test(test_wrapping_bursts_of_every_size),
        cmocka_unit_test(test_the_longest_burst),
        cmocka_unit_test(test_latency_is_exact),
        cmocka_unit_test(test_bursts_in_a_row_leave_no_cycle_empty),
        cmocka_unit_test(test_back_pressure_is_a_function_of_the_seed),
        cmocka_unit_test(test_back_pressure_holds_the_bus_back),
        cmocka_unit_test(test_answers_come_in_the_order_of_the_addresses),
        cmocka_unit_test(test_no_more_bursts_are_taken_than_can_be_kept),
    };

    return cmocka_run_group_tests_name("memory", tests, NULL, NULL);
}
