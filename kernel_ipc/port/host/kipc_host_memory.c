/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "kipc_host_memory.h"
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define POISON(address, bytes) ASAN_POISON_MEMORY_REGION(address, bytes)
#define UNPOISON(address, bytes) ASAN_UNPOISON_MEMORY_REGION(address, bytes)
#else
#define POISON(address, bytes) ((void)(address), (void)(bytes))
#define UNPOISON(address, bytes) ((void)(address), (void)(bytes))
#endif

/* Where a thread that is in the middle of an access goes on after a fault, and which address that was. */
static _Thread_local sigjmp_buf *volatile after_fault;
static _Thread_local void *volatile faulting;
/* What SIGSEGV did before; there is one such memory at a time. */
static struct sigaction previous;

static void require(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "kipc_host_memory: %s\n", what);
        abort();
    }
}

static int host_page_alloc(void *context, uint32_t node, uintptr_t *physical)
{
    struct kipc_host_memory *memory = context;
    (void)node; /* one node, which is any */
    if (memory->free_count == 0) {
        return KIPC_E_NOMEM;
    }
    memory->free_count -= 1;
    uint8_t *page = memory->window + (size_t)memory->free_pages[memory->free_count] * memory->port.page_bytes;
    UNPOISON(page, memory->port.page_bytes);
    *physical = (uintptr_t)page;
    return KIPC_OK;
}

static void host_page_free(void *context, uintptr_t physical)
{
    struct kipc_host_memory *memory = context;
    uint8_t *page = (uint8_t *)physical; /* NOLINT(performance-no-int-to-ptr): a device's address is a pointer here */
    POISON(page, memory->port.page_bytes);
    memory->free_pages[memory->free_count] = (uint32_t)((size_t)(page - memory->window) / memory->port.page_bytes);
    memory->free_count += 1;
}

static void *host_window(void *context, uintptr_t physical)
{
    (void)context;
    return (void *)physical;
}

static const struct kipc_host_space *find_space(const struct kipc_host_memory *memory, uint32_t id)
{
    for (uint32_t i = 0; i < KIPC_HOST_SPACES_MAX; i++) {
        if (memory->spaces[i].id == id) {
            return &memory->spaces[i];
        }
    }
    return NULL;
}

static int protection(uint32_t flags)
{
    int allowed = (flags & KIPC_PAGE_USER) != 0 ? PROT_READ : PROT_NONE;
    allowed |=
        (flags & (KIPC_PAGE_USER | KIPC_PAGE_WRITABLE)) == (KIPC_PAGE_USER | KIPC_PAGE_WRITABLE) ? PROT_WRITE : 0;
    allowed |=
        (flags & (KIPC_PAGE_USER | KIPC_PAGE_EXECUTABLE)) == (KIPC_PAGE_USER | KIPC_PAGE_EXECUTABLE) ? PROT_EXEC : 0;
    require((allowed & (PROT_WRITE | PROT_EXEC)) != (PROT_WRITE | PROT_EXEC), "writable and executable");
    return allowed;
}

static int host_map(void *context, uint32_t id, uintptr_t address, uintptr_t physical, uint32_t flags)
{
    struct kipc_host_memory *memory = context;
    const struct kipc_host_space *space = find_space(memory, id);
    if (space == NULL) {
        return KIPC_E_NOMEM;
    }
    size_t bytes = memory->port.page_bytes;
    off_t offset = (off_t)(physical - (uintptr_t)memory->window);
    void *mapped =
        mmap(space->memory + address, bytes, protection(flags), MAP_SHARED | MAP_FIXED, memory->file, offset);
    require(mapped == space->memory + address, "the system refused a mapping");
    UNPOISON(space->memory + address, bytes);
    int before = space->mapped[address / bytes];
    space->mapped[address / bytes] = 1;
    return before;
}

/* A range in which every access faults. */
static uint8_t *reserve(void *where, size_t bytes)
{
    int fixed = where != NULL ? MAP_FIXED : 0;
    void *range = mmap(where, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
    require(range != MAP_FAILED, "the system refused a range of addresses");
    POISON(range, bytes);
    return range;
}

static int host_unmap(void *context, uint32_t id, uintptr_t address)
{
    struct kipc_host_memory *memory = context;
    const struct kipc_host_space *space = find_space(memory, id);
    size_t bytes = memory->port.page_bytes;
    if (space == NULL || space->mapped[address / bytes] == 0) {
        return 0;
    }
    (void)reserve(space->memory + address, bytes);
    space->mapped[address / bytes] = 0;
    return 1;
}

static void host_protect(void *context, uint32_t id, uintptr_t address, uint32_t flags)
{
    struct kipc_host_memory *memory = context;
    const struct kipc_host_space *space = find_space(memory, id);
    size_t bytes = memory->port.page_bytes;
    if (space != NULL && space->mapped[address / bytes] != 0) {
        require(mprotect(space->memory + address, bytes, protection(flags)) == 0, "the system refused a protection");
    }
}

static uint32_t host_node_of(void *context)
{
    (void)context;
    return KIPC_NODE_ANY;
}

static const struct kipc_memory_ops host_ops = {
    .page_alloc = host_page_alloc,
    .page_free = host_page_free,
    .window = host_window,
    .map = host_map,
    .unmap = host_unmap,
    .protect = host_protect,
    .node_of = host_node_of,
};

/* Leaves an access that faulted; any other fault is a defect of the program, and ends it as if nobody had looked on. */
static void on_fault(int number, siginfo_t *info, void *machine)
{
    (void)machine;
    if (after_fault == NULL) {
        (void)signal(number, SIG_DFL);
        return;
    }
    faulting = info->si_addr;
    siglongjmp(*after_fault, 1);
}

/* A test's framework may catch SIGSEGV for itself in between; whoever comes later to do the same changes nothing. */
static void catch_faults(struct sigaction *before)
{
    struct sigaction current;
    struct sigaction action = {.sa_flags = SA_SIGINFO};
    action.sa_sigaction = on_fault;
    require(sigaction(SIGSEGV, NULL, &current) == 0, "no fault handler");
    if ((current.sa_flags & SA_SIGINFO) == 0 || current.sa_sigaction != on_fault) {
        require(sigaction(SIGSEGV, &action, before) == 0, "no fault handler");
    }
}

void kipc_host_memory_set_up(struct kipc_host_memory *memory, uint32_t page_count, size_t space_bytes)
{
    uint32_t page_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
    *memory = (struct kipc_host_memory){.port = {.ops = &host_ops,
                                                 .context = memory,
                                                 .page_bytes = page_bytes,
                                                 .space_first = page_bytes,
                                                 .space_end = page_bytes + space_bytes},
                                        .file = memfd_create("kipc", MFD_CLOEXEC),
                                        .page_count = page_count,
                                        .free_count = page_count};
    size_t bytes = (size_t)page_count * page_bytes;
    require(memory->file >= 0 && ftruncate(memory->file, (off_t)bytes) == 0, "no memory file");
    memory->window = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory->file, 0);
    memory->free_pages = calloc(page_count, sizeof(*memory->free_pages));
    require(memory->window != MAP_FAILED && memory->free_pages != NULL, "no window");
    POISON(memory->window, bytes);
    for (uint32_t i = 0; i < page_count; i++) {
        memory->free_pages[i] = page_count - 1 - i; /* the first page goes first */
    }
    catch_faults(&previous);
}

void kipc_host_memory_add_space(struct kipc_host_memory *memory, uint32_t pid)
{
    uint32_t i = 0;
    while (i < KIPC_HOST_SPACES_MAX && memory->spaces[i].id != 0) {
        i++;
    }
    require(i < KIPC_HOST_SPACES_MAX, "too many spaces");
    memory->spaces[i].memory = reserve(NULL, memory->port.space_end);
    memory->spaces[i].mapped = calloc(memory->port.space_end / memory->port.page_bytes, 1);
    require(memory->spaces[i].mapped != NULL, "no memory for a space");
    memory->spaces[i].id = pid;
}

void kipc_host_memory_tear_down(struct kipc_host_memory *memory)
{
    size_t bytes = (size_t)memory->page_count * memory->port.page_bytes;
    require(memory->free_count == memory->page_count, "pages are in use still");
    for (uint32_t i = 0; i < KIPC_HOST_SPACES_MAX && memory->spaces[i].id != 0; i++) {
        size_t pages = memory->port.space_end / memory->port.page_bytes;
        require(memchr(memory->spaces[i].mapped, 1, pages) == NULL, "something is mapped still");
        UNPOISON(memory->spaces[i].memory, memory->port.space_end);
        require(munmap(memory->spaces[i].memory, memory->port.space_end) == 0, "a space stays");
        free(memory->spaces[i].mapped);
    }
    UNPOISON(memory->window, bytes);
    require(munmap(memory->window, bytes) == 0 && close(memory->file) == 0, "the memory file stays");
    require(sigaction(SIGSEGV, &previous, NULL) == 0, "the fault handler stays");
    free(memory->free_pages);
}

void *kipc_host_pointer(const struct kipc_host_memory *memory, uint32_t pid, uintptr_t address)
{
    const struct kipc_host_space *space = find_space(memory, pid);
    require(space != NULL, "no such space");
    return space->memory + address;
}

/*
 * Not instrumented: it is meant to run into what is poisoned, and memory that is unmapped under it is no race of the
 * program's but what a process has to live with.
 */
__attribute__((noinline, no_sanitize("address"), no_sanitize("thread"))) static void
access_bytes(volatile uint8_t *place, uint8_t *data, size_t length, enum kipc_access access, volatile size_t *done)
{
    while (*done < length) {
        if (access == KIPC_ACCESS_WRITE) {
            place[*done] = data[*done];
        } else {
            data[*done] = place[*done];
        }
        *done += 1;
    }
}

/* Goes on with an access; true if it is done, false if it ran into a fault. */
static bool try_access(volatile uint8_t *place, uint8_t *data, size_t length, enum kipc_access access,
                       volatile size_t *done)
{
    sigjmp_buf here;
    if (sigsetjmp(here, 1) != 0) { /* with the mask: the handler may have been entered with signals blocked */
        after_fault = NULL;
        return false;
    }
    after_fault = &here;
    access_bytes(place, data, length, access, done);
    after_fault = NULL;
    return true;
}

int kipc_host_access(struct kipc_host_memory *memory, struct kipc_kernel *kernel, uint32_t pid, uintptr_t address,
                     void *data, size_t length, enum kipc_access access)
{
    const struct kipc_host_space *space = find_space(memory, pid);
    require(access != KIPC_ACCESS_EXECUTE, "only loads and stores can be tried");
    if (space == NULL || address > memory->port.space_end || length > memory->port.space_end - address) {
        return KIPC_E_FAULT;
    }
    catch_faults(NULL);
    volatile size_t done = 0;
    while (!try_access(space->memory + address, data, length, access, &done)) {
        uintptr_t where = (uintptr_t)((uint8_t *)faulting - space->memory);
        int result = kipc_memory_fault(kernel, pid, where, access);
        if (result != KIPC_OK) {
            return result;
        }
    }
    return KIPC_OK;
}
