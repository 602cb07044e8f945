/* SPDX-License-Identifier: MIT */
#include "window_fixture.h"

#define SECTIONS_MAX 64u

static uintptr_t lock(void *context)
{
    struct window *window = context;
    if (window->left > 0 && window->base->mock.running == window->thread) {
        window->left -= 1;
        if (window->left == 0) {
            window->was_reached = true;
            assert_result(kipc_process_exit(&window->base->kernel, window->victim), KIPC_OK);
        }
    }
    return window->inner.ops->lock(window->inner.context);
}

static void unlock(void *context, uintptr_t state)
{
    struct window *window = context;
    window->inner.ops->unlock(window->inner.context, state);
}

static void set_priority(void *context, uint32_t thread, uint8_t priority)
{
    struct window *window = context;
    window->inner.ops->set_priority(window->inner.context, thread, priority);
}

/* The mock switches to whoever is woken, if nobody else is ready. */
static bool carry(void *context, uint32_t thread)
{
    struct window *window = context;
    memcpy(window->words[thread], window->words[window->base->mock.running], KIPC_FAST_BYTES);
    window->carried += 1;
    return true;
}

static void take_words(void *context, uintptr_t *words)
{
    struct window *window = context;
    memcpy(words, window->words[window->base->mock.running], KIPC_FAST_BYTES);
}

static void give_words(void *context, const uintptr_t *words)
{
    struct window *window = context;
    memcpy(window->words[window->base->mock.running], words, KIPC_FAST_BYTES);
}

static const struct kipc_word_ops word_ops = {carry, take_words, give_words};

static const struct kipc_scheduler_ops window_ops = {
    .lock = lock, .unlock = unlock, .set_priority = set_priority, .words = &word_ops};

kipc_handle_t window_give(struct window *window, kipc_handle_t handle)
{
    kipc_handle_t given;
    assert_result(
        kipc_handle_duplicate(&window->base->kernel, window->base->first, handle, window->victim, KIPC_RIGHTS, &given),
        KIPC_OK);
    return given;
}

static void open_window(struct window *window, struct kernel_fixture *base)
{
    struct kipc_memory_limits limits = kipc_memory_limits_soc();
    memset(window, 0, sizeof(*window));
    window->base = base;
    window->inner = base->mock.scheduler;
    window->victim = base->second;
    window->pages = aligned_memory((size_t)WINDOW_PAGES * WINDOW_PAGE_BYTES);
    fake_memory_set_up(&window->fake, WINDOW_PAGE_BYTES, window->pages, window->taken, WINDOW_PAGES, window->entries,
                       WINDOW_ENTRIES);
    size_t bytes = kipc_memory_bytes(&limits);
    window->storage = aligned_memory(bytes);
    assert_result(
        kipc_memory_set_up(&base->kernel, &window->memory, &window->fake.port, &limits, window->storage, bytes),
        KIPC_OK);
}

static void close_window(struct window *window)
{
    int result = kipc_process_exit(&window->base->kernel, window->victim);
    assert_true(result == KIPC_OK || result == KIPC_E_SRCH);
    assert_int_equal(window->fake.taken_count, 0);
    assert_null(window->fake.misuse);
    assert_result(kipc_memory_tear_down(&window->base->kernel), KIPC_OK);
    window->base->kernel.scheduler = window->inner;
    void *base = window->base;
    assert_int_equal(kernel_fixture_tear_down(&base), 0);
    aligned_memory_free(window->storage);
    aligned_memory_free(window->pages);
}

static window_run running;

static void run_and_note(struct actor *actor)
{
    mock_yield(&actor->fixture->mock); /* a partner that is as urgent goes first */
    actor->result = running(actor);
}

/* It waits for what nobody does: what comes after the wait? */
static void end_waits(struct window *window, struct actor *victim)
{
    struct kipc_kernel *kernel = &window->base->kernel;
    if (!window->was_reached && !victim->has_ended) {
        assert_result(kipc_thread_cancel(kernel, victim->thread), KIPC_OK);
        (void)mock_run(&window->base->mock);
    }
    if (!window->was_reached && !victim->has_ended) {
        window->left = 0;
        assert_result(kipc_process_exit(kernel, window->victim), KIPC_OK);
        (void)mock_run(&window->base->mock);
    }
    assert_true(victim->has_ended);
    if (window->partner != NULL && !window->partner->has_ended) {
        window->left = 0; /* its last sections are nobody's window */
        int result = kipc_process_exit(kernel, window->victim);
        assert_true(result == KIPC_OK || result == KIPC_E_SRCH);
        assert_result(kipc_object_close(kernel, window->base->first, window->base->handle), KIPC_OK);
    }
    assert_int_equal(mock_run(&window->base->mock), 0);
    assert_true(window->partner == NULL || window->partner->has_ended);
}

/* One run; true if the call had as many sections. */
static bool ends_at(uint32_t section, window_prepare prepare, window_run run)
{
    static struct window window;
    void *base = NULL;
    assert_int_equal(kernel_fixture_set_up(&base), 0);
    open_window(&window, base);
    struct actor *victim = act(window.base, window.victim, 5, run_and_note);
    prepare(&window, victim);
    running = run;
    window.thread = window.counts_partner ? window.partner->thread : victim->thread;
    window.left = section;
    window.base->kernel.scheduler = (struct kipc_scheduler){.ops = &window_ops, .context = &window};
    (void)mock_run(&window.base->mock);
    end_waits(&window, victim);
    if (window.finish != NULL) {
        window.finish(&window);
    }
    close_window(&window);
    return window.was_reached;
}

uint32_t window_end_everywhere(window_prepare prepare, window_run run)
{
    uint32_t section = 1;
    while (ends_at(section, prepare, run)) {
        section += 1;
        assert_true(section < SECTIONS_MAX);
    }
    return section - 1;
}
