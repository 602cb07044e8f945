/* SPDX-License-Identifier: MIT */
/*
 * Single pages with a count of references, for the kernel's own use: regions (kipc/region.h) are what processes get.
 * The count changes inside of the critical section only, so any number of threads may do so at once.
 *
 *     result = kipc_page_alloc(kernel, KIPC_PAGE_WRITABLE, KIPC_NODE_ANY, &page);
 *     result = kipc_page_get(kernel, page);
 *     result = kipc_page_put(kernel, page); // 0: somebody uses it still
 *     result = kipc_page_put(kernel, page); // 1: free
 *
 * When: for pages that no process owns. What processes share are regions (kipc/region.h).
 * Memory: a page of the port's and its record, until the last reference is put.
 * Concurrency: any number of callers at once.
 * Cost: constant; a fresh page is cleared outside of the critical section.
 */
#ifndef KIPC_PAGE_H
#define KIPC_PAGE_H

#include <kipc/memory.h>

/*
 * Takes a page, all zero, with one reference.
 * flags: of enum kipc_page_flag; they are kept for who maps it. node: whose memory, KIPC_NODE_ANY or KIPC_NODE_LOCAL.
 * If that node has none left, any other one gives it (kipc_memory_counts tells how often).
 * page: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, unknown flag, or writable and executable); KIPC_E_STATE (kernel or shared memory
 * not set up); KIPC_E_NOMEM (no page, or no record, left).
 * Does not block; thread; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_page_alloc(struct kipc_kernel *kernel, uint32_t flags, uint32_t node, struct kipc_page **page);

/*
 * Adds a reference; each needs a kipc_page_put of its own.
 * page: any pointer; it is checked.
 * Returns KIPC_OK; KIPC_E_INVAL (not a page of this kernel); KIPC_E_STATE (kernel or shared memory not set up, or the
 * page is free); KIPC_E_OVERFLOW (UINT32_MAX references).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_page_get(struct kipc_kernel *kernel, struct kipc_page *page);

/*
 * Takes a reference away; the last one gives the page back to the port.
 * page: any pointer; it is checked.
 * Returns 1 if the page is free now, 0 if others use it still; KIPC_E_INVAL (not a page of this kernel); KIPC_E_STATE
 * (kernel or shared memory not set up, or the page is free: counted in bad_puts).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_page_put(struct kipc_kernel *kernel, struct kipc_page *page);

/* What is known about a page. */
struct kipc_page_info {
    uintptr_t physical;
    uint32_t references;
    uint32_t flags;
    uint32_t node; /* KIPC_NODE_ANY: none was asked for, or it had none left */
};

/*
 * Tells what is known about a page.
 * page: any pointer; it is checked. info: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, not a page of this kernel); KIPC_E_STATE (kernel or shared memory not set up, or
 * the page is free).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_page_info(struct kipc_kernel *kernel, const struct kipc_page *page, struct kipc_page_info *info);

#endif
