/* SPDX-License-Identifier: MIT */
/* What holds of a kernel between any two calls, seen in its own structures. */
#include "world.h"
#include <kipc/channel.h>
#include <kipc/handle.h>
#include <kipc/topic.h>

/* No list of these small worlds is longer; a longer one is a loop. */
#define LIST_MAX 4096u

static void audit_table(const struct kipc_table *table)
{
    uint32_t live = 0;
    uint32_t vacant = 0;
    for (uint32_t i = 0; i < table->capacity; i++) {
        const struct kipc_entry *entry = kipc_table_at(table, i);
        FUZZ_REQUIRE(entry == NULL || entry->id == ((uint32_t)entry->generation << 16 | (i + 1)));
        live += entry != NULL ? 1 : 0;
    }
    for (uint32_t next = table->first_free; next != 0; vacant++) {
        const struct kipc_entry *entry = (const void *)(table->entries + (size_t)(next - 1) * table->entry_bytes);
        FUZZ_REQUIRE(next <= table->capacity && vacant < table->capacity && entry->id == KIPC_NO_ID);
        next = entry->next_free;
    }
    FUZZ_REQUIRE(live == table->used && live + vacant + table->retired == table->capacity);
    FUZZ_REQUIRE(table->peak >= table->used);
}

/* Handles of a process: its list is as long as its share says, and every member is its own. */
static void audit_process(const struct kipc_kernel *kernel, const struct kipc_process *process)
{
    uint32_t handles = 0;
    uint32_t threads = 0;
    const struct kipc_handle_entry *previous = NULL;
    for (const struct kipc_handle_entry *handle = process->handles; handle != NULL; handle = handle->next) {
        FUZZ_REQUIRE(handles < LIST_MAX && handle->entry.id != KIPC_NO_ID && handle->process == process);
        FUZZ_REQUIRE(handle->previous == previous && handle->object != NULL && handle->object->entry.id != KIPC_NO_ID);
        previous = handle;
        handles += 1;
    }
    FUZZ_REQUIRE(handles == process->used[KIPC_QUOTA_HANDLES]);
    for (const struct kipc_thread *thread = process->threads; thread != NULL; thread = thread->next) {
        FUZZ_REQUIRE(threads < kernel->thread_count && thread->process == process);
        threads += 1;
    }
    for (unsigned int i = 0; i < KIPC_QUOTA_COUNT; i++) {
        FUZZ_REQUIRE(process->used[i] <= process->limits[i]);
    }
}

/* How often handles, wherever they are, name each object. */
struct references {
    uint32_t of[KIPC_TABLE_COUNT][WORLD_OBJECTS];
};

static uint32_t position_of(const struct kipc_table *table, const void *entry)
{
    size_t position = (size_t)((const uint8_t *)entry - table->entries) / table->entry_bytes;
    FUZZ_REQUIRE(position < table->capacity && position < WORLD_OBJECTS);
    return (uint32_t)position;
}

static void count_references(const struct kipc_kernel *kernel, struct references *references)
{
    const struct kipc_table *handles = &kernel->tables[KIPC_TABLE_HANDLE];
    *references = (struct references){0};
    for (uint32_t i = 0; i < handles->capacity; i++) {
        const struct kipc_handle_entry *handle = kipc_table_at(handles, i);
        if (handle != NULL) {
            uint8_t table = handle->object->table;
            FUZZ_REQUIRE(table >= KIPC_TABLE_FIRST_OBJECT && table < KIPC_TABLE_COUNT);
            references->of[table][position_of(&kernel->tables[table], handle->object)] += 1;
        }
    }
}

/* What stands for the other end of a connection to another node is named by the connection. */
static uint32_t references_without_handle(const struct kipc_object *object)
{
    const struct kipc_channel *end = (const void *)object;
    return object->table == KIPC_TABLE_CHANNEL && end->is_proxy && end->peer != NULL ? 1 : 0;
}

/* An object is there for exactly the handles that name it, for a wait that needs it still, or because it has a name. */
static void audit_object(const struct kipc_object *object, uint32_t references)
{
    FUZZ_REQUIRE(references + references_without_handle(object) == object->references);
    references = object->references;
    FUZZ_REQUIRE(references > 0 || object->pins > 0 || object->details->name[0] != '\0');
}

/* The inbox is as long as its counters say, and messages go the plain way only if nothing else decides over them. */
static void audit_channel(const struct kipc_channel *end)
{
    uint32_t queued = 0;
    uint32_t bytes = 0;
    const struct kipc_block *last = NULL;
    for (const struct kipc_block *block = end->first; block != NULL; block = block->next) {
        FUZZ_REQUIRE(queued < LIST_MAX);
        queued += 1;
        bytes += block->length;
        last = block;
    }
    FUZZ_REQUIRE(queued == end->queued && last == end->last && bytes <= end->config.buffer_bytes - end->free_bytes);
    FUZZ_REQUIRE(end->queue_max <= (int32_t)(end->config.capacity == 0 ? 1 : end->config.capacity));
    const struct kipc_channel *inbox = end->peer;
    if (end->send_below != 0) {
        FUZZ_REQUIRE(inbox != NULL && inbox->receivers.first == NULL && inbox->senders.first == NULL);
        FUZZ_REQUIRE(inbox->pending_sends == NULL && inbox->pending_receives == NULL && end->rule_count == 0);
    }
    if (end->receive_below != 0) {
        FUZZ_REQUIRE(end->senders.first == NULL && end->pending_sends == NULL && end->lost == 0);
    }
}

static void audit_objects(const struct kipc_kernel *kernel)
{
    const struct kipc_table *processes = &kernel->tables[KIPC_TABLE_PROCESS];
    struct references references;
    uint32_t created = 0;
    uint32_t charged = 0;
    count_references(kernel, &references);
    for (unsigned int table = KIPC_TABLE_FIRST_OBJECT; table < KIPC_TABLE_COUNT; table++) {
        for (uint32_t i = 0; i < kernel->tables[table].capacity; i++) {
            const struct kipc_object *object = kipc_table_at(&kernel->tables[table], i);
            if (object != NULL) {
                FUZZ_REQUIRE(object->table == table);
                audit_object(object, references.of[table][i]);
                if (table == KIPC_TABLE_CHANNEL) {
                    audit_channel((const void *)object);
                }
                created += kipc_table_find(processes, object->creator) != NULL ? 1 : 0;
            }
        }
    }
    for (uint32_t i = 0; i < processes->capacity; i++) {
        const struct kipc_process *process = kipc_table_at(processes, i);
        if (process != NULL) {
            audit_process(kernel, process);
            charged += process->used[KIPC_QUOTA_OBJECTS];
        }
    }
    FUZZ_REQUIRE(created == charged);
}

/* Blocks: those in the list are free, and the promises made never exceed what there is. */
static void audit_blocks(const struct kipc_kernel *kernel)
{
    uint32_t vacant = 0;
    for (const struct kipc_block *block = kernel->free_blocks; block != NULL; block = block->next) {
        FUZZ_REQUIRE(vacant < kernel->block_count);
        FUZZ_REQUIRE(block->more == NULL && block->sender == NULL && block->capability_count == 0);
        vacant += 1;
    }
    FUZZ_REQUIRE(vacant == kernel->blocks_free);
    FUZZ_REQUIRE(kernel->blocks_reserved <= kernel->block_count);
    FUZZ_REQUIRE(kernel->block_count - kernel->blocks_free <= kernel->blocks_reserved);
}

/* Who waits is in at least one queue, and in each at its place; who does not is in none. */
static void audit_threads(const struct kipc_kernel *kernel)
{
    for (uint32_t i = 0; i < kernel->thread_count; i++) {
        const struct kipc_thread *thread = &kernel->threads[i];
        FUZZ_REQUIRE((thread->state == KIPC_THREAD_WAITING) == (thread->link_count > 0));
        for (uint32_t k = 0; k < thread->link_count; k++) {
            const struct kipc_wait_queue *queue = thread->links[k].queue;
            uint32_t length = 0;
            bool is_there = false;
            for (const struct kipc_wait_link *link = queue->first; link != NULL; link = link->next) {
                FUZZ_REQUIRE(length < LIST_MAX && link->queue == queue);
                is_there = is_there || link == &thread->links[k];
                length += 1;
            }
            FUZZ_REQUIRE(is_there && length == queue->count);
        }
    }
}

void world_audit(struct world *world)
{
    struct kipc_kernel *kernel = &world->kernel;
    for (unsigned int i = 0; i < KIPC_TABLE_COUNT; i++) {
        audit_table(&kernel->tables[i]);
    }
    audit_objects(kernel);
    audit_blocks(kernel);
    audit_threads(kernel);
    audit_memory(world);
    audit_operations(world);
}
