/* SPDX-License-Identifier: MIT */
/*
 * Headers and small messages as a peer may have written them, a table of outstanding requests, and a registry of names
 * with a reader that stays in the middle of a look-up.
 */
#include "fuzz.h"
#include <kipc/message.h>
#include <kipc/registry.h>
#include <string.h>

#define OUTSTANDING 4u
#define NAMES 20u
#define NAMES_TRIED 26u

/* A header that passes has only fields that mean something, whatever its bytes were. */
static void check_header(const struct kipc_message_header *header, size_t available)
{
    struct kipc_message_header before = *header;
    int result = kipc_message_validate(header, available);
    FUZZ_REQUIRE(memcmp(&before, header, sizeof(before)) == 0);
    FUZZ_REQUIRE(result == KIPC_OK || result == KIPC_E_BADMSG);
    if (result != KIPC_OK) {
        return;
    }
    FUZZ_REQUIRE(available >= sizeof(*header) && header->total_size >= sizeof(*header));
    FUZZ_REQUIRE(header->total_size <= available && header->reserved == 0);
    FUZZ_REQUIRE((header->flags & ~KIPC_MESSAGE_FLAGS) == 0);
    bool is_answer = header->type == KIPC_MESSAGE_RESPONSE || header->type == KIPC_MESSAGE_ERROR;
    FUZZ_REQUIRE(!is_answer || header->request_id != 0);
}

static void check_stamp(struct kipc_message_header *header, uint64_t sender, uint64_t peer)
{
    struct kipc_message_header before = *header;
    int result = kipc_message_stamp(header, sender, peer);
    FUZZ_REQUIRE(result == (before.destination == peer ? KIPC_OK : KIPC_E_SRCH));
    before.sender = result == KIPC_OK ? sender : before.sender;
    FUZZ_REQUIRE(memcmp(&before, header, sizeof(before)) == 0);
}

static void check_error(const struct kipc_message_inline *message)
{
    int32_t code = 1;
    int result = kipc_message_error_code(message, &code);
    FUZZ_REQUIRE(result == KIPC_OK ? code < 0 : result == KIPC_E_BADMSG && code == 1);
    struct kipc_message_inline reply;
    result = kipc_message_new_error(&reply, &message->header, KIPC_E_FULL);
    FUZZ_REQUIRE((result == KIPC_OK) == (message->header.type == KIPC_MESSAGE_REQUEST));
    if (result == KIPC_OK && message->header.request_id != 0) {
        FUZZ_REQUIRE(kipc_message_validate(&reply.header, sizeof(reply)) == KIPC_OK);
        FUZZ_REQUIRE(kipc_message_error_code(&reply, &code) == KIPC_OK && code == KIPC_E_FULL);
        FUZZ_REQUIRE(reply.header.request_id == message->header.request_id);
    }
}

static void check_new(struct fuzz_input *input)
{
    uint32_t length = fuzz_number(input, KIPC_RING_INLINE_MAX);
    enum kipc_message_type type = (enum kipc_message_type)fuzz_number(input, 5);
    uint8_t *data = malloc(KIPC_RING_INLINE_MAX);
    FUZZ_REQUIRE(data != NULL);
    memset(data, 0x44, KIPC_RING_INLINE_MAX);
    struct kipc_message_inline message;
    int result = kipc_message_new_inline(&message, type, fuzz_byte(input), data, length);
    FUZZ_REQUIRE(result != KIPC_OK || length <= KIPC_RING_INLINE_MAX);
    if (result == KIPC_OK) {
        FUZZ_REQUIRE(message.header.total_size == sizeof(message.header) + length);
        FUZZ_REQUIRE(memcmp(message.data, data, length) == 0);
    }
    free(data);
}

/* Requests begin and end in any order; an answer matches one that is outstanding, once. */
static void check_requests(struct fuzz_input *input)
{
    uint64_t slots[OUTSTANDING];
    uint64_t ids[OUTSTANDING] = {0};
    struct kipc_request_table table;
    FUZZ_REQUIRE(kipc_request_set_up(&table, slots, OUTSTANDING, fuzz_below(input, 2) == 0 ? 0 : UINT64_MAX - 1) ==
                 KIPC_OK);
    for (uint32_t i = 0; i < 64 && input->left > 0; i++) {
        struct kipc_message_header header;
        uint32_t place = fuzz_below(input, OUTSTANDING);
        uint32_t position = OUTSTANDING;
        FUZZ_REQUIRE(kipc_message_set_up(&header, KIPC_MESSAGE_REQUEST, 0, 0) == KIPC_OK);
        if (fuzz_below(input, 2) == 0) {
            int result = kipc_request_begin(&table, &header, &position);
            FUZZ_REQUIRE(result == KIPC_OK || result == KIPC_E_FULL);
            if (result == KIPC_OK) {
                FUZZ_REQUIRE(position < OUTSTANDING && ids[position] == 0 && header.request_id != 0);
                ids[position] = header.request_id;
            }
            continue;
        }
        header.type = KIPC_MESSAGE_RESPONSE;
        header.request_id = fuzz_below(input, 4) == 0 ? fuzz_word(input, 8) : ids[place];
        bool is_known = false;
        for (uint32_t k = 0; k < OUTSTANDING; k++) {
            is_known = is_known || (header.request_id != 0 && ids[k] == header.request_id);
        }
        int result = kipc_request_match(&table, &header, &position);
        FUZZ_REQUIRE(result == (is_known ? KIPC_OK : KIPC_E_NOTFOUND));
        if (is_known) {
            FUZZ_REQUIRE(position < OUTSTANDING && ids[position] == header.request_id);
            ids[position] = 0;
        }
    }
}

/* A name of a few letters, so that the same one comes again; now and then what is no name. */
static bool some_name(struct fuzz_input *input, char text[4], struct kipc_name *name)
{
    uint32_t choice = fuzz_byte(input);
    memset(text, 0, 4);
    text[0] = (char)('a' + choice % NAMES_TRIED);
    text[1] = choice >= 248 ? (char)fuzz_byte(input) : '\0';
    return kipc_name_set_up(name, text, 0) == KIPC_OK && text[1] == '\0';
}

struct reading {
    const struct kipc_registry_entry *entry; /* what it found; NULL: it does not read */
    struct kipc_registry_entry seen;
};

/* What a reader has found stays as it was until it has finished, whatever happens to the name. */
static void read_on(struct fuzz_input *input, struct kipc_registry *registry, const struct kipc_name *name,
                    struct reading *reading)
{
    struct kipc_registry_reader *place = kipc_registry_place(registry, 0);
    if (reading->entry != NULL) {
        FUZZ_REQUIRE(memcmp(reading->entry->words, reading->seen.words, sizeof(reading->seen.words)) == 0);
        FUZZ_REQUIRE(reading->entry->id == reading->seen.id);
    }
    if (fuzz_below(input, 2) == 0 && reading->entry == NULL) {
        kipc_registry_read_begin(registry, place);
        reading->entry = kipc_registry_read(registry, name);
        if (reading->entry == NULL) {
            kipc_registry_read_end(place);
        } else {
            reading->seen = *reading->entry;
        }
    } else if (reading->entry != NULL && fuzz_below(input, 4) == 0) {
        kipc_registry_read_end(place);
        reading->entry = NULL;
    }
}

/* Names come and go; writer and readers find what a plain list says. */
static void check_registry(struct fuzz_input *input)
{
    struct kipc_registry registry;
    struct reading reading = {.entry = NULL};
    uint32_t ids[NAMES_TRIED] = {0};
    uint32_t used = 0;
    size_t bytes = kipc_registry_bytes(NAMES, 2);
    size_t rounded = (bytes + KIPC_CACHELINE - 1) / KIPC_CACHELINE * KIPC_CACHELINE;
    void *memory = aligned_alloc(KIPC_CACHELINE, rounded);
    FUZZ_REQUIRE(memory != NULL);
    memset(memory, 0xA5, rounded);
    FUZZ_REQUIRE(kipc_registry_set_up(&registry, memory, bytes, NAMES, 2) == KIPC_OK);
    for (uint32_t i = 0; i < 200 && input->left > 0; i++) {
        char text[4];
        struct kipc_name name;
        if (!some_name(input, text, &name)) {
            continue;
        }
        uint32_t *id = &ids[text[0] - 'a'];
        FUZZ_REQUIRE(kipc_registry_find(&registry, &name) == *id);
        FUZZ_REQUIRE(kipc_registry_look_up(&registry, &name, kipc_registry_place(&registry, 1)) == *id);
        read_on(input, &registry, &name, &reading);
        if (fuzz_below(input, 2) == 0) {
            int result = kipc_registry_add(&registry, &name, i + 1);
            FUZZ_REQUIRE(*id != 0 ? result == KIPC_E_EXIST : result == KIPC_OK || result == KIPC_E_NOSPC);
            FUZZ_REQUIRE(result != KIPC_E_NOSPC || used == NAMES || reading.entry != NULL);
            used += result == KIPC_OK ? 1 : 0;
            *id = result == KIPC_OK ? i + 1 : *id;
        } else {
            FUZZ_REQUIRE(kipc_registry_remove(&registry, &name) == (*id != 0 ? KIPC_OK : KIPC_E_NOTFOUND));
            used -= *id != 0 ? 1 : 0;
            *id = 0;
        }
    }
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
    struct fuzz_input input = {bytes, count};
    struct kipc_message_inline message = {0};
    uint8_t *as_bytes = (uint8_t *)&message;
    size_t available = fuzz_byte(&input) % (sizeof(message) + 1);
    for (size_t i = 0; i < sizeof(message); i++) {
        as_bytes[i] = fuzz_byte(&input);
    }
    check_header(&message.header, available);
    check_error(&message);
    check_stamp(&message.header, fuzz_word(&input, 8), fuzz_below(&input, 2) == 0 ? message.header.destination : 7);
    check_new(&input);
    check_requests(&input);
    check_registry(&input);
    return 0;
}
