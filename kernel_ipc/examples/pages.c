/* SPDX-License-Identifier: MIT */
/* Single pages of the kernel's own: taken, shared by a count of references, given back by the last one. */
#include "example.h"
#include <kipc/page.h>

static struct example example;

int main(void)
{
    struct kipc_page *page;
    struct kipc_page_info info;
    example_set_up_memory(&example);
    struct kipc_kernel *kernel = &example.kernel;

    REQUIRE(kipc_page_alloc(kernel, KIPC_PAGE_WRITABLE, KIPC_NODE_ANY, &page) == KIPC_OK);
    REQUIRE(kipc_page_get(kernel, page) == KIPC_OK);
    REQUIRE(kipc_page_info(kernel, page, &info) == KIPC_OK);
    example_print("%u references", info.references);

    int first = kipc_page_put(kernel, page);
    int last = kipc_page_put(kernel, page);
    example_print("freed by the first put: %d, by the last: %d", first, last);
    int again = kipc_page_put(kernel, page);
    int both = kipc_page_alloc(kernel, KIPC_PAGE_WRITABLE | KIPC_PAGE_EXECUTABLE, KIPC_NODE_ANY, &page);
    example_print("once too often: %s, writable and executable: %s", kipc_error_name(again), kipc_error_name(both));
    example_tear_down(&example);
    return 0;
}

/* Prints:
 *   2 references
 *   freed by the first put: 0, by the last: 1
 *   once too often: STATE, writable and executable: INVAL
 */
