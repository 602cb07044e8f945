/* SPDX-License-Identifier: MIT */
/* The reference mailbox's rings. */
#include "drivers/mailbox.h"
#include "drivers/mailbox_parts.h"
#include "soc/csr.h"
#include "soc/memory.h"
#include "soc/panic.h"

#define LOG2_MAX 12
/* Position of the second word of a completion's two, and of the phase in it: whoever sees the phase sees all of it. */
#define PHASE_BIT 56

_Static_assert(sizeof(struct mailbox_descriptor) == 32, "as the device reads it");
_Static_assert(sizeof(struct mailbox_completion) == 16, "as the device writes it");

static void write_address(uintptr_t low_register, uintptr_t high_register, const void *memory)
{
    mmio_write32(low_register, (uint32_t)(uintptr_t)memory);
    mmio_write32(high_register, (uint32_t)((uintptr_t)memory >> 32));
}

static void write_control(struct mailbox_ring *ring, bool enable)
{
    MAILBOX_WRITE(ring->registers, RING, RING_CONTROL,
                  MAILBOX_VALUE(RING, RING_CONTROL, ENABLE, enable) |
                      MAILBOX_VALUE(RING, RING_CONTROL, HIGH_PRIORITY, ring->high_priority));
}

static uint32_t size_of(const struct mailbox_ring_memory *memory)
{
    return MAILBOX_VALUE(RING, RING_SIZE, SUBMISSION_LOG2, memory->descriptors_log2) |
           MAILBOX_VALUE(RING, RING_SIZE, COMPLETION_LOG2, memory->completions_log2);
}

static const void *read_address(uintptr_t low_register, uintptr_t high_register)
{
    return (const void *)((uintptr_t)mmio_read32(high_register) << 32 | mmio_read32(low_register));
}

static bool is_locked(struct mailbox *mailbox)
{
    return (MAILBOX_READ(mailbox->frame, CONTROL, LOCK) & MAILBOX_MASK(CONTROL, LOCK, RING)) != 0;
}

/* Whether the ring lies where it was locked to. */
static bool is_set_up(uintptr_t registers, const struct mailbox_ring_memory *memory)
{
    return read_address(MAILBOX_ADDRESS(registers, RING, RING_SUBMISSION_BASE_LOW),
                        MAILBOX_ADDRESS(registers, RING, RING_SUBMISSION_BASE_HIGH)) == memory->descriptors &&
           read_address(MAILBOX_ADDRESS(registers, RING, RING_COMPLETION_BASE_LOW),
                        MAILBOX_ADDRESS(registers, RING, RING_COMPLETION_BASE_HIGH)) == memory->completions &&
           MAILBOX_READ(registers, RING, RING_SIZE) == size_of(memory);
}

static void set_up(uintptr_t registers, const struct mailbox_ring_memory *memory)
{
    write_address(MAILBOX_ADDRESS(registers, RING, RING_SUBMISSION_BASE_LOW),
                  MAILBOX_ADDRESS(registers, RING, RING_SUBMISSION_BASE_HIGH), memory->descriptors);
    write_address(MAILBOX_ADDRESS(registers, RING, RING_COMPLETION_BASE_LOW),
                  MAILBOX_ADDRESS(registers, RING, RING_COMPLETION_BASE_HIGH), memory->completions);
    MAILBOX_WRITE(registers, RING, RING_SIZE, size_of(memory));
}

static void enable(struct mailbox_ring *ring)
{
    const struct mailbox_ring_memory *memory = &ring->memory;
    uintptr_t registers = ring->registers;

    /* Phase 0 everywhere: the first pass of the device writes 1. */
    memset(memory->completions, 0, sizeof(*memory->completions) << memory->completions_log2);
    /* Events of the time before are nobody's. */
    MAILBOX_WRITE(registers, RING, RING_EVENT, MAILBOX_READ(registers, RING, RING_EVENT));
    /* The zeros must be there before the device writes its first completion. */
    fence_memory_before_device();
    write_control(ring, true);
}

/* Interrupts disabled. */
static int open_idle(struct mailbox_ring *ring)
{
    struct mailbox *mailbox = ring->mailbox;

    if (!is_locked(mailbox)) {
        set_up(ring->registers, &ring->memory);
    } else if (!is_set_up(ring->registers, &ring->memory)) {
        return MAILBOX_E_ARGUMENT;
    }
    enable(ring);
    MAILBOX_WRITE(mailbox->frame, CONTROL, INTERRUPT_ENABLE_SET,
                  MAILBOX_SOURCE(RING_COMPLETION) | MAILBOX_SOURCE(RING_ERROR));
    return MAILBOX_OK;
}

int mailbox_ring_open(struct mailbox_ring *ring, struct mailbox *mailbox, unsigned number,
                      const struct mailbox_ring_memory *memory, mailbox_ring_function *function, void *context)
{
    if (number >= mailbox->features.rings) {
        return MAILBOX_E_ABSENT;
    }
    if (memory->descriptors_log2 > LOG2_MAX || memory->completions_log2 > LOG2_MAX ||
        (uintptr_t)memory->descriptors % sizeof(struct mailbox_descriptor) != 0 ||
        (uintptr_t)memory->completions % sizeof(struct mailbox_completion) != 0) {
        return MAILBOX_E_ARGUMENT;
    }
    uintptr_t registers = MAILBOX_PART(mailbox->frame, ring[number]);
    uint64_t before = interrupts_disable();
    int result = MAILBOX_E_BUSY;
    uint32_t running = (MAILBOX_READ(registers, RING, RING_STATUS) & MAILBOX_MASK(RING, RING_STATUS, BUSY)) |
                       (MAILBOX_READ(registers, RING, RING_CONTROL) & MAILBOX_MASK(RING, RING_CONTROL, ENABLE));
    if (mailbox->rings[number] == NULL && running == 0) {
        *ring = (struct mailbox_ring){
            .mailbox = mailbox,
            .registers = registers,
            .memory = *memory,
            .function = function,
            .context = context,
        };
        result = open_idle(ring);
        mailbox->rings[number] = result == MAILBOX_OK ? ring : NULL;
    }
    interrupts_restore(before);
    return result;
}

int mailbox_ring_put(struct mailbox_ring *ring, const struct mailbox_descriptor *descriptor)
{
    unsigned size = 1u << ring->memory.descriptors_log2;

    if ((uint16_t)(ring->put - ring->done) == size) {
        uint32_t head = MAILBOX_READ(ring->registers, RING, RING_SUBMISSION_HEAD);
        uint16_t freed = (uint16_t)(head - ring->done);
        if (freed > (uint16_t)(ring->submitted - ring->done)) {
            return MAILBOX_E_DEVICE;
        }
        /* The device has read these places before they are written again. */
        __asm__ volatile("fence i, w" : : : "memory");
        ring->done = (uint16_t)head;
        if (freed == 0) {
            return MAILBOX_E_FULL;
        }
    }
    ring->memory.descriptors[ring->put % size] = *descriptor;
    ring->put++;
    return MAILBOX_OK;
}

void mailbox_ring_submit(struct mailbox_ring *ring)
{
    ring->submitted = ring->put;
    /* The device reads descriptors and payload as soon as it is told: the hart's stores to them must have landed. */
    fence_memory_before_device();
    MAILBOX_WRITE(ring->registers, RING, RING_SUBMISSION_TAIL, ring->submitted);
}

int mailbox_ring_take(struct mailbox_ring *ring, struct mailbox_completion *completion)
{
    unsigned log2 = ring->memory.completions_log2;
    const struct mailbox_completion *place = &ring->memory.completions[ring->taken % (1u << log2)];
    const volatile uint64_t *words = (const volatile uint64_t *)place;
    uint64_t phase = (ring->taken >> log2 & 1) ^ 1;

    if ((words[1] >> PHASE_BIT & 1) != phase) {
        return MAILBOX_E_EMPTY;
    }
    /* The rest of the completion, and the payload, are read after the phase that says that they are there. */
    __asm__ volatile("fence r, r" : : : "memory");
    *completion = *place;
    ring->taken++;
    if (completion->status >= MAILBOX_COMPLETION_STATUS_COUNT || completion->phase != phase) {
        return MAILBOX_E_DEVICE;
    }
    return MAILBOX_OK;
}

void mailbox_ring_release(struct mailbox_ring *ring)
{
    /* The places are written again as soon as the device is told: the hart's loads from them must be over. */
    __asm__ volatile("fence r, o" : : : "memory");
    MAILBOX_WRITE(ring->registers, RING, RING_COMPLETION_HEAD, ring->taken);
}

void mailbox_ring_moderate(struct mailbox_ring *ring, uint16_t count, uint32_t cycles)
{
    /* The time first: with a count of more than 1 and no time, the old time would hold for the next completion. */
    MAILBOX_WRITE(ring->registers, RING, RING_MODERATION_TIME, cycles);
    MAILBOX_WRITE(ring->registers, RING, RING_MODERATION_COUNT, count);
}

void mailbox_ring_set_priority(struct mailbox_ring *ring, bool high)
{
    uint64_t before = interrupts_disable();

    ring->high_priority = high;
    /* A ring that has ended by itself meanwhile is not to begin again. */
    write_control(ring,
                  (MAILBOX_READ(ring->registers, RING, RING_CONTROL) & MAILBOX_MASK(RING, RING_CONTROL, ENABLE)) != 0);
    interrupts_restore(before);
}

void mailbox_ring_abort(struct mailbox_ring *ring)
{
    MAILBOX_WRITE(ring->registers, RING, RING_COMMAND, MAILBOX_MASK(RING, RING_COMMAND, ABORT));
}

static void forget(struct mailbox_ring *ring)
{
    for (unsigned number = 0; number < MAILBOX_RINGS_MAX; number++) {
        if (ring->mailbox->rings[number] == ring) {
            ring->mailbox->rings[number] = NULL;
        }
    }
}

int mailbox_ring_close(struct mailbox_ring *ring)
{
    write_control(ring, false);
    if ((MAILBOX_READ(ring->registers, RING, RING_STATUS) & MAILBOX_MASK(RING, RING_STATUS, BUSY)) != 0) {
        return MAILBOX_E_BUSY;
    }
    uint64_t before = interrupts_disable();
    /* What the last message has left is not to interrupt a ring that nobody looks at any more. */
    MAILBOX_WRITE(ring->registers, RING, RING_EVENT, MAILBOX_READ(ring->registers, RING, RING_EVENT));
    forget(ring);
    interrupts_restore(before);
    return MAILBOX_OK;
}

int mailbox_ring_claim(struct mailbox_ring *ring, bool claim)
{
    return mailbox_part_claim(MAILBOX_ADDRESS(ring->registers, RING, RING_OWNER), claim);
}

static void handle_ring(struct mailbox_ring *ring, uint32_t event)
{
    if ((event & MAILBOX_MASK(RING, RING_EVENT, INDEX)) != 0) {
        panic("mailbox of agent %u: the device refused an index of a ring", ring->mailbox->agent);
    }
    struct mailbox_ring_events events = {
        .completion = (event & MAILBOX_MASK(RING, RING_EVENT, COMPLETION)) != 0,
        .error = (event & MAILBOX_MASK(RING, RING_EVENT, ERROR)) != 0,
        .aborted = (event & MAILBOX_MASK(RING, RING_EVENT, ABORTED)) != 0,
        .memory_failed = (event & (MAILBOX_MASK(RING, RING_EVENT, FETCH_FAILED) |
                                   MAILBOX_MASK(RING, RING_EVENT, COMPLETION_FAILED))) != 0,
    };
    if (events.memory_failed) {
        events.address = (uint64_t)MAILBOX_READ(ring->registers, RING, RING_ERROR_ADDRESS_HIGH) << 32 |
                         MAILBOX_READ(ring->registers, RING, RING_ERROR_ADDRESS_LOW);
    }
    if (events.aborted || events.memory_failed) {
        forget(ring);
    }
    if (ring->function != NULL) {
        ring->function(ring->context, &events);
    }
}

void mailbox_part_rings(struct mailbox *mailbox)
{
    for (unsigned number = 0; number < mailbox->features.rings; number++) {
        uintptr_t registers = MAILBOX_PART(mailbox->frame, ring[number]);
        uint32_t event = MAILBOX_READ(registers, RING, RING_EVENT);
        if (event == 0) {
            continue;
        }
        /* Cleared before the completions are looked for: one that comes after the look sets the event again. */
        MAILBOX_WRITE(registers, RING, RING_EVENT, event);
        fence_device_before_memory();
        /* A ring that has failed is closed at once, and what it had begun before may end after. */
        if (mailbox->rings[number] != NULL) {
            handle_ring(mailbox->rings[number], event);
        }
    }
}
