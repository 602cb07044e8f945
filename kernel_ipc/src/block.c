/* SPDX-License-Identifier: MIT */
#include "channel.h"
#include "copy.h"

size_t kipc_slot_size(void)
{
    return sizeof(struct kipc_message_slot);
}

uint32_t ki_blocks_for(uint32_t length)
{
    uint32_t rest = length > KIPC_MSG_SMALL_MAX ? length - KIPC_MSG_SMALL_MAX : 0;
    return 1 + (rest + (uint32_t)KIPC_BLOCK_BYTES - 1) / (uint32_t)KIPC_BLOCK_BYTES;
}

struct kipc_block *ki_blocks_take(struct kipc_kernel *kernel, uint32_t length)
{
    struct kipc_block *first = NULL;
    for (uint32_t i = ki_blocks_for(length); i > 0; i--) {
        struct kipc_block *block = kernel->free_blocks;
        KIPC_ASSERT(block != NULL);
        kernel->free_blocks = block->next;
        kernel->blocks_free -= 1;
        block->next = NULL;
        block->more = first;
        first = block;
    }
    return first;
}

void ki_blocks_give(struct kipc_kernel *kernel, struct kipc_block *block)
{
    while (block != NULL) {
        struct kipc_block *more = block->more;
        block->more = NULL;
        block->sender = NULL;
        block->capability_count = 0;
        block->next = kernel->free_blocks;
        kernel->free_blocks = block;
        kernel->blocks_free += 1;
        block = more;
    }
}

int ki_blocks_reserve(struct kipc_kernel *kernel, uint32_t count)
{
    KIPC_GUARD(count <= kernel->block_count - kernel->blocks_reserved, KIPC_E_NOMEM);
    kernel->blocks_reserved += count;
    return KIPC_OK;
}

/* Both sides may be of any alignment; whole words where it allows them. */
static void copy(void *to, const void *from, uint32_t length)
{
    if ((((uintptr_t)to | (uintptr_t)from) & 7) == 0) {
        volatile ki_word *target = to;
        const ki_word *source = from;
        for (; length >= 8; length -= 8) {
            *target++ = *source++;
        }
        to = (void *)target;
        from = source;
    }
    ki_copy_bytes(to, from, length);
}

void ki_blocks_write(struct kipc_block *block, const void *data, uint32_t length)
{
    uint8_t *to = block->slot.data;
    const uint8_t *from = data;
    uint32_t room = KIPC_MSG_SMALL_MAX;
    while (length > 0) {
        uint32_t part = length < room ? length : room;
        copy(to, from, part);
        from += part;
        length -= part;
        block = block->more;
        to = (uint8_t *)block; /* looked at only if there is more */
        room = KIPC_BLOCK_BYTES;
    }
}

void ki_blocks_read(const struct kipc_block *block, void *buffer, uint32_t length)
{
    const uint8_t *from = block->slot.data;
    uint8_t *to = buffer;
    uint32_t room = KIPC_MSG_SMALL_MAX;
    while (length > 0) {
        uint32_t part = length < room ? length : room;
        copy(to, from, part);
        to += part;
        length -= part;
        block = block->more;
        from = (const uint8_t *)block; /* looked at only if there is more */
        room = KIPC_BLOCK_BYTES;
    }
}
