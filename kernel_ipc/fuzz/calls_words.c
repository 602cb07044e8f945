/* SPDX-License-Identifier: MIT */
/* Calls whose payload is in registers, of threads that are fibers. */
#include "calls.h"
#include "fibers.h"
#include <string.h>

/* The words become a message that can be recognised; its length. */
static uint32_t request_in(struct world *world)
{
    struct model *model = world->model;
    uintptr_t *words = fibers_words(world);
    uint32_t length = fuzz_mostly(&world->input, KIPC_FAST_BYTES);
    uint32_t tag = model->sent_tags < MODEL_TAGS ? model->sent_tags++ : MODEL_TAGS;
    memset(words, (int)(tag & 0xff), KIPC_FAST_BYTES);
    memcpy(words, &tag, sizeof(tag));
    memcpy((uint8_t *)words + sizeof(tag), &length, sizeof(length));
    return length;
}

static void call_with_words(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint64_t deadline = fuzz_below(&world->input, 4) == 0 ? world_deadline(world) : KIPC_FOREVER;
    uint32_t length = request_in(world);
    int64_t result = world_check(world, 0, 0, kipc_channel_call_words(&world->kernel, pid, handle, length, deadline));
    FUZZ_REQUIRE(result <= (int64_t)KIPC_FAST_BYTES);
    const uint8_t *reply = (const uint8_t *)fibers_words(world);
    for (int64_t i = 0; i < result; i++) {
        FUZZ_REQUIRE(reply[i] == 0x5A);
    }
}

/* A message that came; true if it wants a reply. */
static bool take_message(struct world *world, int64_t length, uint64_t id)
{
    struct model *model = world->model;
    uint8_t bytes[KIPC_FAST_BYTES];
    world->trace = world->trace * 31 + id;
    FUZZ_REQUIRE(length <= (int64_t)KIPC_FAST_BYTES && (length >= 0 || id == 0));
    if (length < 0) {
        return false;
    }
    memcpy(bytes, fibers_words(world), sizeof(bytes));
    check_message(world, bytes, (uint32_t)length);
    if (id != 0) {
        model->requests[model->request_count++ % COUNT_OF(model->requests)] = id;
    }
    return id != 0;
}

/* One receive, and replies as long as requests come and the input wants it. */
static void serve_with_words(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint64_t deadline = fuzz_below(&world->input, 4) == 0 ? world_deadline(world) : KIPC_FOREVER;
    uint64_t id = UINT64_MAX;
    int64_t result = world_check(world, 0, 0, kipc_channel_receive_words(&world->kernel, pid, handle, &id, deadline));
    while (take_message(world, result, result < 0 ? 0 : id) && fuzz_below(&world->input, 8) != 0) {
        uint32_t length = fuzz_mostly(&world->input, KIPC_FAST_BYTES);
        uint64_t replied = id;
        memset(fibers_words(world), 0x5A, KIPC_FAST_BYTES);
        world_next_call(world);
        result = world_check(world, 0, 0, kipc_channel_reply_words(&world->kernel, pid, handle, &id, length));
        if (result < 0 && id == replied) {
            return; /* nothing was replied: the request stays, or is gone */
        }
    }
}

/* A reply to any request, then the next message. */
static void reply_with_words(struct world *world)
{
    const struct model *model = world->model;
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_CHANNEL);
    uint32_t choice = fuzz_byte(&world->input);
    uint64_t id = model->requests[choice % COUNT_OF(model->requests)] + (choice == 255 ? 1 : 0);
    uint64_t replied = id;
    uint32_t length = fuzz_mostly(&world->input, KIPC_FAST_BYTES);
    memset(fibers_words(world), 0x5A, KIPC_FAST_BYTES);
    int64_t result = world_check(world, 0, 0, kipc_channel_reply_words(&world->kernel, pid, handle, &id, length));
    if (result >= 0 || id != replied) {
        FUZZ_REQUIRE(result < 0 || id != replied); /* ids are not given twice */
        (void)take_message(world, result, id);
    }
}

/* The same three through the door of the trap handler, whose registers may hold anything. */
static void trap_with_words(struct world *world)
{
    const struct kipc_user_ranges none = {NULL, 0};
    const struct kipc_user_memory memory = kipc_user_memory_of_ranges(&none);
    struct kipc_gate gate;
    kipc_pid_t pid = world_pid(world);
    uintptr_t number = KIPC_SYSCALL_CALL_WORDS + fuzz_below(&world->input, 4);
    uintptr_t registers[KIPC_WORDS_REGISTERS] = {world_object(world, pid, KIPC_TABLE_CHANNEL), 0, 0};
    registers[1] = (uintptr_t)fuzz_word(&world->input, 2);
    registers[2] = fuzz_below(&world->input, 4) == 0 ? (uintptr_t)fuzz_word(&world->input, 8) : KIPC_NO_WAIT;
    memset(fibers_words(world), 0x5A, KIPC_FAST_BYTES);
    if (number == KIPC_SYSCALL_CALL_WORDS) {
        registers[1] = request_in(world);
    }
    FUZZ_REQUIRE(kipc_gate_set_up(&gate, &world->kernel, &memory) == KIPC_OK);
    (void)world_check(world, 0, 0, kipc_syscall_words(&gate, pid, number, registers));
}

const fuzz_call words_calls[] = {
    call_with_words,  serve_with_words, call_with_words, serve_with_words,
    reply_with_words, call_with_words,  trap_with_words,
};
const size_t words_call_count = COUNT_OF(words_calls);
