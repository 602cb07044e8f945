/* SPDX-License-Identifier: MIT */
#include "page_copy.h"
#include "region.h"

int ki_region_check_access(const struct ki_call *call, size_t offset, size_t length, bool is_write)
{
    const struct kipc_region *region = call->object;
    size_t bytes = (size_t)region->page_count * call->kernel->memory->port->page_bytes;
    KIPC_GUARD(call->handle->held != 0, KIPC_E_STATE);
    KIPC_GUARD(!is_write || (region->flags & KIPC_PAGE_WRITABLE) != 0, KIPC_E_ACCES);
    KIPC_GUARD(offset <= bytes && length <= bytes - offset, KIPC_E_RANGE);
    return KIPC_OK;
}

static uint32_t rights_for(bool is_write)
{
    return is_write ? KIPC_RIGHT_MAP | KIPC_RIGHT_WRITE : KIPC_RIGHT_MAP;
}

/*
 * Into the critical section with a place of a region that may be accessed there and then: KIPC_OK inside, with the
 * place as the kernel sees it; or an error outside. All that was looked up is looked up again after a split.
 */
static int enter_at(struct ki_call *call, kipc_pid_t caller, kipc_handle_t handle, size_t offset, size_t length,
                    bool is_write, uint8_t **place)
{
    struct kipc_kernel *kernel = call->kernel;
    for (;;) {
        int result = ki_region_enter(call, kernel, caller, handle, rights_for(is_write));
        KIPC_GUARD(result == KIPC_OK, result);
        result = ki_region_check_access(call, offset, length, is_write);
        if (result != KIPC_OK || length == 0) {
            return result == KIPC_OK ? KIPC_OK : ki_leave(kernel, result);
        }
        const struct kipc_memory *memory = kernel->memory;
        uint32_t index = (uint32_t)(offset / memory->port->page_bytes);
        const struct kipc_page *page = ki_frame(memory, call->object, index);
        if (!is_write || page->references == 1) {
            *place = (uint8_t *)ki_window(memory, page) + offset % memory->port->page_bytes;
            return KIPC_OK;
        }
        result = ki_leave(kernel, (ki_region_split(kernel, call->object, index)));
        KIPC_GUARD(result == KIPC_OK, result);
    }
}

/* Bytes from an offset that one section may copy: to the end of the page, of a step, or of all. */
static size_t piece_at(const struct kipc_memory *memory, size_t offset, size_t length)
{
    size_t rest = memory->port->page_bytes - offset % memory->port->page_bytes;
    size_t piece = length < KIPC_CFG_REGION_STEP ? length : KIPC_CFG_REGION_STEP;
    return piece < rest ? piece : rest;
}

int kipc_region_read(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, size_t offset, void *buffer,
                     size_t length)
{
    KIPC_GUARD(buffer != NULL || length == 0, KIPC_E_INVAL);
    struct ki_call call = {.kernel = kernel};
    uint8_t nothing; /* with no bytes the buffer may be null, and that takes no offset, not even 0 */
    uint8_t *to = buffer != NULL ? buffer : &nothing;
    size_t done = 0;
    do {
        uint8_t *place = NULL;
        int result = enter_at(&call, caller, handle, offset + done, length - done, false, &place);
        KIPC_GUARD(result == KIPC_OK, result);
        size_t piece = piece_at(kernel->memory, offset + done, length - done);
        ki_prefetch_piece(place, piece, length);
        ki_copy_piece(to + done, place, piece);
        kernel->copied_bytes += piece;
        done += piece;
        ki_unlock(kernel);
    } while (done < length);
    return KIPC_OK;
}

int kipc_region_write(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, size_t offset,
                      const void *data, size_t length)
{
    KIPC_GUARD(data != NULL || length == 0, KIPC_E_INVAL);
    struct ki_call call = {.kernel = kernel};
    const uint8_t nothing = 0;
    const uint8_t *from = data != NULL ? data : &nothing;
    size_t done = 0;
    do {
        uint8_t *place = NULL;
        int result = enter_at(&call, caller, handle, offset + done, length - done, true, &place);
        KIPC_GUARD(result == KIPC_OK, result);
        size_t piece = piece_at(kernel->memory, offset + done, length - done);
        ki_prefetch_piece(from + done, piece, length);
        ki_copy_piece(place, from + done, piece);
        kernel->copied_bytes += piece;
        done += piece;
        ki_unlock(kernel);
    } while (done < length);
    return KIPC_OK;
}

/*
 * The critical section keeps the page in its place meanwhile; the operation is atomic all the same, since processes may
 * use the cell through mappings at the same time.
 */
static int operate(uint32_t *cell, enum kipc_atomic operation, uint32_t operand, uint32_t expected, uint32_t *old)
{
    switch (operation) {
    case KIPC_ATOMIC_LOAD:
        *old = __atomic_load_n(cell, __ATOMIC_SEQ_CST);
        return KIPC_OK;
    case KIPC_ATOMIC_STORE:
        *old = __atomic_exchange_n(cell, operand, __ATOMIC_SEQ_CST);
        return KIPC_OK;
    case KIPC_ATOMIC_ADD:
        *old = __atomic_fetch_add(cell, operand, __ATOMIC_SEQ_CST);
        return KIPC_OK;
    default:
        *old = expected;
        return __atomic_compare_exchange_n(cell, old, operand, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
                   ? KIPC_OK
                   : KIPC_E_WOULDBLOCK;
    }
}

int kipc_region_atomic(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle, size_t offset,
                       enum kipc_atomic operation, uint32_t operand, uint32_t expected, uint32_t *old)
{
    KIPC_GUARD((unsigned int)operation <= KIPC_ATOMIC_COMPARE_EXCHANGE, KIPC_E_INVAL);
    KIPC_GUARD(offset % sizeof(uint32_t) == 0, KIPC_E_INVAL);
    struct ki_call call = {.kernel = kernel};
    uint8_t *place = NULL;
    uint32_t before;
    int result = enter_at(&call, caller, handle, offset, sizeof(uint32_t), operation != KIPC_ATOMIC_LOAD, &place);
    KIPC_GUARD(result == KIPC_OK, result);
    result = operate((void *)place, operation, operand, expected, &before);
    if (old != NULL) {
        *old = before;
    }
    return ki_leave(kernel, result);
}
