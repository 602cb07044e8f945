/* SPDX-License-Identifier: MIT */
/*
 * Regions and the copy engine: what the CPU wrote into a region is where the device finds it, and the other way round.
 * The pages of both regions are not side by side, so each copy is as many copies of the device as there are stretches.
 * Parameter: bytes_max (65536), of one stretch: what the device is given at once.
 */
#include "kernel/program.h"
#include "programs/support/pattern.h"
#include "programs/support/shared_kernel.h"
#include "programs/support/verdict.h"
#include "soc/memory.h"
#include <kipc/handle.h>

const char program_name[] = "scatter";

#define PAGE IPC_PAGE_BYTES
#define PAGES 5u
#define BYTES (PAGES * PAGE)
/* Where the copied part begins and ends: within pages. */
#define OFFSET 1000u
#define TARGET_OFFSET 2000u
#define LENGTH (BYTES - 3000u)
#define STRETCHES_MAX 512u

static uint64_t content[BYTES / 8];
static uint64_t buffer[PAGE / 8] __attribute__((aligned(64)));
static struct kipc_stretch sources[STRETCHES_MAX], destinations[STRETCHES_MAX];

static kipc_handle_t make_region(size_t bytes, uint32_t flags)
{
    struct kipc_region_config config = kipc_region_config_default();
    kipc_handle_t handle = KIPC_NO_ID;

    config.bytes = bytes;
    config.flags = flags;
    config.lifetime = KIPC_LIFETIME_HANDLES;
    REQUIRE_OK(kipc_region_create(&shared_kernel, shared_pids[0], &config, &handle));
    return handle;
}

/* Pages of other regions lie between those of a region that is made after them: every second one is given back. */
static void scatter_free_pages(void)
{
    kipc_handle_t handles[4 * PAGES + 2];
    const unsigned count = sizeof(handles) / sizeof(handles[0]);

    for (unsigned i = 0; i < count; i++) {
        handles[i] = make_region(PAGE, KIPC_PAGE_WRITABLE);
    }
    for (unsigned i = 0; i < count; i += 2) {
        REQUIRE_OK(kipc_region_destroy(&shared_kernel, shared_pids[0], handles[i]));
    }
}

static int list(kipc_handle_t handle, size_t offset, bool is_written, struct kipc_stretch *stretches)
{
    const struct kipc_scatter scatter = {.offset = offset,
                                         .length = LENGTH,
                                         .bytes_max = (uint32_t)harness_parameter("bytes_max", 65536),
                                         .is_written = is_written};

    return kipc_region_scatter(&shared_kernel, shared_pids[0], handle, &scatter, stretches, STRETCHES_MAX);
}

static uint32_t least(uint32_t first, uint32_t second)
{
    return first < second ? first : second;
}

/* Carries one list into the other by the device alone; each copy is the part that two stretches have in common. */
static unsigned carry(const struct kipc_stretch *to, int to_count, const struct kipc_stretch *from, int from_count)
{
    uint32_t to_done = 0;
    uint32_t from_done = 0;
    unsigned copies = 0;

    for (int t = 0, f = 0; t < to_count && f < from_count; copies++) {
        uint32_t length = least(to[t].bytes - to_done, from[f].bytes - from_done);
        REQUIRE_OK(mailbox_copy_and_wait(&agent_mailboxes[0], (void *)(to[t].physical + to_done),
                                         (const void *)(from[f].physical + from_done), length, NULL));
        to_done += length;
        from_done += length;
        if (to_done == to[t].bytes) {
            t++;
            to_done = 0;
        }
        if (from_done == from[f].bytes) {
            f++;
            from_done = 0;
        }
    }
    return copies;
}

static void expect_content(kipc_handle_t handle, size_t offset, size_t from, size_t length, const char *whose)
{
    for (size_t done = 0; done < length; done += PAGE) {
        size_t part = length - done < PAGE ? length - done : PAGE;
        REQUIRE_OK(kipc_region_read(&shared_kernel, shared_pids[0], handle, offset + done, buffer, part));
        REQUIRE(memcmp(buffer, (const uint8_t *)content + from + done, part) == 0, "%s differs behind byte %lu", whose,
                offset + done);
    }
}

/* The first page of a region: the device sees the CPU's bytes at its physical address and an offset. */
static void see_first_page(uintptr_t physical)
{
    REQUIRE_EQUAL(physical % PAGE, 0, "the place of the region in a page");
    harness_point("read by the device", physical + OFFSET);
    REQUIRE_OK(
        mailbox_copy_and_wait(&agent_mailboxes[0], buffer, (const void *)(physical + OFFSET), PAGE - OFFSET, NULL));
    REQUIRE(memcmp(buffer, (const uint8_t *)content + OFFSET, PAGE - OFFSET) == 0,
            "the device sees other bytes at 0x%lx", physical + OFFSET);
}

/* A device that writes into pages that are shared copy-on-write: the list is of the region's own pages. */
static void write_shared(kipc_handle_t source, kipc_handle_t target)
{
    kipc_handle_t kept = KIPC_NO_ID;

    REQUIRE_OK(kipc_region_share(&shared_kernel, shared_pids[0], target, &kept));
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], kept, NULL));
    int from = list(source, OFFSET, false, sources);
    int to = list(target, 0, true, destinations);
    REQUIRE(from > 0 && to > 0, "lists of %d and %d stretches", from, to);
    (void)carry(destinations, to, sources, from);
    expect_content(target, 0, OFFSET, LENGTH, "the region that the device wrote");
    REQUIRE_OK(kipc_region_read(&shared_kernel, shared_pids[0], kept, 0, buffer, PAGE));
    REQUIRE(pattern_is_filled(buffer, PAGE, 0), "the region that shared its pages was written, too");
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], kept));
}

void program_second_hart(void)
{
    shared_kernel_second_hart();
}

void program_main(void)
{
    uintptr_t physical = 0;

    shared_kernel_open(&ipc_object_port);
    scatter_free_pages();
    kipc_handle_t source = make_region(BYTES, KIPC_PAGE_WRITABLE);
    kipc_handle_t target = make_region(BYTES, KIPC_PAGE_WRITABLE);
    pattern_write(content, BYTES, harness_seed());
    REQUIRE(list(source, OFFSET, false, sources) == KIPC_E_STATE, "a list of what the process is not attached to");
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], source, &physical));
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], target, NULL));
    REQUIRE_OK(kipc_region_write(&shared_kernel, shared_pids[0], source, 0, content, BYTES));
    see_first_page(physical);

    int from = list(source, OFFSET, false, sources);
    int to = list(target, TARGET_OFFSET, true, destinations);
    REQUIRE(from > 1 && to > 1, "pages of %d and %d stretches", from, to);
    uint64_t copied = shared_kernel.copied_bytes;
    harness_phase_begin("device copies");
    unsigned copies = carry(destinations, to, sources, from);
    harness_phase_end("device copies");
    REQUIRE_EQUAL(shared_kernel.copied_bytes, copied, "bytes that the CPU copied");
    expect_content(target, TARGET_OFFSET, OFFSET, LENGTH, "the target");
    print("stretches %u and %u, copies %u, bytes %u\n", (unsigned)from, (unsigned)to, copies, LENGTH);
    REQUIRE_OK(kipc_handle_close(&shared_kernel, shared_pids[0], target));
    target = make_region(BYTES, KIPC_PAGE_WRITABLE);
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], target, NULL));
    write_shared(source, target);

    kipc_handle_t constant = make_region(BYTES, 0);
    REQUIRE_OK(kipc_region_attach(&shared_kernel, shared_pids[0], constant, NULL));
    REQUIRE(list(constant, 0, true, destinations) == KIPC_E_ACCES, "a device may write a region that is not writable");
    REQUIRE(list(constant, 0, false, sources) > 0, "a device may not read it");
    shared_kernel_close();
    verdict_pass();
}
