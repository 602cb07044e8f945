/* SPDX-License-Identifier: MIT */
/* Good calls on regions of shared memory, and on mappings of them. */
#include "programs/support/calls/good_calls.h"

#define NAME "pages"
#define NAME_BYTES sizeof(NAME)
#define DATA "sixteen bytes..."
#define DATA_BYTES 16u
#define OFFSET 40u /* of the data */
#define CELL 128u  /* an offset, too */
#define BUFFER AT(buffers[0])
#define READ_WRITE (KIPC_MAP_READ | KIPC_MAP_WRITE | KIPC_MAP_USER)
#define READ_ONLY (KIPC_MAP_READ | KIPC_MAP_USER)

static struct good_memory *const m = &good.memory;

static void read_data(kipc_handle_t handle, const char *what)
{
    m->buffers[0][0] = 0;
    DO(KIPC_OK, REGION_READ, handle, OFFSET, BUFFER, DATA_BYTES);
    EXPECT_TEXT(m->buffers[0], DATA, what);
}

static void make_region(void)
{
    good_message(0, NAME, NAME_BYTES);
    good_message(1, DATA, DATA_BYTES);
    m->region = kipc_region_config_default();
    m->region.bytes = IPC_PAGE_BYTES + 1;
    m->region.lifetime = KIPC_LIFETIME_HANDLES;
    m->region.open_rights = KIPC_RIGHT_MAP;
    DO(KIPC_OK, REGION_CREATE, AT(region), AT(text), NAME_BYTES, AT(handle));
    DO(KIPC_OK, REGION_INFO, m->handle, AT(region_info));
    EXPECT(m->region_info.bytes, 2 * IPC_PAGE_BYTES, "bytes of a region");
    EXPECT(m->region_info.owner, good.pid, "owner of a region");
    EXPECT_TEXT(m->region_info.name, NAME, "byte of a region's name");
    DO(KIPC_OK, REGION_ATTACH, m->handle, AT(address));
    EXPECT(m->address, m->region_info.physical, "address of a region");
    DO(KIPC_OK, REGION_WRITE, m->handle, OFFSET, AT(text[32]), DATA_BYTES);
    read_data(m->handle, "byte of a region");
    EXPECT_TEXT((const char *)m->address + OFFSET, DATA, "byte of a region's first page");
    DO(KIPC_OK, REGION_OPEN, AT(text), NAME_BYTES, KIPC_RIGHT_MAP, AT(other));
    DO(KIPC_OK, REGION_ATTACH, m->other, 0);
    read_data(m->other, "byte of a region opened by its name");
    DO(KIPC_E_ACCES, REGION_WRITE, m->other, OFFSET, AT(text[32]), DATA_BYTES);
    DO(KIPC_OK, REGION_ATTACHMENT, m->handle, 1, AT(attachment));
    EXPECT(m->attachment.pid, good.pid, "process of an attachment");
    EXPECT(m->attachment.handle, m->handle, "handle of the older attachment");
    DO(0, REGION_DETACH, m->other);
    DO(KIPC_E_STATE, REGION_READ, m->other, OFFSET, BUFFER, DATA_BYTES);
    DO(KIPC_OK, HANDLE_CLOSE, m->other);
    DO(KIPC_OK, OBJECT_UNLINK, KIPC_TABLE_REGION, AT(text), NAME_BYTES);
}

static void use_cells(void)
{
    m->word = 99;
    DO(KIPC_OK, REGION_ATOMIC, m->handle, CELL, KIPC_ATOMIC_ADD, 5, 1, AT(word));
    EXPECT(m->word, 0, "cell before an addition");
    DO(KIPC_E_WOULDBLOCK, REGION_ATOMIC, m->handle, CELL, KIPC_ATOMIC_COMPARE_EXCHANGE, 5, 9, AT(word));
    DO(KIPC_OK, REGION_ATOMIC, m->handle, CELL, KIPC_ATOMIC_COMPARE_EXCHANGE, 9, 5, AT(word));
    EXPECT(m->word, 5, "cell before an exchange");
    DO(KIPC_OK, REGION_ATOMIC, m->handle, CELL, KIPC_ATOMIC_LOAD, 0, 0, AT(word));
    EXPECT(m->word, 9, "cell");
}

static void list_stretches(void)
{
    m->scatter = (struct kipc_scatter){.offset = 100, .length = 200, .bytes_max = 150};
    DO(2, REGION_SCATTER, m->handle, AT(scatter), AT(stretches), 4);
    EXPECT(m->stretches[0].physical, m->region_info.physical + 100, "address of the first stretch");
    EXPECT(m->stretches[0].bytes, 150, "bytes of the first stretch");
    EXPECT(m->stretches[1].physical, m->region_info.physical + 250, "address of the second stretch");
    EXPECT(m->stretches[1].bytes, 50, "bytes of the second stretch");
}

/* Two further regions with the same content; the second one is given away. */
static void copy_and_move(void)
{
    DO(KIPC_OK, REGION_SHARE, m->handle, AT(other));
    DO(KIPC_OK, REGION_ATTACH, m->other, AT(address));
    EXPECT(m->address, m->region_info.physical, "address of shared pages");
    read_data(m->other, "byte of shared pages");
    DO(KIPC_OK, REGION_WRITE, m->other, OFFSET, AT(text), NAME_BYTES);
    read_data(m->handle, "byte of pages after a write to those that shared them");
    DO(KIPC_OK, HANDLE_CLOSE, m->other);
    DO(KIPC_OK, REGION_WRITE, m->handle, 0, AT(text[32]), DATA_BYTES);
    DO(KIPC_OK, REGION_COPY, m->handle, AT(other));
    DO(KIPC_OK, REGION_INFO, m->other, AT(region_info));
    EXPECT(m->region_info.physical != m->address, true, "copy's address, another one,");
    DO(KIPC_OK, REGION_MOVE, m->other, partner.pid, AT(word));
    DO(KIPC_E_BADF, REGION_INFO, m->other, AT(region_info));
    partner.region = m->word;
    good_ask(PARTNER_READ_REGION);
    EXPECT(partner.result, KIPC_OK, "result of the other process's read");
    EXPECT_TEXT(partner.text, DATA, "byte of a copy, read by the other process");
}

/* What a process sees at an address, by the hart's own translation. */
static void look(kipc_pid_t pid, enum partner_task access, int result)
{
    partner.space = pid;
    partner.address = m->address;
    good_ask(access);
    EXPECT(partner.result, result, "result of an access through a mapping");
}

static void use_mappings(void)
{
    m->buffers[1][0] = 0x5a;
    DO(KIPC_OK, REGION_WRITE, m->handle, IPC_PAGE_BYTES, AT(buffers[1]), 1);
    m->mapping = (struct kipc_mapping_config){.offset = IPC_PAGE_BYTES, .bytes = IPC_PAGE_BYTES, .flags = READ_WRITE};
    DO(KIPC_OK, REGION_MAP, m->handle, AT(mapping), AT(address));
    look(good.pid, PARTNER_LOAD, KIPC_OK);
    EXPECT(partner.byte, 0x5a, "byte of a mapping");
    DO(KIPC_OK, REGION_ATTACHMENT, m->handle, 0, AT(attachment));
    EXPECT(m->attachment.address, m->address, "address of a mapping");
    EXPECT(m->attachment.flags, READ_WRITE, "flags of a mapping");
    DO(KIPC_OK, REGION_PROTECT, m->address, READ_ONLY);
    look(good.pid, PARTNER_STORE, KIPC_E_ACCES);
    look(good.pid, PARTNER_LOAD, KIPC_OK);
    DO(0, REGION_UNMAP, m->address);
    look(good.pid, PARTNER_LOAD, KIPC_E_FAULT);
    m->address = 0;
    m->other = KIPC_NO_ID;
    DO(KIPC_OK, REGION_MAP_FOR, m->handle, partner.pid, KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE, AT(mapping), AT(address),
       AT(other));
    partner.byte = 0x33;
    look(partner.pid, PARTNER_STORE, KIPC_OK);
    DO(KIPC_OK, REGION_READ, m->handle, IPC_PAGE_BYTES, BUFFER, 1);
    EXPECT(m->buffers[0][0], 0x33, "byte that the other process stored");
    DO(KIPC_E_BADF, REGION_INFO, m->other, AT(region_info)); /* that handle is the other's */
    partner.region = m->other;
    partner.text[0] = 0;
    good_ask(PARTNER_READ_REGION);
    EXPECT_TEXT(partner.text, DATA, "byte of a region that was mapped for the other process");
    DO(1, HANDLE_REVOKE, m->handle);
    look(partner.pid, PARTNER_LOAD, KIPC_E_FAULT);
}

void good_region_calls(void)
{
    make_region();
    use_cells();
    list_stretches();
    copy_and_move();
    use_mappings();
    DO(KIPC_OK, REGION_SET_FLAGS, m->handle, KIPC_PAGE_USER);
    DO(KIPC_OK, REGION_INFO, m->handle, AT(region_info));
    EXPECT(m->region_info.flags, KIPC_PAGE_USER, "flags of a region");
    DO(KIPC_E_ACCES, REGION_WRITE, m->handle, OFFSET, AT(text), NAME_BYTES);
    DO(KIPC_E_BUSY, REGION_DESTROY, m->handle);
    DO(0, REGION_DETACH, m->handle);
    DO(KIPC_OK, REGION_DESTROY, m->handle);
    DO(KIPC_E_BADF, REGION_INFO, m->handle, AT(region_info));
}
