/* SPDX-License-Identifier: MIT */
#include "programs/support/refused.h"
#include "programs/support/verdict.h"
#include "soc/hart.h"

void refused_is_noted(struct mailbox *mailbox, const char *what, uintptr_t address, bool write, uint8_t code)
{
    struct mailbox_refusal refusal = {0};

    REQUIRE(mailbox_take_refusal(mailbox, &refusal) == MAILBOX_OK, "%s was not noted", what);
    REQUIRE(refusal.write == write && refusal.code == code && refusal.offset == address - mailbox->frame &&
                refusal.requester == hart_id(),
            "%s was noted as a %s of 0x%x by %u with code %u", what, refusal.write ? "write" : "read", refusal.offset,
            refusal.requester, refusal.code);
    REQUIRE(mailbox_take_refusal(mailbox, &refusal) == MAILBOX_E_EMPTY, "%s was noted twice", what);
}

void refused_write(struct mailbox *mailbox, const char *what, uintptr_t address, uint32_t value, uint8_t code)
{
    harness_expect_errors(1);
    mmio_write32(address, value);
    refused_is_noted(mailbox, what, address, true, code);
}

void refused_read(struct mailbox *mailbox, const char *what, uintptr_t address, uint8_t code)
{
    harness_expect_errors(1);
    uint32_t value = mmio_read32(address);
    REQUIRE(value == 0, "%s gave 0x%x", what, value);
    refused_is_noted(mailbox, what, address, false, code);
}
