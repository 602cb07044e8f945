/* SPDX-License-Identifier: MIT */
/*
 * The only accesses to words that two harts or threads share.
 *
 * "Sequenced" accesses are those of the wait protocol: each side stores one word and then loads the other side's, and
 * at least one of the two must see the other's store. All sequenced loads and stores have one total order.
 *
 * A "published" store is a sequenced one or, if it is light, a release: then the waiter, before it looks again, makes
 * every thread fence (kipc_port.fence_all), this one between its store and its load or elsewhere, so that the same
 * holds.
 *
 * A "dependent" load is an acquire load for accesses whose addresses are worked out from its result, and no other ones.
 *
 * RISC-V: the fence that makes this true stands behind the store (store; fence rw,rw), so a sequenced load needs none
 * before it; with all of them following this convention that is as strong as a fence before each load.
 */
#ifndef KIPC_ATOMIC_H
#define KIPC_ATOMIC_H

#include <kipc/shared.h>
#include <stdbool.h>

#if defined(KIPC_MODEL)

/* A test decides what each access sees and when each store becomes visible (tests/model.c). */
enum ki_order { KI_RELAXED, KI_ACQUIRE_RELEASE, KI_SEQUENCED };
uint32_t kipc_model_load(const kipc_shared_word *word, enum ki_order order);
void kipc_model_store(kipc_shared_word *word, uint32_t value, enum ki_order order);
bool kipc_model_claim(kipc_shared_word *word, uint32_t expected, uint32_t desired);

static inline uint32_t ki_load_relaxed(const kipc_shared_word *word)
{
    return kipc_model_load(word, KI_RELAXED);
}

static inline uint32_t ki_load_acquire(const kipc_shared_word *word)
{
    return kipc_model_load(word, KI_ACQUIRE_RELEASE);
}

static inline uint32_t ki_load_dependent(const kipc_shared_word *word)
{
    return kipc_model_load(word, KI_ACQUIRE_RELEASE);
}

static inline uint32_t ki_load_sequenced(const kipc_shared_word *word)
{
    return kipc_model_load(word, KI_SEQUENCED);
}

static inline void ki_store_relaxed(kipc_shared_word *word, uint32_t value)
{
    kipc_model_store(word, value, KI_RELAXED);
}

static inline void ki_store_release(kipc_shared_word *word, uint32_t value)
{
    kipc_model_store(word, value, KI_ACQUIRE_RELEASE);
}

static inline void ki_store_sequenced(kipc_shared_word *word, uint32_t value)
{
    kipc_model_store(word, value, KI_SEQUENCED);
}

static inline void ki_store_published(kipc_shared_word *word, uint32_t value, bool is_light)
{
    kipc_model_store(word, value, is_light ? KI_ACQUIRE_RELEASE : KI_SEQUENCED);
}

static inline bool ki_claim(kipc_shared_word *word, uint32_t expected, uint32_t desired)
{
    return kipc_model_claim(word, expected, desired);
}

#elif KIPC_PLAIN_WORDS

/*
 * Between two points at which the compiler must take all memory for changed it can load a word neither earlier, nor
 * later, nor again. A volatile load would say the same, but GCC 12 extends its result by an instruction of its own.
 */
static inline uint32_t ki_load_relaxed(const kipc_shared_word *word)
{
    __asm__ volatile("" ::: "memory");
    uint32_t value = *word;
    __asm__ volatile("" ::: "memory");
    return value;
}

static inline uint32_t ki_load_acquire(const kipc_shared_word *word)
{
    __asm__ volatile("" ::: "memory");
    uint32_t value = *word;
    __asm__ volatile("fence r,rw" ::: "memory");
    return value;
}

static inline uint32_t ki_load_dependent(const kipc_shared_word *word)
{
    return ki_load_relaxed(word); /* the memory model keeps an access behind the load that its address comes from */
}

static inline uint32_t ki_load_sequenced(const kipc_shared_word *word)
{
    return ki_load_acquire(word);
}

static inline void ki_store_relaxed(kipc_shared_word *word, uint32_t value)
{
    *(volatile uint32_t *)word = value;
}

static inline void ki_store_release(kipc_shared_word *word, uint32_t value)
{
    __asm__ volatile("fence rw,w" ::: "memory");
    *(volatile uint32_t *)word = value;
}

static inline void ki_store_sequenced(kipc_shared_word *word, uint32_t value)
{
    ki_store_release(word, value);
    __asm__ volatile("fence rw,rw" ::: "memory");
}

/* The fence is one instruction here, no more than looking whether it may be left out would cost. */
static inline void ki_store_published(kipc_shared_word *word, uint32_t value, bool is_light)
{
    (void)is_light;
    ki_store_sequenced(word, value);
}

/* Only before blocking, on a private word of one side: the AMO (lr/sc) costs nothing that matters there. */
static inline bool ki_claim(kipc_shared_word *word, uint32_t expected, uint32_t desired)
{
    return __atomic_compare_exchange_n(word, &expected, desired, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

#else

#include <stdatomic.h>

static inline uint32_t ki_load_relaxed(const kipc_shared_word *word)
{
    return atomic_load_explicit(word, memory_order_relaxed);
}

static inline uint32_t ki_load_acquire(const kipc_shared_word *word)
{
    return atomic_load_explicit(word, memory_order_acquire);
}

static inline uint32_t ki_load_dependent(const kipc_shared_word *word)
{
    return atomic_load_explicit(word, memory_order_acquire);
}

static inline uint32_t ki_load_sequenced(const kipc_shared_word *word)
{
    return atomic_load_explicit(word, memory_order_seq_cst);
}

static inline void ki_store_relaxed(kipc_shared_word *word, uint32_t value)
{
    atomic_store_explicit(word, value, memory_order_relaxed);
}

static inline void ki_store_release(kipc_shared_word *word, uint32_t value)
{
    atomic_store_explicit(word, value, memory_order_release);
}

static inline void ki_store_sequenced(kipc_shared_word *word, uint32_t value)
{
    atomic_store_explicit(word, value, memory_order_seq_cst);
}

static inline void ki_store_published(kipc_shared_word *word, uint32_t value, bool is_light)
{
    if (is_light) {
        atomic_store_explicit(word, value, memory_order_release);
        /* The compiler keeps the order that the waiter's fence makes the processor keep. */
        atomic_signal_fence(memory_order_seq_cst);
    } else {
        atomic_store_explicit(word, value, memory_order_seq_cst);
    }
}

static inline bool ki_claim(kipc_shared_word *word, uint32_t expected, uint32_t desired)
{
    return atomic_compare_exchange_strong_explicit(word, &expected, desired, memory_order_acq_rel,
                                                   memory_order_relaxed);
}

#endif
#endif
