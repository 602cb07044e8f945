/* SPDX-License-Identifier: MIT */
#include "kernel/ipc_scheduler.h"
#include "kernel/ecall.h"
#include "kernel/scheduler.h"
#include "soc/csr.h"
#include "soc/panic.h"

_Static_assert(THREAD_PRIORITY_COUNT *IPC_PRIORITIES_EACH == KIPC_PRIORITY_HIGHEST + 1, "every priority has its place");

/* A section is a few hundred instructions; this many looks are far more than all harts' sections take. */
#define LOOKS_MAX 10000000u

/* Tickets: the harts enter in the order in which they asked, so none waits for ever. */
struct section {
    uint32_t next_ticket; /* read and written by all harts, by AMO */
    uint32_t serving;     /* written by the hart that is inside */
};

static struct section section;

/* What the others want of a hart's threads. Bit slot: wake it. Bit 16 + slot: its priority is in the table. */
struct remote {
    uint32_t posted; /* by AMO */
    uint8_t priorities[THREAD_COUNT_MAX];
    struct mailbox *mailbox; /* of the hart's own agent; NULL before it has joined */
    struct mailbox_listener listener;
};

#define POSTED_WAKE(slot) (1u << (slot))
#define POSTED_PRIORITY(slot) (1u << (THREAD_COUNT_MAX + (slot)))

static struct remote remotes[SOC_HART_COUNT_MAX];

static void take_lock(void)
{
    uint32_t ticket = __atomic_fetch_add(&section.next_ticket, 1, __ATOMIC_RELAXED);

    for (unsigned looks = 0; *(volatile uint32_t *)&section.serving != ticket; looks++) {
        if (looks == LOOKS_MAX) {
            panic("the critical section was never left: ticket %u waits for %u", ticket, section.serving);
        }
    }
    /* What the last holder wrote is read after its release; partner: the fence of give_lock. */
    __asm__ volatile("fence r, rw" : : : "memory");
}

static void give_lock(void)
{
    __asm__ volatile("fence rw, w" : : : "memory");
    *(volatile uint32_t *)&section.serving = section.serving + 1;
}

/* Every operation on an object comes through begin and end: on one hart they are a few instructions each. */
static uintptr_t begin_section(void *context)
{
    uint64_t before = interrupts_disable();

    (void)context;
    hart_self()->in_section = 1;
    return before;
}

static uintptr_t begin_shared_section(void *context)
{
    uint64_t before = begin_section(context);

    take_lock();
    return before;
}

/* Interrupts disabled, the section left: somebody was woken in it. */
__attribute__((noinline)) static void switch_after_section(struct scheduler *scheduler, uintptr_t state)
{
    scheduler_admit(scheduler);
    /* With interrupts disabled by the caller, the switch waits for the interrupt's exit. */
    if (state != 0) {
        scheduler_preempt(scheduler);
    }
    interrupts_restore(state);
}

static void end_section(void *context, uintptr_t state)
{
    struct scheduler *scheduler = scheduler_self();

    (void)context;
    hart_self()->in_section = 0;
    if (scheduler->switch_needed) {
        switch_after_section(scheduler, state);
        return;
    }
    interrupts_restore(state);
}

static void end_shared_section(void *context, uintptr_t state)
{
    give_lock();
    end_section(context, state);
}

static int end_section_and_block(void *context, uintptr_t state, uint64_t deadline)
{
    struct scheduler *scheduler = scheduler_self();
    enum thread_wait result = THREAD_WOKEN;

    (void)context;
    if (hart_self()->in_interrupt != 0) {
        panic("a wait for a kernel object in an interrupt handler");
    }
    hart_self()->in_section = 0;
    if (scheduler->current->wake_token) {
        scheduler->current->wake_token = false;
        scheduler_admit(scheduler);
    } else {
        result = scheduler_wait_straight(scheduler, deadline);
    }
    /* Only if it did not block: else this is a switch to it, and nobody more urgent is ready. */
    if (scheduler->switch_needed && state != 0) {
        scheduler_preempt(scheduler);
    }
    interrupts_restore(state);
    return result == THREAD_WOKEN ? KIPC_OK : KIPC_E_TIMEDOUT;
}

static int end_shared_section_and_block(void *context, uintptr_t state, uint64_t deadline)
{
    give_lock();
    return end_section_and_block(context, state, deadline);
}

static void wake_here(struct scheduler *scheduler, struct thread *thread)
{
    if (hart_self()->in_section == 0 || thread->state != THREAD_BLOCKED) {
        thread_wake(thread);
        return;
    }
    if (thread->timed) {
        timeout_remove(scheduler, thread);
    }
    thread->wait_result = THREAD_WOKEN;
    scheduler_hand(scheduler, thread);
}

/* The hart that a thread's id names, if it has joined and is not the calling one. */
static struct remote *remote_of(uint32_t id)
{
    uint32_t hart = id / THREAD_COUNT_MAX - 1;

    return hart < SOC_HART_COUNT_MAX && hart != hart_id() && remotes[hart].mailbox != NULL ? &remotes[hart] : NULL;
}

static void post(struct remote *remote, uint32_t bits)
{
    struct mailbox *own = remotes[hart_id()].mailbox;

    if (own == NULL) {
        panic("hart %u uses kernel objects of another hart's threads before it has joined", hart_id());
    }
    /* Whoever finds the word empty rings; whoever does not is served by that ring. Partner: the exchange of `told`. */
    if (__atomic_fetch_or(&remote->posted, bits, __ATOMIC_RELEASE) == 0) {
        mailbox_ring_doorbell(own, IPC_SCHEDULER_FLAG);
    }
}

void ipc_scheduler_wake(void *context, uint32_t id)
{
    struct scheduler *scheduler = scheduler_self();
    struct thread *thread = scheduler_thread(scheduler, id);

    (void)context;
    if (thread != NULL) {
        wake_here(scheduler, thread);
        return;
    }
    struct remote *remote = remote_of(id);
    if (remote != NULL) {
        post(remote, POSTED_WAKE(id % THREAD_COUNT_MAX));
    }
}

static void set_priority(void *context, uint32_t id, uint8_t priority)
{
    struct thread *thread = thread_by_id(id);

    (void)context;
    if (thread != NULL) {
        scheduler_change_base_priority(thread, (int8_t)(priority / IPC_PRIORITIES_EACH));
        return;
    }
    struct remote *remote = remote_of(id);
    if (remote != NULL) {
        remote->priorities[id % THREAD_COUNT_MAX] = priority;
        post(remote, POSTED_PRIORITY(id % THREAD_COUNT_MAX));
    }
}

/* Another hart's thread has no id here, so words to it go through memory. */
static bool carry(void *context, uint32_t id)
{
    struct scheduler *scheduler = scheduler_self();
    struct thread *thread = scheduler_thread(scheduler, id);

    (void)context;
    return thread != NULL && scheduler_carry(scheduler, thread);
}

static const struct kipc_word_ops word_ops = {
    .carry = carry,
    .take = ecall_take_words,
    .give = ecall_give_words,
};

static const struct kipc_scheduler_ops scheduler_ops = {
    .lock = begin_section,
    .unlock = end_section,
    .set_priority = set_priority,
    .unlock_and_block = end_section_and_block,
    .words = &word_ops,
};

static const struct kipc_scheduler_ops shared_scheduler_ops = {
    .lock = begin_shared_section,
    .unlock = end_shared_section,
    .set_priority = set_priority,
    .unlock_and_block = end_shared_section_and_block,
    .words = &word_ops,
};

const struct kipc_scheduler ipc_scheduler = {.ops = &scheduler_ops};
const struct kipc_scheduler ipc_shared_scheduler = {.ops = &shared_scheduler_ops};

/* The doorbell's handler. Priorities first: who is woken is queued where it belongs. */
static void told(void *context, uint32_t flags)
{
    struct remote *remote = context;
    struct scheduler *scheduler = scheduler_self();
    uint32_t posted = __atomic_exchange_n(&remote->posted, 0, __ATOMIC_ACQUIRE);

    (void)flags;
    for (unsigned slot = 0; slot < scheduler->thread_count; slot++) {
        if ((posted & POSTED_PRIORITY(slot)) != 0) {
            uint8_t priority = *(volatile uint8_t *)&remote->priorities[slot];
            scheduler_change_base_priority(scheduler->threads[slot], (int8_t)(priority / IPC_PRIORITIES_EACH));
        }
    }
    for (unsigned slot = 0; slot < scheduler->thread_count; slot++) {
        if ((posted & POSTED_WAKE(slot)) != 0) {
            thread_wake(scheduler->threads[slot]);
        }
    }
}

int ipc_scheduler_join(struct mailbox *mailbox)
{
    struct remote *remote = &remotes[hart_id()];

    remote->listener = (struct mailbox_listener){.flags = IPC_SCHEDULER_FLAG, .function = told, .context = remote};
    int result = mailbox_listen(mailbox, &remote->listener);
    if (result == MAILBOX_OK) {
        remote->mailbox = mailbox;
    }
    return result;
}
