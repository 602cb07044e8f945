/* SPDX-License-Identifier: MIT */
#include "channel_fixture.h"

struct kipc_channel_config channel_config(uint32_t capacity)
{
    struct kipc_channel_config config = kipc_channel_config_default();
    config.capacity = capacity;
    config.buffer_bytes = 4096;
    config.message_max = 256;
    return config;
}

void make_channel(struct kernel_fixture *fixture, const struct kipc_channel_config *config)
{
    kipc_handle_t ends[2];
    assert_result(kipc_channel_create(&fixture->kernel, fixture->first, config, ends), KIPC_OK);
    fixture->handle = ends[0];
    fixture->other = ends[1];
}

int send_number(struct kernel_fixture *fixture, kipc_handle_t end, uint64_t number, uint8_t priority, uint64_t deadline)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .priority = priority, .length = sizeof(number), .data = &number};
    return kipc_channel_send(&fixture->kernel, fixture->first, end, &message, deadline);
}

int receive_number(struct kernel_fixture *fixture, kipc_handle_t end, uint64_t *number, uint64_t deadline)
{
    int result = kipc_channel_receive(&fixture->kernel, fixture->first, end, number, sizeof(*number), NULL, deadline);
    if (result != (int)sizeof(*number)) {
        *number = UINT64_MAX;
    }
    return result;
}

void send_and_note(struct actor *actor)
{
    const struct kipc_channel_message message = {
        .type = KIPC_MESSAGE_DATA, .length = sizeof(actor->number), .data = &actor->number};
    actor->result = kipc_channel_send(&actor->fixture->kernel, actor->pid, actor->handle, &message, actor->deadline);
    note(actor, actor->thread);
}

void receive_and_note(struct actor *actor)
{
    actor->result = kipc_channel_receive(&actor->fixture->kernel, actor->pid, actor->handle, &actor->number,
                                         sizeof(actor->number), NULL, actor->deadline);
    note(actor, actor->thread);
}
