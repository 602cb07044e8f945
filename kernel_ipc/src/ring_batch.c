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

/* True if a payload is a whole one, and the caller's side of the copy is aligned. */
static KI_INLINE bool is_whole(size_t length, const void *callers_side)
{
    return length == KIPC_RING_INLINE_MAX && ((uintptr_t)callers_side & 7) == 0 && callers_side != NULL;
}

#define NEXT_INDEX (UINT64_C(1) << 32) /* in a control word */

/* Slots from this index on, up to the end of the ring's memory. */
static KI_INLINE size_t run_length(uint32_t index, size_t mask, size_t wanted)
{
    size_t run = mask + 1 - (index & mask);
    return run < wanted ? run : wanted;
}

/* For batches that find somebody waiting: a call in the last place, so that the others need no stack frame. */
static KI_SLOW int64_t wake_and_count(struct kipc_waker *waker, size_t count)
{
    (void)ki_wake_registered(waker);
    return (int64_t)count;
}

static KI_INLINE int64_t publish(struct kipc_ring_producer *producer, size_t count)
{
    ki_ring_show(producer, producer->tail + (uint32_t)count);
    KIPC_TRACE(send_exit, producer, count);
    return ki_is_waited_for(&producer->waker) ? wake_and_count(&producer->waker, count) : (int64_t)count;
}

/* Writes an item into a slot. Returns KIPC_OK, or why it cannot be sent. */
static KI_INLINE int write_item(struct kipc_ring_slot *slot, const struct kipc_ring_item *item, uint32_t index)
{
    KIPC_GUARD(item->length <= KIPC_RING_INLINE_MAX, KIPC_E_INVAL_SIZE);
    KIPC_GUARD(item->data != NULL || item->length == 0, KIPC_E_INVAL);
    ki_copy(slot->payload, item->data, item->length, (uintptr_t)item->data);
    slot->control = ki_control_word(index, KIPC_SLOT_INLINE, item->length);
    return KIPC_OK;
}

/* Items of any length, as many as there is room for. Slots that are written but never published are free still. */
static KI_SLOW int64_t send_any(struct kipc_ring_producer *producer, const struct kipc_ring_item *items, size_t count)
{
    int64_t room = free_slots(producer, count);
    KIPC_GUARD(room > 0, room == 0 ? KIPC_E_FULL : room);
    count = count < (size_t)room ? count : (size_t)room;
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t index = producer->tail + (uint32_t)i;
        int result = write_item(ki_ring_slot_to_write(producer, index), &items[i], index);
        KIPC_GUARD(result == KIPC_OK, result);
        bytes += items[i].length;
    }
    producer->copied_bytes += bytes;
    return publish(producer, count);
}

/* In place and not by a function, because a send of batches that fill the ring looks at the consumer's index anew each
 * time. An index that cannot be is not believed; the long way says so. */
static KI_INLINE bool has_room_for_all(struct kipc_ring_producer *producer, uint32_t tail, size_t count)
{
    uint32_t used = tail - producer->head;
    if (producer->slot_count - used >= count) {
        return true;
    }
    uint32_t head = ki_load_sequenced(&producer->peer->index); /* [ring-head] */
    KIPC_GUARD(head - producer->head <= used, false);
    producer->head = head;
    return producer->slot_count - (tail - head) >= count;
}

static KI_INLINE bool write_whole(struct kipc_ring_slot *slot, const struct kipc_ring_item *item, uint64_t control)
{
    const void *data = item->data;
    if (!KI_LIKELY(is_whole(item->length, data))) {
        return false;
    }
    ki_copy_whole(slot->payload, data);
    slot->control = control;
    return true;
}

/* Writes whole payloads into slots from `index` on, that lie side by side, two a turn; false if one is not whole. */
static KI_INLINE bool write_run(struct kipc_ring_slot *slot, uint32_t index, const struct kipc_ring_item *item,
                                size_t count)
{
    uint64_t control = ki_control_word(index, KIPC_SLOT_INLINE, KIPC_RING_INLINE_MAX);
    const struct kipc_ring_item *end = item + count;
    if ((count & 1) != 0) {
        if (!write_whole(slot++, item++, control)) {
            return false;
        }
        control += NEXT_INDEX;
    }
    for (; item != end; item += 2) {
        if (!write_whole(slot, item, control) || !write_whole(slot + 1, item + 1, control + NEXT_INDEX)) {
            return false;
        }
        control += 2 * NEXT_INDEX;
        slot += 2;
    }
    return true;
}

int64_t kipc_ring_send_batch_sp(struct kipc_ring_producer *producer, const struct kipc_ring_item *items, size_t count)
{
    KIPC_GUARD(producer != NULL && items != NULL && count >= 1, KIPC_E_INVAL);
    KIPC_GUARD(producer->state == KIPC_SLOT_FREE, KIPC_E_STATE);
    KIPC_TRACE(send_enter, producer, count);
    uint32_t tail = producer->tail;
    if (!KI_LIKELY(has_room_for_all(producer, tail, count))) {
        return send_any(producer, items, count);
    }
    /* The common case: there is room for all, and all are whole. Once, or twice around the end of the ring's memory. */
    size_t run = run_length(tail, producer->slot_mask, count);
    if (!write_run(ki_ring_slot_to_write(producer, tail), tail, items, run) ||
        (run != count && !write_run(producer->slots, tail + (uint32_t)run, items + run, count - run))) {
        return send_any(producer, items, count);
    }
    producer->copied_bytes += count * KIPC_RING_INLINE_MAX;
    return publish(producer, count);
}

static KI_INLINE int64_t advance(struct kipc_ring_consumer *consumer, size_t count)
{
    ki_ring_free(consumer, consumer->head + (uint32_t)count);
    KIPC_TRACE(receive_exit, consumer, count);
    return ki_is_waited_for(&consumer->waker) ? wake_and_count(&consumer->waker, count) : (int64_t)count;
}

/* Reads a message into its room. Returns KIPC_OK, or why it cannot be received. */
static KI_INLINE int read_item(const struct kipc_ring_slot *slot, struct kipc_ring_room *room, uint32_t index)
{
    uint64_t control = ki_read_once(&slot->control);
    uint64_t length = control ^ ki_control_word(index, KIPC_SLOT_INLINE, 0);
    if (length > KIPC_RING_INLINE_MAX) {
        return ki_ring_refuse(control, index);
    }
    KIPC_GUARD(length <= room->capacity && (room->buffer != NULL || length == 0), KIPC_E_MSGSIZE);
    ki_copy(room->buffer, slot->payload, (size_t)length, (uintptr_t)room->buffer);
    room->length = (size_t)length;
    return KIPC_OK;
}

/* Messages of any length, so many of which are there, up to one that cannot be received. */
static KI_SLOW int64_t receive_any(struct kipc_ring_consumer *consumer, struct kipc_ring_room *rooms, size_t count)
{
    uint64_t bytes = 0;
    int result = KIPC_OK;
    size_t done = 0;
    while (done < count && result == KIPC_OK) {
        uint32_t index = consumer->head + (uint32_t)done;
        result = read_item(ki_ring_slot_to_read(consumer, index), &rooms[done], index);
        if (result == KIPC_OK) {
            bytes += rooms[done].length;
            done += 1;
        }
    }
    KIPC_GUARD(done > 0, result);
    consumer->copied_bytes += bytes;
    return advance(consumer, done);
}

static KI_INLINE bool read_whole(const struct kipc_ring_slot *slot, struct kipc_ring_room *room, uint64_t expected)
{
    void *buffer = room->buffer;
    if (!KI_LIKELY(ki_read_once(&slot->control) == expected && room->capacity >= KIPC_RING_INLINE_MAX &&
                   is_whole(KIPC_RING_INLINE_MAX, buffer))) {
        return false;
    }
    ki_copy_whole(buffer, slot->payload);
    room->length = KIPC_RING_INLINE_MAX;
    return true;
}

/* Reads whole payloads from slots that lie side by side, two a turn; false if one is not whole. */
static KI_INLINE bool read_run(const struct kipc_ring_slot *slot, uint32_t index, struct kipc_ring_room *room,
                               size_t count)
{
    uint64_t expected = ki_control_word(index, KIPC_SLOT_INLINE, KIPC_RING_INLINE_MAX);
    const struct kipc_ring_room *end = room + count;
    if ((count & 1) != 0) {
        if (!read_whole(slot++, room++, expected)) {
            return false;
        }
        expected += NEXT_INDEX;
    }
    for (; room != end; room += 2) {
        if (!read_whole(slot, room, expected) || !read_whole(slot + 1, room + 1, expected + NEXT_INDEX)) {
            return false;
        }
        expected += 2 * NEXT_INDEX;
        slot += 2;
    }
    return true;
}

int64_t kipc_ring_receive_batch_sc(struct kipc_ring_consumer *consumer, struct kipc_ring_room *rooms, size_t count)
{
    KIPC_GUARD(consumer != NULL && rooms != NULL && count >= 1, KIPC_E_INVAL);
    KIPC_GUARD(consumer->state == KIPC_SLOT_READY, KIPC_E_STATE);
    KIPC_TRACE(receive_enter, consumer, count);
    uint32_t head = consumer->head;
    if (consumer->tail - head < count) {
        int64_t ready = kipc_ring_ready_sc(consumer);
        KIPC_GUARD(ready > 0, ready == 0 ? KIPC_E_EMPTY : ready);
        count = count < (size_t)ready ? count : (size_t)ready;
    }
    /* The common case: all are whole. Once, or twice around the end of the ring's memory. */
    size_t run = run_length(head, consumer->slot_mask, count);
    if (!read_run(ki_ring_slot_to_read(consumer, head), head, rooms, run) ||
        (run != count && !read_run(consumer->slots, head + (uint32_t)run, rooms + run, count - run))) {
        return receive_any(consumer, rooms, count);
    }
    consumer->copied_bytes += count * KIPC_RING_INLINE_MAX;
    return advance(consumer, count);
}
