/* SPDX-License-Identifier: MIT */
/* What can be said of the reference model without any hardware: known answers and the rules for collisions. */
#include "../tests/test.h"
#include "model.h"

#include <string.h>

static struct model model;
static struct cosim_design_inputs in;
static struct cosim_design_outputs out;

enum { DOORBELL_SET = 0x1080, DOORBELL_CLEAR = 0x2008, AGENT_1 = 0x10000, RING = 0x5000 };

static int fresh_model(void **state)
{
    const struct size size = {.agents = 2,
                              .windows = 2,
                              .channels = 2,
                              .depth = 16,
                              .width = 32,
                              .rings = 2,
                              .length_maximum = 1048576,
                              .parity = true,
                              .crc = true};

    (void)state;
    model_reset(&model, &size);
    memset(&in, 0, sizeof in);
    memset(&out, 0, sizeof out);
    in.registers.bready = in.registers.rready = true;
    return 0;
}

static struct prediction one_cycle(void)
{
    const struct observation seen = {.in = &in, .out = &out};
    struct prediction prediction;

    model_observe(&model, &seen);
    model_predict(&model, &seen, &prediction);
    model_advance(&model, &seen, &prediction);
    return prediction;
}

/** @return the response; the access has been executed in the last cycle */
static struct prediction access_of_port(bool write, uint32_t address, uint32_t data)
{
    in.registers.awvalid = in.registers.wvalid = write;
    in.registers.arvalid = !write;
    in.registers.awaddr = in.registers.araddr = address;
    in.registers.wdata = data;
    in.registers.wstrb = 0xf;
    one_cycle();
    in.registers.awvalid = in.registers.wvalid = in.registers.arvalid = false;
    return one_cycle();
}

static void write_register(uint32_t address, uint32_t data)
{
    assert_int_equal(access_of_port(true, address, data).b_response, COSIM_AXI_OKAY);
}

static uint32_t read_register(uint32_t address)
{
    const struct prediction prediction = access_of_port(false, address, 0);

    assert_int_equal(prediction.r_response, COSIM_AXI_OKAY);
    return prediction.r_data;
}

static void test_crc32c_known_answers(void **state)
{
    static const uint8_t digits[] = "123456789", zeros[32];

    (void)state;
    assert_int_equal(crc32c(0, digits, 9), 0xe3069283u);
    assert_int_equal(crc32c(0, zeros, 32), 0x8a9136aau);
    assert_int_equal(crc32c(crc32c(0, digits, 4), digits + 4, 5), 0xe3069283u);
}

static void test_ring_of_a_flag_wins_over_its_clear_and_is_no_acknowledgement(void **state)
{
    struct doorbell *doorbell = &model.doorbells[0][1][0];
    const struct access clear = {.write = true, .agent = 1, .strobe = 0xf, .offset = DOORBELL_CLEAR, .data = 1};

    (void)state;
    doorbell->flags = 1;
    doorbell->notified = 1;
    doorbell_apply(&model, &clear);
    doorbells_advance(&model);
    assert_int_equal(doorbell->flags, 1);
    assert_int_equal(doorbell->acknowledge, 0);
    doorbell_apply(&model, &clear);
    doorbells_advance(&model);
    assert_int_equal(doorbell->flags, 0);
    assert_int_equal(doorbell->acknowledge, 1);
}

static void test_doorbell_raises_the_wire_in_the_cycle_after_the_write(void **state)
{
    (void)state;
    write_register(AGENT_1 + 0x048, SOURCE_DOORBELL);
    write_register(DOORBELL_SET, 4);
    assert_int_equal(one_cycle().wires, 2);
    assert_int_equal(read_register(AGENT_1 + 0x2000), 4);
    write_register(AGENT_1 + DOORBELL_CLEAR, 4);
    assert_int_equal(one_cycle().wires, 0);
}

static void test_timer_is_pending_in_the_cycle_after_the_match(void **state)
{
    (void)state;
    write_register(0x048, SOURCE_TIMER);
    write_register(0x02c, 1);
    write_register(0x020, (uint32_t)model.cycle + 10);
    const uint64_t compare = model.agents[0].timer.compare;
    while (model.cycle < compare) {
        assert_int_equal(one_cycle().wires, 0);
    }
    assert_int_equal(one_cycle().lanes[4].value, 1);
    assert_int_equal(one_cycle().wires, 1);
}

static void test_periodic_timer_does_not_drift(void **state)
{
    (void)state;
    write_register(0x028, 7);
    write_register(0x02c, 3);
    write_register(0x020, 1);
    while (model.agents[0].timer.compare < model.cycle) {
        one_cycle();
    }
    assert_int_equal((model.agents[0].timer.compare - 1) % 7, 0);
}

static void test_moderation_counts_and_keeps_its_first_deadline(void **state)
{
    uint16_t answered[MODEL_RINGS] = {1};
    uint8_t events[MODEL_RINGS] = {0};

    (void)state;
    model.rings[0].moderation_count = 3;
    model.rings[0].moderation_time = 20;
    model.cycle = 100;
    rings_moderate(&model, answered, events);
    assert_int_equal(model.rings[0].moderation_deadline, 120);
    model.cycle = 110;
    model.rings[0].moderation_time = 1000;
    rings_moderate(&model, answered, events);
    answered[0] = 0;
    model.cycle = 119;
    rings_moderate(&model, answered, events);
    assert_int_equal(events[0], 0);
    model.cycle = 120;
    rings_moderate(&model, answered, events);
    assert_int_equal(events[0], RING_COMPLETION);
    assert_int_equal(model.rings[0].counted, 0);
}

static void test_moderation_count_of_zero_is_one(void **state)
{
    const uint16_t answered[MODEL_RINGS] = {0, 1};
    uint8_t events[MODEL_RINGS] = {0};

    (void)state;
    model.rings[1].moderation_count = 0;
    model.rings[1].moderation_time = UINT32_MAX;
    rings_moderate(&model, answered, events);
    assert_int_equal(events[1], RING_COMPLETION);
}

static void test_push_into_a_full_fifo_waits_and_is_refused(void **state)
{
    unsigned waited = 0;

    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        write_register(0x3100, i);
    }
    write_register(0x3110, 5);
    in.registers.awvalid = in.registers.wvalid = true;
    in.registers.awaddr = 0x3100;
    one_cycle();
    in.registers.awvalid = in.registers.wvalid = false;
    struct prediction prediction = one_cycle();
    for (; !prediction.b_valid; waited++) {
        prediction = one_cycle();
    }
    assert_int_equal(waited, 5);
    assert_int_equal(prediction.b_response, COSIM_AXI_SLVERR);
    assert_int_equal(read_register(0x3114), 1);
    assert_int_equal(read_register(AGENT_1 + 0x4008 + 4) & 0xffff, 16);
}

static void test_refused_access_is_recorded_once(void **state)
{
    (void)state;
    assert_int_equal(access_of_port(true, 0x0000, 1).b_response, COSIM_AXI_SLVERR);
    assert_int_equal(access_of_port(false, 0x0100, 0).r_response, COSIM_AXI_SLVERR);
    assert_int_equal(read_register(0x090), 0x00000013u);
    assert_int_equal(read_register(0x0a4), 2);
}

static void test_high_priority_passes_over_low_eight_times(void **state)
{
    bool passes = false;

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        model.rings[i].enable = true;
        model.rings[i].tail = 1;
        model.rings[i].high_priority = i == 1;
    }
    assert_int_equal(engine_choose(&model, &passes), 1);
    assert_true(passes);
    model.engine.passed_over = 8;
    assert_int_equal(engine_choose(&model, &passes), 0);
}

static void test_index_that_goes_back_is_refused(void **state)
{
    (void)state;
    write_register(RING + 0x10, 2 | 2 << 8);
    write_register(RING + 0x14, 1);
    model.agents[0].quiesce = true;
    write_register(RING + 0x20, 3);
    assert_int_equal(access_of_port(true, RING + 0x20, 2).b_response, COSIM_AXI_SLVERR);
    assert_int_equal(access_of_port(true, RING + 0x20, 5).b_response, COSIM_AXI_SLVERR);
    assert_int_equal(read_register(RING + 0x20), 3);
    assert_int_equal(read_register(RING + 0x30), RING_INDEX);
    assert_int_equal(read_register(RING + 0x44), 3);
}

/* RING_EVENT.fetch_failed and RING_ERROR_ADDRESS come with the answer, whatever else is going on in the ring. */
static void test_refused_descriptor_is_told_while_its_ring_aborts(void **state)
{
    (void)state;
    write_register(RING + 0x00, 0x1040);
    write_register(RING + 0x14, 1);
    write_register(RING + 0x20, 1);
    one_cycle();
    in.memory.arready = true;
    out.memory.ar =
        (struct cosim_memory_address){.valid = true, .address = 0x1040, .id = 1, .length = 3, .size = 3, .burst = 1};
    one_cycle();
    out.memory.ar.valid = false;
    write_register(RING + 0x18, 1);
    assert_int_equal(read_register(RING + 0x1c), 3);
    in.memory.rvalid = out.memory.rready = true;
    in.memory.rid = 1;
    for (unsigned beat = 0; beat < 4; beat++) {
        in.memory.rresp = beat == 1 ? COSIM_AXI_SLVERR : COSIM_AXI_OKAY;
        in.memory.rlast = beat == 3;
        one_cycle();
    }
    in.memory.rvalid = false;
    assert_null(model.failed_check);
    assert_int_equal(read_register(RING + 0x30), RING_FETCH_FAILED);
    assert_int_equal(read_register(RING + 0x3c), 0x1040);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_crc32c_known_answers, fresh_model),
        cmocka_unit_test_setup(test_ring_of_a_flag_wins_over_its_clear_and_is_no_acknowledgement, fresh_model),
        cmocka_unit_test_setup(test_doorbell_raises_the_wire_in_the_cycle_after_the_write, fresh_model),
        cmocka_unit_test_setup(test_timer_is_pending_in_the_cycle_after_the_match, fresh_model),
        cmocka_unit_test_setup(test_periodic_timer_does_not_drift, fresh_model),
        cmocka_unit_test_setup(test_moderation_counts_and_keeps_its_first_deadline, fresh_model),
        cmocka_unit_test_setup(test_moderation_count_of_zero_is_one, fresh_model),
        cmocka_unit_test_setup(test_push_into_a_full_fifo_waits_and_is_refused, fresh_model),
        cmocka_unit_test_setup(test_refused_access_is_recorded_once, fresh_model),
        cmocka_unit_test_setup(test_high_priority_passes_over_low_eight_times, fresh_model),
        cmocka_unit_test_setup(test_index_that_goes_back_is_refused, fresh_model),
        cmocka_unit_test_setup(test_refused_descriptor_is_told_while_its_ring_aborts, fresh_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
