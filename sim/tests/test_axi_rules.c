/* SPDX-License-Identifier: MIT */
/* Each rule is reported at the cycle in which it is broken, and none for traffic that is unusual but legal. */
#include "../bus/random.h"
#include "rig.h"

#include <stdio.h>
#include <string.h>

enum { SEEDS = 150, BURSTS = 40 };

/** @return the cycle of the first report; fails the test if another rule than `rule` was reported */
static uint64_t only(const struct rig *rig, enum axi_rule rule, unsigned port)
{
    const struct cosim_event *first = rig_event(rig, COSIM_EVENT_CHECK_AXI_RULE, 0);

    for (unsigned i = 0; i < rig_count(rig, COSIM_EVENT_CHECK_AXI_RULE); i++) {
        assert_int_equal(rig_event(rig, COSIM_EVENT_CHECK_AXI_RULE, i)->detail, rule);
        assert_int_equal(rig_event(rig, COSIM_EVENT_CHECK_AXI_RULE, i)->unit, port);
    }
    assert_true(cosim_engine_counters(rig->engine)->failed_checks >= rig_count(rig, COSIM_EVENT_CHECK_AXI_RULE));
    return first->cycle;
}

static void register_sin(enum axi_rule rule)
{
    static const struct instruction program[] = {STORE(FAKE_SCRATCH, 4, 0), LOAD(FAKE_POP, 4), COMPUTE(3),
                                                 REPEAT(0, 40), END};
    struct rig rig;

    rig_init(&rig, 1);
    rig.options.sin = rule;
    rig.options.request_wait = 5;
    bool waits = rule == AXI_RULE_B_DROPPED || rule == AXI_RULE_B_CHANGED || rule == AXI_RULE_R_DROPPED ||
                 rule == AXI_RULE_R_CHANGED;
    rig.config.back_pressure = waits ? 50 : 0;
    scripted_cpu_load(&rig.cpu, 0, program);
    rig_start(&rig);
    scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
    assert_true(rig.fake->sinned);
    assert_int_equal(only(&rig, rule, AXI_PORT_REGISTERS), rig.fake->sin_cycle);
    rig_finish(&rig);
}

static void test_each_rule_of_the_register_port_is_reported_at_its_cycle(void **state)
{
    (void)state;
    register_sin(AXI_RULE_B_DROPPED);
    register_sin(AXI_RULE_B_CHANGED);
    register_sin(AXI_RULE_R_DROPPED);
    register_sin(AXI_RULE_R_CHANGED);
    register_sin(AXI_RULE_B_WITHOUT_REQUEST);
    register_sin(AXI_RULE_R_WITHOUT_REQUEST);
    register_sin(AXI_RULE_LITE_EXOKAY);
}

/** Performs reads and writes of narrow beats with one breach. @return the first report's cycle */
static uint64_t memory_sin(struct rig *rig, enum axi_rule rule, unsigned back_pressure, unsigned count)
{
    static struct fake_burst bursts[FAKE_BURSTS_MAX];

    for (unsigned i = 0; i < count; i++) {
        bursts[i] = (struct fake_burst){.address = CPU_RAM + 0x80 * i, .beats = 4, .bytes = 4, .type = FAKE_INCR};
        bursts[i].write = i % 2 != 0;
    }
    rig_init(rig, 1);
    rig->options.memory_bytes = 8;
    rig->options.sin = rule;
    rig->options.manager = (struct fake_manager_options){.bursts = bursts, .count = count};
    rig->config.back_pressure = back_pressure;
    rig_start(rig);
    rig_run_to(rig, 600);
    return only(rig, rule, AXI_PORT_MEMORY);
}

static void test_each_rule_of_a_channels_stability_is_reported_at_its_cycle(void **state)
{
    static const enum axi_rule rules[] = {AXI_RULE_AW_DROPPED, AXI_RULE_AW_CHANGED, AXI_RULE_AR_DROPPED,
                                          AXI_RULE_AR_CHANGED, AXI_RULE_W_DROPPED,  AXI_RULE_W_CHANGED};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct rig rig;
        uint64_t reported = memory_sin(&rig, rules[i], 70, 20);
        assert_true(rig.fake->manager.sinned);
        assert_int_equal(reported, rig.fake->manager.sin_cycle);
        rig_finish(&rig);
    }
}

static void test_a_request_that_vanishes_while_nothing_else_moves_is_reported(void **state)
{
    static const struct fake_burst read = {.address = CPU_RAM, .beats = 1, .bytes = 8, .type = FAKE_INCR};
    unsigned seen = 0;

    /* The bus is idle in the cycle of the breach, and the engine lets the design run without looking at the bus. */
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct rig rig;
        rig_init(&rig, 1);
        rig.options.memory_bytes = 8;
        rig.options.sin = AXI_RULE_AR_DROPPED;
        rig.options.manager = (struct fake_manager_options){.bursts = &read, .count = 1, .wait_for_start = true};
        rig.config.back_pressure = 80;
        rig.config.seed = seed;
        rig_start(&rig);
        cosim_engine_write(rig.engine, 0, 1, CPU_WINDOW + FAKE_START, 4, 1, CPU_RAM);
        rig_run_to(&rig, 200);
        if (rig.fake->manager.sinned) {
            assert_int_equal(only(&rig, AXI_RULE_AR_DROPPED, AXI_PORT_MEMORY), rig.fake->manager.sin_cycle);
            seen++;
        }
        rig_finish(&rig);
    }
    assert_true(seen > 0);
}

static void test_each_rule_of_a_bursts_shape_is_reported_at_its_cycle(void **state)
{
    static const enum axi_rule shapes[] = {AXI_RULE_CROSSES_4K, AXI_RULE_SIZE_TOO_WIDE, AXI_RULE_BURST_TYPE};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        struct rig rig;
        uint64_t reported = memory_sin(&rig, shapes[i], 0, 4);
        assert_int_equal(reported, rig.fake->manager.result[0].address_cycle);
        /* Once a burst, not once a beat. */
        assert_int_equal(rig_count(&rig, COSIM_EVENT_CHECK_AXI_RULE), 4);
        rig_finish(&rig);
    }
}

static void test_each_rule_of_write_data_is_reported_at_its_cycle(void **state)
{
    struct rig rig;

    (void)state;
    uint64_t early = memory_sin(&rig, AXI_RULE_WLAST_EARLY, 0, 4);
    assert_int_equal(early, rig.fake->manager.result[1].first_data_cycle);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_CHECK_AXI_RULE), 2);
    rig_finish(&rig);
    uint64_t missing = memory_sin(&rig, AXI_RULE_WLAST_MISSING, 0, 4);
    assert_int_equal(missing, rig.fake->manager.result[1].last_data_cycle);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_CHECK_AXI_RULE), 2);
    rig_finish(&rig);
    uint64_t outside = memory_sin(&rig, AXI_RULE_STROBE_OUTSIDE, 0, 4);
    assert_int_equal(outside, rig.fake->manager.result[1].first_data_cycle);
    assert_int_equal(rig_count(&rig, COSIM_EVENT_CHECK_AXI_RULE), 8);
    rig_finish(&rig);
}

static void count_breach(void *context, unsigned port, enum axi_rule rule, uint64_t first_value, uint64_t second_value)
{
    (void)first_value, (void)second_value;
    assert_int_equal(port, AXI_PORT_MEMORY);
    ((unsigned *)context)[rule]++;
}

static void test_more_writes_than_can_be_followed_are_reported(void **state)
{
    /* The engine's memory takes fewer, so the checker is driven alone. */
    unsigned breaches[32] = {0};
    struct axi_rules rules;
    struct cosim_design_inputs inputs = {.memory = {.awready = true}};
    struct cosim_design_outputs outputs = {
        .memory = {.aw = {.address = CPU_RAM, .length = 0, .size = 3, .burst = 1, .valid = true}}};

    (void)state;
    axi_rules_init(&rules, 8, breaches, count_breach);
    for (unsigned i = 0; i < AXI_RULES_BURSTS; i++) {
        axi_rules_edge(&rules, &inputs, &outputs);
    }
    assert_int_equal(breaches[AXI_RULE_TOO_MANY_WRITES], 0);
    axi_rules_edge(&rules, &inputs, &outputs);
    assert_int_equal(breaches[AXI_RULE_TOO_MANY_WRITES], 1);
}

/** Reports of one address, offered and taken. */
static unsigned address_breaches(enum axi_rule rule, struct cosim_memory_address address)
{
    unsigned breaches[32] = {0};
    struct axi_rules rules;
    struct cosim_design_inputs inputs = {.memory = {.arready = true}};
    struct cosim_design_outputs outputs = {.memory = {.ar = address}};

    outputs.memory.ar.valid = true;
    axi_rules_init(&rules, 8, breaches, count_breach);
    axi_rules_edge(&rules, &inputs, &outputs);
    return breaches[rule];
}

static void test_the_bounds_of_a_bursts_shape(void **state)
{
    (void)state;
#define CROSSES(start, beats, log2_bytes)                                                                              \
    address_breaches(                                                                                                  \
        AXI_RULE_CROSSES_4K,                                                                                           \
        (struct cosim_memory_address){.address = (start), .length = (beats)-1, .size = (log2_bytes), .burst = 1})
    assert_int_equal(CROSSES(0x1000, 256, 3), 0);
    assert_int_equal(CROSSES(0x1800, 256, 3), 0);
    assert_int_equal(CROSSES(0x1808, 256, 3), 1);
    assert_int_equal(CROSSES(0x1ff8, 1, 3), 0);
    assert_int_equal(CROSSES(0x1ff8, 2, 3), 1);
    assert_int_equal(CROSSES(0x1ffd, 1, 3), 0);
    assert_int_equal(CROSSES(0x1fff, 2, 0), 1);
#define ILLEGAL_TYPE(type, beats)                                                                                      \
    address_breaches(AXI_RULE_BURST_TYPE, (struct cosim_memory_address){                                               \
                                              .address = 0x1000, .length = (beats)-1, .size = 2, .burst = (type)})
    assert_int_equal(ILLEGAL_TYPE(FAKE_FIXED, 16), 0);
    assert_int_equal(ILLEGAL_TYPE(FAKE_FIXED, 17), 1);
    assert_int_equal(ILLEGAL_TYPE(FAKE_INCR, 256), 0);
    assert_int_equal(ILLEGAL_TYPE(3, 1), 1);
    for (unsigned beats = 1; beats <= 32; beats++) {
        bool legal = beats == 2 || beats == 4 || beats == 8 || beats == 16;
        assert_int_equal(ILLEGAL_TYPE(FAKE_WRAP, (uint8_t)beats), !legal);
    }
    for (unsigned size = 0; size < 8; size++) {
        struct cosim_memory_address address = {.address = 0x1000, .size = (uint8_t)size, .burst = 1};
        assert_int_equal(address_breaches(AXI_RULE_SIZE_TOO_WIDE, address), size > 3);
    }
}

static void test_every_rule_has_a_sentence_with_its_section(void **state)
{
    (void)state;
#define HAS_SENTENCE(number, name, text)                                                                               \
    assert_string_equal(axi_rule_text(number), text);                                                                  \
    assert_true((number) == AXI_RULE_TOO_MANY_WRITES || strstr(text, "(A3") != NULL || strstr(text, "(B1") != NULL);
    AXI_RULE_LIST(HAS_SENTENCE)
    assert_string_equal(axi_rule_text(0), "?");
    assert_string_equal(axi_rule_text(999), "?");
}

static unsigned below(uint64_t *random, unsigned bound)
{
    return (unsigned)(random_next(random) % bound);
}

static struct fake_burst legal_burst(uint64_t *random, unsigned index, unsigned bus)
{
    unsigned log2 = below(random, (unsigned)__builtin_ctz(bus) + 1);
    struct fake_burst burst = {.bytes = 1u << log2,
                               .type = (enum fake_burst_type)below(random, 3),
                               .id = below(random, 4),
                               .write = below(random, 2) != 0,
                               .sparse = below(random, 3) == 0};
    uint64_t page = CPU_RAM + 4096 * (index % 15);

    switch (burst.type) {
    case FAKE_FIXED:
        burst.beats = 1 + below(random, 16);
        burst.address = page + below(random, 2048);
        break;
    case FAKE_WRAP:
        burst.beats = 2u << below(random, 4);
        burst.address = page + burst.bytes * below(random, 2048 / burst.bytes);
        break;
    default:
        burst.beats = below(random, 8) == 0 ? 4096 / bus : 1 + below(random, 16);
        burst.beats = burst.beats > 256 ? 256 : burst.beats;
        burst.address = page + below(random, 4096 - burst.bytes * burst.beats + 1);
        break;
    }
    return burst;
}

static void test_no_rule_is_reported_for_random_legal_traffic(void **state)
{
    static const struct instruction program[] = {STORE(FAKE_SCRATCH, 4, 1),     LOAD(FAKE_POP, 8), COMPUTE(9),
                                                 STORE(FAKE_SCRATCH + 5, 1, 3), REPEAT(0, 60),     END};

    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        uint64_t random = seed;
        struct fake_burst bursts[BURSTS];
        struct rig rig;
        rig_init(&rig, 1);
        rig.options.memory_bytes = 4u << below(&random, 5);
        for (unsigned i = 0; i < BURSTS; i++) {
            bursts[i] = legal_burst(&random, i, rig.options.memory_bytes);
        }
        rig.options.manager = (struct fake_manager_options){.bursts = bursts,
                                                            .count = BURSTS,
                                                            .outstanding = below(&random, 20),
                                                            .hold_back = 30 * below(&random, 3),
                                                            .data_first = 4 * below(&random, 2),
                                                            .seed = seed};
        rig.options.request_wait = below(&random, 4);
        rig.options.response_wait = below(&random, 4);
        rig.config.back_pressure = 40 * below(&random, 3);
        rig.config.memory_latency = below(&random, 20);
        rig.config.seed = seed;
        scripted_cpu_load(&rig.cpu, 0, program);
        rig_start(&rig);
        scripted_cpu_run(&rig.cpu, RIG_STEPS_MAX);
        uint64_t cycle = cosim_engine_cycle(rig.engine), end = cycle + 40000;
        while (fake_manager_busy(&rig.fake->manager) && cycle < end) {
            rig_run_to(&rig, cycle += 100);
        }
        if (fake_manager_busy(&rig.fake->manager) || cosim_engine_counters(rig.engine)->failed_checks != 0) {
            print_error("seed %llu\n", (unsigned long long)seed);
        }
        assert_false(fake_manager_busy(&rig.fake->manager));
        rig_assert_no_failed_check(&rig);
        rig_finish(&rig);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_rule_of_the_register_port_is_reported_at_its_cycle),
        cmocka_unit_test(test_each_rule_of_a_channels_stability_is_reported_at_its_cycle),
        cmocka_unit_test(test_a_request_that_vanishes_while_nothing_else_moves_is_reported),
        cmocka_unit_test(test_each_rule_of_a_bursts_shape_is_reported_at_its_cycle),
        cmocka_unit_test(test_each_rule_of_write_data_is_reported_at_its_cycle),
        cmocka_unit_test(test_more_writes_than_can_be_followed_are_reported),
        cmocka_unit_test(test_the_bounds_of_a_bursts_shape),
        cmocka_unit_test(test_every_rule_has_a_sentence_with_its_section),
        cmocka_unit_test(test_no_rule_is_reported_for_random_legal_traffic),
    };

    return cmocka_run_group_tests_name("axi_rules", tests, NULL, NULL);
}
