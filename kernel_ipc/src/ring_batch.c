/* SPDX-License-Identifier: MIT */
/* Many messages by one publication: what is done once a message elsewhere is done once a batch here. */
#include "ring_path.h"

/* Free slots, with a new look at the consumer's index only if those known of are too few. */
static int64_t free_slots(struct kipc_ring_producer *producer, size_t wanted)
{
    uint32_t known = producer->slot_count - (producer->tail - producer->head);
    if (known >= wanted) {
        return known;
    }
    int result = ki_ring_refresh_head(producer);
    KIPC_GUARD(result == KIPC_OK, result);
    return producer->slot_count - (producer->tail - producer->head);
}

/* Whole payloads are most of what batches carry, and need no look at the digits of their length. */
static KI_INLINE void copy_whole(ki_word *to, const ki_word *from)
{
    to[0] = from[0];
    to[1] = from[1];
    to[2] = from[2];
    to[3] = from[3];
    to[4] = from[4];
    to[5] = from[5];
    to[6] = from[6];
}

/* True if a payload is a whole one, and the caller's side of the copy is aligned. */
static KI_INLINE bool is_whole(size_t length, const void *callers_side)
{
    return length == KIPC_RING_INLINE_MAX && ((uintptr_t)callers_side & 7) == 0 && callers_side != NULL;
}

/*
 * Writes items into slots from `index` on, that lie side by side. Returns KIPC_OK, or why one cannot be sent; slots
 * that are written but never published are free still.
 */
static KI_INLINE int write_run(const struct kipc_ring_producer *producer, uint32_t index,
                               const struct kipc_ring_item *items, size_t count, uint64_t *bytes)
{
    struct kipc_ring_slot *slot = ki_ring_slot_to_write(producer, index);
    uint64_t control = ki_control_word(index, KIPC_SLOT_INLINE, 0);
    for (const struct kipc_ring_item *end = items + count; items != end; items++) {
        const void *data = items->data;
        size_t length = items->length;
        if (KI_LIKELY(is_whole(length, data))) {
            copy_whole(slot->payload, data);
        } else {
            KIPC_GUARD(length <= KIPC_RING_INLINE_MAX, KIPC_E_INVAL_SIZE);
            KIPC_GUARD(data != NULL || length == 0, KIPC_E_INVAL);
            ki_copy(slot->payload, data, length, (uintptr_t)data);
        }
        slot->control = control | length;
        control += UINT64_C(1) << 32;
        *bytes += length;
        slot++;
    }
    return KIPC_OK;
}

/* Slots from this index on, up to the end of the ring's memory. */
static KI_INLINE size_t run_length(uint32_t index, size_t mask, size_t wanted)
{
    size_t run = mask + 1 - (index & mask);
    return run < wanted ? run : wanted;
}

int64_t kipc_ring_send_batch_sp(struct kipc_ring_producer *producer, const struct kipc_ring_item *items, size_t count)
{
    KIPC_GUARD(producer != NULL && items != NULL && count >= 1, KIPC_E_INVAL);
    KIPC_GUARD(producer->state == KIPC_SLOT_FREE, KIPC_E_STATE);
    int64_t room = free_slots(producer, count);
    KIPC_GUARD(room > 0, room == 0 ? KIPC_E_FULL : room);
    count = count < (size_t)room ? count : (size_t)room;
    KIPC_TRACE(send_enter, producer, count);
    uint64_t bytes = 0;
    size_t done = 0;
    while (done < count) { /* once, or twice around the end of the ring's memory */
        uint32_t index = producer->tail + (uint32_t)done;
        size_t run = run_length(index, producer->slot_mask, count - done);
        int result = write_run(producer, index, items + done, run, &bytes);
        KIPC_GUARD(result == KIPC_OK, result);
        done += run;
    }
    producer->copied_bytes += bytes;
    (void)ki_ring_publish(producer, (uint32_t)count);
    KIPC_TRACE(send_exit, producer, count);
    return (int64_t)count;
}

/* Messages that are there, with a new look at the producer's index if not so many are known of. */
static int64_t ready_slots(struct kipc_ring_consumer *consumer, size_t wanted)
{
    uint32_t known = consumer->tail - consumer->head;
    return known >= wanted ? (int64_t)known : kipc_ring_ready_sc(consumer);
}

/*
 * Reads messages from `index` on, in slots that lie side by side, into rooms. Returns how many; *result says why it
 * ended early.
 */
static KI_INLINE size_t read_run(const struct kipc_ring_consumer *consumer, uint32_t index,
                                 struct kipc_ring_room *rooms, size_t count, uint64_t *bytes, int *result)
{
    const struct kipc_ring_slot *slot = ki_ring_slot_to_read(consumer, index);
    uint64_t expected = ki_control_word(index, KIPC_SLOT_INLINE, 0);
    for (size_t i = 0; i < count; i++) {
        struct kipc_ring_room *room = &rooms[i];
        uint64_t length = ki_read_once(&slot->control) ^ expected;
        void *buffer = room->buffer;
        if (KI_LIKELY(is_whole((size_t)length, buffer) && room->capacity >= KIPC_RING_INLINE_MAX)) {
            copy_whole(buffer, slot->payload);
        } else if (length > KIPC_RING_INLINE_MAX) {
            *result = ki_ring_refuse(length ^ expected, (uint32_t)(expected >> 32));
            return i;
        } else if (length > room->capacity || (buffer == NULL && length != 0)) {
            *result = KIPC_E_MSGSIZE;
            return i;
        } else {
            ki_copy(buffer, slot->payload, (size_t)length, (uintptr_t)buffer);
        }
        room->length = (size_t)length;
        expected += UINT64_C(1) << 32;
        *bytes += length;
        slot++;
    }
    return count;
}

int64_t kipc_ring_receive_batch_sc(struct kipc_ring_consumer *consumer, struct kipc_ring_room *rooms, size_t count)
{
    KIPC_GUARD(consumer != NULL && rooms != NULL && count >= 1, KIPC_E_INVAL);
    KIPC_GUARD(consumer->state == KIPC_SLOT_READY, KIPC_E_STATE);
    int64_t ready = ready_slots(consumer, count);
    KIPC_GUARD(ready > 0, ready == 0 ? KIPC_E_EMPTY : ready);
    count = count < (size_t)ready ? count : (size_t)ready;
    KIPC_TRACE(receive_enter, consumer, count);
    uint64_t bytes = 0;
    int result = KIPC_OK;
    size_t done = 0;
    while (done < count && result == KIPC_OK) { /* once, or twice around the end of the ring's memory */
        uint32_t index = consumer->head + (uint32_t)done;
        size_t run = run_length(index, consumer->slot_mask, count - done);
        done += read_run(consumer, index, rooms + done, run, &bytes, &result);
    }
    consumer->copied_bytes += bytes;
    if (done > 0) {
        (void)ki_ring_advance(consumer, (uint32_t)done);
    }
    KIPC_TRACE(receive_exit, consumer, done);
    return done > 0 ? (int64_t)done : result;
}
