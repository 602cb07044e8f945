/* SPDX-License-Identifier: MIT */
/*
 * The same by numbers and registers, as a process does that may not touch the kernel: the trap handler hands its
 * registers to kipc_syscall. A channel's send and receive, a message in registers, a region by name, a bad address.
 */
#include "example.h"
#include <kipc/channel.h>
#include <kipc/syscall.h>

/* Of the message in registers: two words, somewhat urgent. */
#define LENGTH (2 * sizeof(uintptr_t))
#define PRIORITY 10u

/* All memory that the process has; a system with address translation asks its page tables instead. */
struct user_memory {
    struct kipc_channel_config channel;
    struct kipc_channel_message message;
    struct kipc_region_config region;
    uint64_t payload[8];
    uint64_t received[8];
    kipc_handle_t ends[2];
    kipc_handle_t shm;
    struct kipc_mapping_config mapping;
    uintptr_t address;
    char name[8];
};

static struct example example;
static struct user_memory user;
static struct kipc_gate gate;

static uintptr_t at(const void *object)
{
    return (uintptr_t)object;
}

static intptr_t call(uintptr_t number, uintptr_t a0, uintptr_t a1, uintptr_t a2, uintptr_t a3, uintptr_t a4,
                     uintptr_t a5)
{
    const uintptr_t registers[KIPC_SYSCALL_ARGUMENTS] = {a0, a1, a2, a3, a4, a5};
    return kipc_syscall(&gate, example.pid, number, registers);
}

static void send_and_receive(void)
{
    user.channel = kipc_channel_config_default();
    REQUIRE(call(KIPC_SYSCALL_CHANNEL_CREATE, at(&user.channel), at(user.ends), 0, 0, 0, 0) == KIPC_OK);
    user.message = (struct kipc_channel_message){.type = KIPC_MESSAGE_DATA, .length = 64, .data = user.payload};
    REQUIRE(call(KIPC_SYSCALL_CHANNEL_SEND, user.ends[0], at(&user.message), KIPC_NO_WAIT, 0, 0, 0) == KIPC_OK);
    intptr_t length = call(KIPC_SYSCALL_CHANNEL_RECEIVE, user.ends[1], at(user.received), 64, 0, KIPC_NO_WAIT, 0);
    REQUIRE(length == 64 && memcmp(user.payload, user.received, 64) == 0);
    example_print("from memory: %d bytes", (int)length);

    /* Words of the payload are arguments: the sender's memory is not looked at. Length and priority share one. */
    REQUIRE(call(KIPC_SYSCALL_CHANNEL_SEND_FAST, user.ends[0], LENGTH | PRIORITY << 16, 11, 22, 0, 0) == KIPC_OK);
    length = call(KIPC_SYSCALL_CHANNEL_RECEIVE, user.ends[1], at(user.received), 64, 0, KIPC_NO_WAIT, 0);
    REQUIRE(length == LENGTH);
    example_print("from registers: %lu %lu", user.received[0], user.received[1]);
}

static void make_and_open(void)
{
    memcpy(user.name, "frames", 7);
    user.region = kipc_region_config_default();
    user.region.name = user.name;
    user.region.open_rights = KIPC_RIGHT_MAP;
    REQUIRE(call(KIPC_SYSCALL_REGION_CREATE, at(&user.region), at(user.name), 7, at(&user.shm), 0, 0) == KIPC_OK);
    REQUIRE(call(KIPC_SYSCALL_REGION_OPEN, at(user.name), 7, KIPC_RIGHT_MAP, at(&user.shm), 0, 0) == KIPC_OK);
    user.mapping = (struct kipc_mapping_config){.bytes = 1, .flags = KIPC_MAP_READ};
    REQUIRE(call(KIPC_SYSCALL_REGION_MAP, user.shm, at(&user.mapping), at(&user.address), 0, 0, 0) == KIPC_OK);
    REQUIRE(user.address >= example_memory_port()->space_first);
    example_print("region \"%s\" made, opened, mapped", user.name);
}

int main(void)
{
    example_set_up_memory(&example);
    const struct kipc_user_range range = {example.pid, true, at(&user), sizeof(user)};
    const struct kipc_user_ranges ranges = {&range, 1};
    const struct kipc_user_memory memory = kipc_user_memory_of_ranges(&ranges);
    REQUIRE(kipc_gate_set_up(&gate, &example.kernel, &memory) == KIPC_OK);
    for (unsigned int i = 0; i < 8; i++) {
        user.payload[i] = i;
    }
    send_and_receive();
    make_and_open();
    intptr_t elsewhere = call(KIPC_SYSCALL_CHANNEL_CREATE, at(&gate), at(user.ends), 0, 0, 0, 0);
    intptr_t unknown = call(KIPC_SYSCALL_FIRST + 0xfff, 0, 0, 0, 0, 0, 0);
    example_print("an address that is not its own: %s, no such call: %s", kipc_error_name((int)elsewhere),
                  kipc_error_name((int)unknown));
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   from memory: 64 bytes
 *   from registers: 11 22
 *   region "frames" made, opened, mapped
 *   an address that is not its own: FAULT, no such call: NOSYS
 */
