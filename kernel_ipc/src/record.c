/* SPDX-License-Identifier: MIT */
#include "copy.h"
#include <kipc/record.h>

int kipc_record_ring_set_up(struct kipc_record_ring *ring, struct kipc_record *records, uint32_t capacity)
{
    KIPC_GUARD(ring != NULL && (records != NULL || capacity == 0), KIPC_E_INVAL);
    ring->records = records;
    ring->capacity = capacity;
    ring->first = 0;
    ring->count = 0;
    ring->lost = 0;
    return KIPC_OK;
}

void kipc_record_ring_add(struct kipc_record_ring *ring, const struct kipc_record *record)
{
    if (ring->count == ring->capacity) {
        ring->lost += 1;
        return;
    }
    uint32_t left = ring->capacity - ring->first;
    uint32_t place = ring->count < left ? ring->first + ring->count : ring->count - left;
    ki_copy_bytes(&ring->records[place], record, sizeof(*record));
    ring->count += 1;
}

int kipc_record_ring_take(struct kipc_record_ring *ring, struct kipc_record *record)
{
    KIPC_GUARD(record != NULL, KIPC_E_INVAL);
    KIPC_GUARD(ring->count != 0, KIPC_E_EMPTY);
    ki_copy_bytes(record, &ring->records[ring->first], sizeof(*record));
    ring->first = ring->first + 1 < ring->capacity ? ring->first + 1 : 0;
    ring->count -= 1;
    return KIPC_OK;
}
