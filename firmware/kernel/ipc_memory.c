/* SPDX-License-Identifier: MIT */
#include "kernel/ipc_memory.h"
#include "soc/csr.h"
#include "soc/hart.h"
#include "soc/panic.h"
#include "soc/trap.h"

/* RISC-V privileged specification 1.12, section 4.4 (Sv39), and 3.7 (physical memory protection). */
#define ENTRIES 512u
#define ENTRY_VALID 0x001ul
#define ENTRY_READ 0x002ul
#define ENTRY_WRITE 0x004ul
#define ENTRY_EXECUTE 0x008ul
#define ENTRY_USER 0x010ul
/* Set from the beginning, so that no hart has to write a table. */
#define ENTRY_ACCESSED_DIRTY 0x0c0ul
/* The two bits that the specification leaves to software. */
#define ENTRY_WRITE_THROUGH 0x100ul
#define ENTRY_CACHE_DISABLED 0x200ul
#define SATP_SV39 (8ul << 60)
#define PMP_ALL 0x1ful /* naturally aligned range; read, write, execute */

#define CAUSE_LOAD_PAGE_FAULT 13
#define CAUSE_STORE_PAGE_FAULT 15
/* An access is some twenty instructions; this many looks are far more. */
#define LOOKS_MAX 1000000u
/* Others may take a page away between its fault and the access, but not for ever. */
#define FAULTS_MAX 8u

struct loaded {
    uint64_t value;
    uint64_t refused;
};

/* ipc_memory_access.S */
struct loaded ipc_memory_load_byte(uintptr_t address, uint64_t satp);
struct loaded ipc_memory_load_word(uintptr_t address, uint64_t satp);
struct loaded ipc_memory_store_byte(uintptr_t address, uint64_t satp, uint64_t value);
struct loaded ipc_memory_store_word(uintptr_t address, uint64_t satp, uint64_t value);

static uint64_t entry_to(const void *page, uint64_t bits)
{
    return (uintptr_t)page / IPC_PAGE_BYTES << 10 | bits | ENTRY_VALID;
}

static void *page_of(uint64_t entry)
{
    return (void *)(entry >> 10 << 12);
}

static uint64_t bits_of(uint32_t flags)
{
    return ENTRY_READ | ENTRY_ACCESSED_DIRTY | ((flags & KIPC_PAGE_WRITABLE) != 0 ? ENTRY_WRITE : 0) |
           ((flags & KIPC_PAGE_EXECUTABLE) != 0 ? ENTRY_EXECUTE : 0) |
           ((flags & KIPC_PAGE_USER) != 0 ? ENTRY_USER : 0) |
           ((flags & KIPC_PAGE_WRITE_THROUGH) != 0 ? ENTRY_WRITE_THROUGH : 0) |
           ((flags & KIPC_PAGE_CACHE_DISABLED) != 0 ? ENTRY_CACHE_DISABLED : 0);
}

static uint32_t flags_of(uint64_t entry)
{
    return ((entry & ENTRY_WRITE) != 0 ? KIPC_PAGE_WRITABLE : 0u) |
           ((entry & ENTRY_EXECUTE) != 0 ? KIPC_PAGE_EXECUTABLE : 0u) |
           ((entry & ENTRY_USER) != 0 ? KIPC_PAGE_USER : 0u) |
           ((entry & ENTRY_WRITE_THROUGH) != 0 ? KIPC_PAGE_WRITE_THROUGH : 0u) |
           ((entry & ENTRY_CACHE_DISABLED) != 0 ? KIPC_PAGE_CACHE_DISABLED : 0u);
}

/*
 * What was stored into a table before is seen by each access that begins after this, and those that had begun are over.
 * Partner: the fence in `begin_access`. Either that hart's translation reads the new entry, or its count is seen here.
 */
static void await_accesses(const struct ipc_memory *own)
{
    __asm__ volatile("fence rw, rw" : : : "memory");
    for (unsigned hart = 0; hart < SOC_HART_COUNT_MAX; hart++) {
        uint32_t seen = own->accesses[hart];
        for (unsigned looks = 0; seen % 2 != 0 && own->accesses[hart] == seen; looks++) {
            if (looks == LOOKS_MAX) {
                panic("hart %u never ends its access to a process's memory", hart);
            }
        }
    }
    __asm__ volatile("fence rw, rw" : : : "memory");
}

static int page_alloc(void *context, uint32_t node, uintptr_t *physical)
{
    struct ipc_memory *own = context;

    /* One node, which has no other name than any. */
    if (node != KIPC_NODE_ANY || own->free_page == 0) {
        return KIPC_E_NOMEM;
    }
    *physical = own->free_page;
    own->free_page = *(uintptr_t *)own->free_page;
    own->taken++;
    return KIPC_OK;
}

static void page_free(void *context, uintptr_t physical)
{
    struct ipc_memory *own = context;

    if (physical - (uintptr_t)own->pages >= (uintptr_t)own->page_count * IPC_PAGE_BYTES ||
        physical % IPC_PAGE_BYTES != 0) {
        panic("a page at 0x%lx is given back, which is none of the pool", physical);
    }
    *(uintptr_t *)physical = own->free_page;
    own->free_page = physical;
    own->taken--;
}

static void *window(void *context, uintptr_t physical)
{
    (void)context;
    return (void *)physical;
}

static uint64_t *take_table(struct ipc_memory *own)
{
    uintptr_t physical;

    if (page_alloc(own, KIPC_NODE_ANY, &physical) != KIPC_OK) {
        return NULL;
    }
    for (unsigned i = 0; i < ENTRIES; i++) {
        ((uint64_t *)physical)[i] = 0;
    }
    return (uint64_t *)physical;
}

static struct ipc_space *find_space(const struct ipc_memory *own, uint32_t pid)
{
    for (unsigned i = 0; i < IPC_SPACES_MAX; i++) {
        if (*(volatile const uint32_t *)&own->spaces[i].pid == pid) {
            return (struct ipc_space *)&own->spaces[i];
        }
    }
    return NULL;
}

/* No access can find the space any more before its tables become other pages. */
static void end_space(struct ipc_memory *own, struct ipc_space *space)
{
    uint64_t *root = space->root;
    uint64_t *middle = space->middle;

    *(volatile uint32_t *)&space->pid = KIPC_NO_ID;
    await_accesses(own);
    for (unsigned i = 0; i < IPC_LEAVES; i++) {
        if (middle[i] != 0) {
            page_free(own, (uintptr_t)page_of(middle[i]));
        }
    }
    page_free(own, (uintptr_t)middle);
    page_free(own, (uintptr_t)root);
}

static struct ipc_space *make_space(struct ipc_memory *own, uint32_t pid)
{
    struct ipc_space *space = find_space(own, KIPC_NO_ID);
    uint64_t *root = space != NULL ? take_table(own) : NULL;
    uint64_t *middle = root != NULL ? take_table(own) : NULL;

    if (middle == NULL) {
        if (root != NULL) {
            page_free(own, (uintptr_t)root);
        }
        return NULL;
    }
    root[IPC_SPACE_FIRST >> 30 & (ENTRIES - 1)] = entry_to(middle, 0);
    space->root = root;
    space->middle = middle;
    space->mapped = 0;
    /* Who finds the number finds its tables; partner: the fence in `begin_access`. */
    __asm__ volatile("fence rw, w" : : : "memory");
    *(volatile uint32_t *)&space->pid = pid;
    return space;
}

/* The entry of an address in a table of the lowest level; NULL if there is no such table, and it is not to be made. */
static uint64_t *find_entry(struct ipc_memory *own, const struct ipc_space *space, uintptr_t address, bool make)
{
    uintptr_t offset = address - IPC_SPACE_FIRST;

    if (offset >= IPC_LEAVES * IPC_LEAF_BYTES) {
        return NULL;
    }
    uint64_t *place = &space->middle[offset / IPC_LEAF_BYTES];
    if (*place == 0 && make) {
        uint64_t *leaf = take_table(own);
        if (leaf == NULL) {
            return NULL;
        }
        *place = entry_to(leaf, 0);
    }
    return *place == 0 ? NULL : (uint64_t *)page_of(*place) + (offset / IPC_PAGE_BYTES & (ENTRIES - 1));
}

static int map(void *context, uint32_t pid, uintptr_t address, uintptr_t physical, uint32_t flags)
{
    struct ipc_memory *own = context;
    struct ipc_space *space = find_space(own, pid);

    if (space == NULL) {
        space = make_space(own, pid);
    }
    uint64_t *entry = space != NULL ? find_entry(own, space, address, true) : NULL;
    if (entry == NULL) {
        if (space != NULL && space->mapped == 0) {
            end_space(own, space);
        }
        return KIPC_E_NOMEM;
    }
    bool was_mapped = *entry != 0;
    space->mapped += was_mapped ? 0 : 1;
    *(volatile uint64_t *)entry = entry_to((void *)physical, bits_of(flags));
    await_accesses(own);
    return was_mapped ? 1 : 0;
}

static int unmap(void *context, uint32_t pid, uintptr_t address)
{
    struct ipc_memory *own = context;
    struct ipc_space *space = find_space(own, pid);
    uint64_t *entry = space != NULL ? find_entry(own, space, address, false) : NULL;

    if (entry == NULL || *entry == 0) {
        return 0;
    }
    *(volatile uint64_t *)entry = 0;
    space->mapped--;
    await_accesses(own);
    if (space->mapped == 0) {
        end_space(own, space);
    }
    return 1;
}

static void protect(void *context, uint32_t pid, uintptr_t address, uint32_t flags)
{
    struct ipc_memory *own = context;
    struct ipc_space *space = find_space(own, pid);
    uint64_t *entry = space != NULL ? find_entry(own, space, address, false) : NULL;

    if (entry != NULL && *entry != 0) {
        *(volatile uint64_t *)entry = entry_to(page_of(*entry), bits_of(flags));
        await_accesses(own);
    }
}

static uint32_t node_of(void *context)
{
    (void)context;
    return KIPC_NODE_ANY;
}

static const struct kipc_memory_ops memory_ops = {
    .page_alloc = page_alloc,
    .page_free = page_free,
    .window = window,
    .map = map,
    .unmap = unmap,
    .protect = protect,
    .node_of = node_of,
};

int ipc_memory_open(struct ipc_memory *own, void *pages, uint32_t page_count)
{
    if (pages == NULL || (uintptr_t)pages % IPC_PAGE_BYTES != 0 || page_count == 0) {
        return KIPC_E_INVAL;
    }
    *own = (struct ipc_memory){
        .port = {.ops = &memory_ops,
                 .context = own,
                 .page_bytes = IPC_PAGE_BYTES,
                 .space_first = IPC_SPACE_FIRST,
                 .space_end = IPC_SPACE_FIRST + IPC_LEAVES * IPC_LEAF_BYTES},
        .pages = pages,
        .page_count = page_count,
        .taken = page_count,
    };
    for (unsigned i = 0; i < IPC_SPACES_MAX; i++) {
        own->spaces[i].pid = KIPC_NO_ID;
    }
    for (uint32_t i = page_count; i > 0; i--) {
        page_free(own, (uintptr_t)own->pages + (uintptr_t)(i - 1) * IPC_PAGE_BYTES);
    }
    return KIPC_OK;
}

/* Interrupts disabled. The table of a process that has nothing mapped is that of nobody: every access is refused. */
static uint64_t begin_access(struct ipc_memory *own, unsigned hart, kipc_pid_t pid)
{
    if (!own->is_open[hart]) {
        __asm__ volatile("csrw pmpaddr0, %0\n\tcsrs pmpcfg0, %1" : : "r"(-1l), "r"(PMP_ALL) : "memory");
        own->is_open[hart] = true;
    }
    own->accesses[hart] = own->accesses[hart] + 1;
    __asm__ volatile("fence rw, rw" : : : "memory");
    const struct ipc_space *space = find_space(own, pid);
    return space != NULL ? SATP_SV39 | (uintptr_t)space->root / IPC_PAGE_BYTES : 0;
}

static void end_access(struct ipc_memory *own, unsigned hart)
{
    __asm__ volatile("fence rw, rw" : : : "memory");
    own->accesses[hart] = own->accesses[hart] + 1;
}

static struct loaded access_once(uintptr_t address, uint8_t *data, bool is_word, bool is_write, uint64_t satp)
{
    if (!is_write) {
        struct loaded loaded = is_word ? ipc_memory_load_word(address, satp) : ipc_memory_load_byte(address, satp);
        for (unsigned i = 0; loaded.refused == 0 && i < (is_word ? 8u : 1u); i++) {
            data[i] = (uint8_t)(loaded.value >> 8 * i);
        }
        return loaded;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < (is_word ? 8u : 1u); i++) {
        value |= (uint64_t)data[i] << 8 * i;
    }
    return is_word ? ipc_memory_store_word(address, satp, value) : ipc_memory_store_byte(address, satp, value);
}

static bool is_refused(struct ipc_memory *own, kipc_pid_t pid, uintptr_t address, uint8_t *data, bool is_word,
                       bool is_write)
{
    uint64_t before = interrupts_disable();
    unsigned hart = hart_id();
    uint64_t satp = begin_access(own, hart, pid);
    bool refused = satp == 0;

    if (!refused) {
        trap_expect(is_write ? CAUSE_STORE_PAGE_FAULT : CAUSE_LOAD_PAGE_FAULT);
        refused = access_once(address, data, is_word, is_write, satp).refused != 0;
        (void)trap_expected_count();
    }
    end_access(own, hart);
    interrupts_restore(before);
    return refused;
}

int ipc_memory_access(struct ipc_memory *own, struct kipc_kernel *kernel, kipc_pid_t pid, uintptr_t address, void *data,
                      size_t length, enum kipc_access access)
{
    bool is_write = access == KIPC_ACCESS_WRITE;
    uint8_t *bytes = data;

    if (data == NULL || (!is_write && access != KIPC_ACCESS_READ)) {
        return KIPC_E_INVAL;
    }
    while (length > 0) {
        bool is_word = length >= 8 && address % 8 == 0;
        for (unsigned faults = 0; is_refused(own, pid, address, bytes, is_word, is_write); faults++) {
            int result = kipc_memory_fault(kernel, pid, address, access);
            if (result != KIPC_OK || faults == FAULTS_MAX) {
                return result != KIPC_OK ? result : KIPC_E_STATE;
            }
        }
        size_t step = is_word ? 8 : 1;
        address += step;
        bytes += step;
        length -= step;
    }
    return KIPC_OK;
}

uintptr_t ipc_memory_find(const struct ipc_memory *own, kipc_pid_t pid, uintptr_t address, uint32_t *flags)
{
    const struct ipc_space *space = find_space(own, pid);
    const uint64_t *entry = space != NULL ? find_entry(NULL, space, address, false) : NULL;

    if (entry == NULL || *entry == 0) {
        return 0;
    }
    if (flags != NULL) {
        *flags = flags_of(*entry);
    }
    return (uintptr_t)page_of(*entry) + address % IPC_PAGE_BYTES;
}
