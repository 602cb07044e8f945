/* SPDX-License-Identifier: MIT */
/*
 * Regions: made, attached, read and written by calls and through mappings, shared copy-on-write, given away; with a
 * port that fails now and then. A model knows what each region holds, byte by byte.
 */
#include "calls.h"
#include <kipc/mapping.h>
#include <string.h>

static bool is_live(struct world *world, uint32_t id)
{
    return id != KIPC_NO_ID && kipc_table_find(&world->kernel.tables[KIPC_TABLE_REGION], id) != NULL;
}

/* What a region must hold; NULL if nobody knows. */
static struct model_region *model_of(struct world *world, uint32_t id)
{
    struct model *model = world->model;
    for (uint32_t i = 0; id != KIPC_NO_ID && i < MODEL_REGIONS; i++) {
        if (model->regions[i].id == id) {
            return &model->regions[i];
        }
    }
    return NULL;
}

/* A new region, with the content of another one or all zero. */
static void remember(struct world *world, uint32_t id, const struct model_region *source, bool is_unknown)
{
    struct model *model = world->model;
    struct model_region *place = model_of(world, id);
    for (uint32_t i = 0; place == NULL && i < MODEL_REGIONS; i++) {
        place = is_live(world, model->regions[i].id) ? NULL : &model->regions[i];
    }
    if (place == NULL || place == source) {
        return;
    }
    memset(place, 0, sizeof(*place));
    if (source != NULL) {
        *place = *source;
    }
    place->id = id;
    place->is_unknown = place->is_unknown || is_unknown;
}

static uint32_t region_of(struct world *world, kipc_pid_t pid, kipc_handle_t handle)
{
    return world_object_id(world, pid, handle, KIPC_TABLE_REGION);
}

void remember_region(struct world *world, kipc_pid_t pid, kipc_handle_t handle)
{
    remember(world, region_of(world, pid, handle), NULL, world->was_preempted);
}

void check_regions(struct world *world)
{
    const struct model *model = world->model;
    for (uint32_t i = 0; i < MODEL_REGIONS && world->depth == 0; i++) {
        const struct model_region *expected = &model->regions[i];
        const struct kipc_region *region = kipc_table_find(&world->kernel.tables[KIPC_TABLE_REGION], expected->id);
        uint32_t pages = region == NULL || region->frames == NULL || expected->is_unknown ? 0 : region->page_count;
        for (uint32_t k = 0; k < pages; k++) {
            const struct kipc_page *page = &world->shared.pages[region->frames->entries[k] - 1];
            FUZZ_REQUIRE(memcmp((const void *)page->physical, expected->bytes + (size_t)k * WORLD_PAGE_BYTES,
                                WORLD_PAGE_BYTES) == 0);
        }
    }
}

static const char *some_name(struct world *world)
{
    static const char *const names[] = {NULL, NULL, NULL, "a", "b", "frame-buffer"};
    return names[fuzz_below(&world->input, COUNT_OF(names))];
}

static uint32_t some_flags(struct world *world)
{
    return fuzz_below(&world->input, 16) == 0 ? fuzz_byte(&world->input) : KIPC_PAGE_WRITABLE | KIPC_PAGE_USER;
}

static void create_region(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    const struct kipc_region_config config = {.bytes = fuzz_mostly(&world->input, WORLD_REGION_BYTES),
                                              .flags = some_flags(world),
                                              .node = fuzz_below(&world->input, 8) == 0 ? fuzz_number(&world->input, 2)
                                                                                        : KIPC_NODE_ANY,
                                              .lifetime = (enum kipc_lifetime)(fuzz_byte(&world->input) % 16 % 5 % 4),
                                              .name = some_name(world),
                                              .open_rights = fuzz_byte(&world->input)};
    kipc_handle_t handle = KIPC_NO_ID;
    int result = kipc_region_create(&world->kernel, pid, &config, &handle);
    if (world_check(world, pid, 0, result) == KIPC_OK) {
        world_give(world, pid, handle);
        remember_region(world, pid, handle);
    }
}

static void attach_or_detach(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_REGION);
    uintptr_t physical = 0;
    switch (fuzz_below(&world->input, 8)) {
    case 0:
        if (world_check(world, pid, handle, kipc_region_destroy(&world->kernel, pid, handle)) == KIPC_OK) {
            world_forget(world, handle);
        }
        break;
    case 1:
    case 2:
        if (world_check(world, pid, handle, kipc_region_detach(&world->kernel, pid, handle)) == 1) {
            world_forget(world, handle);
        }
        break;
    default:
        if (world_check(world, pid, handle, kipc_region_attach(&world->kernel, pid, handle, &physical)) == KIPC_OK) {
            FUZZ_REQUIRE(physical - (uintptr_t)world->pages < (size_t)WORLD_PAGES * WORLD_PAGE_BYTES);
        }
        break;
    }
}

/* A write that others came between, or that ended early, leaves a content that nobody can tell. */
static void end_write(struct world *world, uint32_t id, size_t offset, const uint8_t *data, size_t length, int result)
{
    struct model *model = world->model;
    struct model_region *expected = model_of(world, id);
    model->writes -= 1;
    if (expected == NULL || result == KIPC_E_RANGE) {
        return;
    }
    if (result == KIPC_OK && !world->was_preempted && model->writes == 0) {
        memcpy(expected->bytes + offset, data, length);
    } else if (result == KIPC_OK || world->was_preempted || result == KIPC_E_NOMEM || result == KIPC_E_OVERFLOW) {
        expected->is_unknown = true;
    }
}

static void check_bytes(struct world *world, uint32_t id, size_t offset, const uint8_t *bytes, size_t length)
{
    const struct model *model = world->model;
    const struct model_region *expected = model_of(world, id);
    if (expected != NULL && !expected->is_unknown && !world->was_preempted && model->writes == 0) {
        FUZZ_REQUIRE(memcmp(expected->bytes + offset, bytes, length) == 0);
    }
}

/* Bytes of a region, as a process names them; both may be too large. */
struct span {
    kipc_pid_t pid;
    kipc_handle_t handle;
    uint32_t id;
    size_t offset;
    size_t length;
};

static struct span draw_span(struct world *world)
{
    struct span at = {.pid = world_pid(world)};
    at.handle = world_object(world, at.pid, KIPC_TABLE_REGION);
    at.id = region_of(world, at.pid, at.handle);
    at.offset = fuzz_mostly(&world->input, 2 * WORLD_PAGE_BYTES) - 1;
    const size_t length = fuzz_mostly(&world->input, WORLD_PAGE_BYTES);
    const size_t most = 2 * (size_t)WORLD_REGION_BYTES;
    at.length = length < most ? length : most;
    return at;
}

static bool is_inside(const struct span *at)
{
    return at->offset <= WORLD_REGION_BYTES && at->length <= WORLD_REGION_BYTES - at->offset;
}

static void write_region(struct world *world)
{
    const struct span at = draw_span(world);
    uint8_t *data = malloc(at.length + 1);
    FUZZ_REQUIRE(data != NULL);
    memset(data, fuzz_byte(&world->input), at.length + 1);
    ((struct model *)world->model)->writes += 1;
    int result = kipc_region_write(&world->kernel, at.pid, at.handle, at.offset, data, at.length);
    (void)world_check(world, 0, 0, result);
    FUZZ_REQUIRE(result != KIPC_OK || is_inside(&at));
    end_write(world, at.id, at.offset, data, at.length, result);
    free(data);
}

static void read_region(struct world *world)
{
    const struct span at = draw_span(world);
    uint8_t *buffer = malloc(at.length + 1);
    FUZZ_REQUIRE(buffer != NULL);
    if (world_check(world, 0, 0, kipc_region_read(&world->kernel, at.pid, at.handle, at.offset, buffer, at.length)) ==
        KIPC_OK) {
        FUZZ_REQUIRE(is_inside(&at));
        check_bytes(world, at.id, at.offset, buffer, at.length);
    }
    free(buffer);
}

static void change_cell(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_REGION);
    uint32_t id = region_of(world, pid, handle);
    size_t offset = (size_t)fuzz_below(&world->input, 64) * 2;
    enum kipc_atomic operation = (enum kipc_atomic)fuzz_below(&world->input, 5);
    uint32_t operand = fuzz_byte(&world->input);
    uint32_t expected = fuzz_byte(&world->input);
    uint32_t old = 0;
    ((struct model *)world->model)->writes += 1;
    int result = kipc_region_atomic(&world->kernel, pid, handle, offset, operation, operand, expected, &old);
    (void)world_check(world, 0, 0, result);
    FUZZ_REQUIRE(result != KIPC_OK || (offset % sizeof(old) == 0 && offset + sizeof(old) <= WORLD_REGION_BYTES));
    ((struct model *)world->model)->writes -= 1;
    if (result == KIPC_OK) {
        check_bytes(world, id, offset, (const uint8_t *)&old, sizeof(old));
    }
    uint32_t new = operation == KIPC_ATOMIC_LOAD ? old : operation == KIPC_ATOMIC_ADD ? old + operand : operand;
    ((struct model *)world->model)->writes += 1;
    end_write(world, id, offset, (const uint8_t *)&new, sizeof(new), result);
}

static void map_region(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_pid_t target = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_REGION);
    kipc_handle_t made = KIPC_NO_ID;
    uintptr_t address = 0;
    uint32_t choice = fuzz_byte(&world->input);
    const struct kipc_mapping_config config = {
        .address = (choice & 0x41) != 0x41 ? 0 : (uintptr_t)fuzz_below(&world->input, 32) * WORLD_PAGE_BYTES / 2,
        .offset = (choice & 0x82) != 0x82 ? 0 : (size_t)fuzz_below(&world->input, 16) * WORLD_PAGE_BYTES / 2,
        .bytes = fuzz_mostly(&world->input, 2 * WORLD_PAGE_BYTES),
        .flags = (choice & 0x44) != 0x44 ? KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER : fuzz_byte(&world->input),
        .is_lazy = (choice & 8) != 0};
    int result = (choice & 0x30) != 0
                     ? kipc_region_map(&world->kernel, pid, handle, &config, &address)
                     : kipc_region_map_for(&world->kernel, pid, handle, target, choice, &config, &address, &made);
    if (world_check(world, 0, 0, result) == KIPC_OK) {
        FUZZ_REQUIRE(address % WORLD_PAGE_BYTES == 0 && address != 0);
        FUZZ_REQUIRE(config.address == 0 || config.address == address);
        if (made != KIPC_NO_ID) {
            world_give(world, target, made);
        }
    }
}

/* A mapping of the process, as the kernel's list has it; NULL if it has none. */
static const struct kipc_mapping *some_mapping(struct world *world, kipc_pid_t pid)
{
    const struct kipc_process *process = kipc_table_find(&world->kernel.tables[KIPC_TABLE_PROCESS], pid);
    const struct kipc_mapping *mapping = process == NULL ? NULL : process->mappings;
    for (uint32_t skip = fuzz_below(&world->input, 4); mapping != NULL && skip > 0; skip--) {
        mapping = mapping->next_of_process != NULL ? mapping->next_of_process : mapping;
    }
    return mapping;
}

static void change_mapping(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    const struct kipc_mapping *mapping = some_mapping(world, pid);
    uintptr_t address = mapping == NULL ? fuzz_byte(&world->input) : mapping->address;
    if (fuzz_below(&world->input, 2) == 0) {
        (void)world_check(world, 0, 0, kipc_region_unmap(&world->kernel, pid, address));
    } else {
        (void)world_check(
            world, 0, 0, kipc_region_protect(&world->kernel, pid, address, fuzz_number(&world->input, KIPC_MAP_FLAGS)));
    }
}

/* Loads and stores of a process through its mapping, up to a page beyond each end of it. */
static void touch(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    const struct kipc_mapping *mapping = some_mapping(world, pid);
    if (mapping == NULL) {
        return;
    }
    const struct kipc_table *regions = &world->kernel.tables[KIPC_TABLE_REGION];
    uint32_t id = kipc_table_id(regions, mapping->region);
    uintptr_t bytes = (uintptr_t)mapping->page_count * WORLD_PAGE_BYTES;
    uintptr_t place = (uintptr_t)fuzz_word(&world->input, 2) % (bytes + WORLD_PAGE_BYTES);
    uintptr_t address = mapping->address + place;
    size_t offset = (size_t)mapping->first * WORLD_PAGE_BYTES + place;
    bool is_inside = place < bytes;
    uint8_t value = fuzz_byte(&world->input);
    bool is_write = fuzz_below(&world->input, 2) == 0;
    ((struct model *)world->model)->writes += is_write ? 1 : 0;
    int result = fake_access(&world->port_memory, &world->kernel, pid, address, &value, 1,
                             is_write ? KIPC_ACCESS_WRITE : KIPC_ACCESS_READ);
    (void)world_check(world, 0, 0, result);
    FUZZ_REQUIRE(result != KIPC_OK || is_inside || world->was_preempted);
    if (is_write) {
        end_write(world, is_inside ? id : KIPC_NO_ID, offset, &value, 1, result);
    } else if (result == KIPC_OK && is_inside) {
        check_bytes(world, id, offset, &value, 1);
    }
}

static void share_or_copy(struct world *world)
{
    const struct model *model = world->model;
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_REGION);
    uint32_t id = region_of(world, pid, handle);
    kipc_handle_t made = KIPC_NO_ID;
    int result = fuzz_below(&world->input, 4) == 0 ? kipc_region_copy(&world->kernel, pid, handle, &made)
                                                   : kipc_region_share(&world->kernel, pid, handle, &made);
    if (world_check(world, 0, 0, result) == KIPC_OK) {
        const struct model_region *source = model_of(world, id);
        world_give(world, pid, made);
        remember(world, region_of(world, pid, made), source,
                 source == NULL || world->was_preempted || model->writes > 0);
    }
}

static void move_region(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_pid_t target = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_REGION);
    kipc_handle_t moved = KIPC_NO_ID;
    int result = kipc_region_move(&world->kernel, pid, handle, target, &moved);
    if (world_check(world, pid, handle, result) == KIPC_OK) {
        FUZZ_REQUIRE(moved != handle);
        world_forget(world, handle);
        world_give(world, target, moved);
    }
}

static void list_stretches(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_REGION);
    const struct kipc_scatter scatter = {.offset = fuzz_mostly(&world->input, WORLD_PAGE_BYTES),
                                         .length = fuzz_mostly(&world->input, WORLD_PAGE_BYTES),
                                         .bytes_max = fuzz_mostly(&world->input, 100),
                                         .is_written = fuzz_below(&world->input, 2) == 0};
    uint32_t capacity = fuzz_below(&world->input, 16);
    struct kipc_stretch *stretches = malloc((capacity + 1) * sizeof(*stretches));
    FUZZ_REQUIRE(stretches != NULL);
    int64_t count =
        world_check(world, 0, 0, kipc_region_scatter(&world->kernel, pid, handle, &scatter, stretches, capacity));
    size_t listed = 0;
    for (int64_t i = 0; i < count; i++) {
        size_t distance = stretches[i].physical - (uintptr_t)world->pages;
        FUZZ_REQUIRE(distance + stretches[i].bytes <= (size_t)WORLD_PAGES * WORLD_PAGE_BYTES);
        FUZZ_REQUIRE(stretches[i].bytes > 0 && stretches[i].bytes <= scatter.bytes_max);
        listed += stretches[i].bytes;
    }
    FUZZ_REQUIRE(count < 0 || (count <= (int64_t)capacity && listed == scatter.length));
    free(stretches);
}

static void look_at_region(struct world *world)
{
    kipc_pid_t pid = world_pid(world);
    kipc_handle_t handle = world_object(world, pid, KIPC_TABLE_REGION);
    struct kipc_region_info info;
    struct kipc_attachment_info attachment;
    uint32_t position = 0;
    uint32_t seen = 0;
    (void)world_check(world, pid, handle, kipc_region_info(&world->kernel, pid, handle, &info));
    (void)world_check(world, 0, 0,
                      kipc_region_attachment(&world->kernel, pid, handle, fuzz_below(&world->input, 4), &attachment));
    (void)world_check(world, 0, 0, kipc_region_set_flags(&world->kernel, pid, handle, some_flags(world)));
    while (seen <= WORLD_OBJECTS && kipc_region_next(&world->kernel, &position, &info) == KIPC_OK) {
        FUZZ_REQUIRE(info.bytes % WORLD_PAGE_BYTES == 0 && info.bytes <= WORLD_REGION_BYTES);
        seen += 1;
    }
    FUZZ_REQUIRE(seen <= WORLD_OBJECTS);
}

static void port_fails(struct world *world)
{
    world->port_memory.fail_at = fuzz_below(&world->input, 6);
    world->port_memory.node = fuzz_below(&world->input, 3);
}

const fuzz_call region_calls[] = {
    create_region, create_region, attach_or_detach, attach_or_detach, write_region, write_region, read_region,
    change_cell,   map_region,    map_region,       change_mapping,   touch,        touch,        share_or_copy,
    share_or_copy, move_region,   list_stretches,   look_at_region,   port_fails,
};
const size_t region_call_count = COUNT_OF(region_calls);
