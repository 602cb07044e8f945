/* SPDX-License-Identifier: MIT */
/*
 * Capabilities as data: sixteen bytes that stand for a handle outside of the kernel. A process asks for one of a handle
 * that it holds, and passes it on by any way that carries bytes: shared memory, a file, a name service. Whoever has the
 * bytes may redeem them for a handle of its own, as often as it likes. Take a message instead (kipc/channel.h) where
 * both sides share a channel: what travels there need not be kept secret.
 *
 *     struct kipc_capability ticket;
 *     kipc_capability_make(kernel, owner, handle, KIPC_RIGHT_SEND, &ticket);
 *     // sixteen bytes later, in another process
 *     kipc_capability_redeem(kernel, caller, &ticket, &mine);
 *
 * The token cannot be forged: it is SipHash-2-4, under a key of 128 bits that the kernel alone knows, of the handle,
 * the rights and how often the handle was revoked. A guess is right once in 2^64, whatever else the guesser knows, and
 * tokens are compared in a time that does not depend on them. The kernel keeps nothing for a capability and never
 * prints one: no log, trace, audit or report has the token, or a part of it.
 *
 * A redeemed handle hangs below the one that the capability was made from. So revoking that one (kipc_handle_revoke)
 * closes all that were redeemed, and no capability made from it before is good any more; nor is one whose handle was
 * closed. Fewer rights of the handle are fewer of its capabilities. Without a key all of this is refused:
 * KIPC_E_NOTSUP.
 *
 * When: to pass a right on where no channel leads: through a file, through shared memory, past a process that may carry
 * it and not use it. Else send the handle in a message, or give the object a name (kipc/handle.h).
 * Memory: none of the kernel's. The sixteen bytes are whoever's has them, and must be kept as a password is.
 * Concurrency: any number of callers at once; the key is given once, before.
 * Cost: constant; one SipHash of two words to make one, and one to redeem it.
 */
#ifndef KIPC_CAPABILITY_H
#define KIPC_CAPABILITY_H

#include <kipc/handle.h>

#define KIPC_CAPABILITY_KEY_BYTES 16u

/* What is passed on. Only the token is secret; changing the others makes it void. */
struct kipc_capability {
    uint64_t token;       /* secret: who knows it may redeem it */
    kipc_handle_t source; /* the handle that it was made from, which only that one's process may use */
    uint32_t rights;      /* of the handles that it is redeemed for */
};
_Static_assert(sizeof(struct kipc_capability) == 16, "the same bytes on every machine of one endianness");

/*
 * Gives a kernel the key of its capabilities, once, after its set-up.
 * key: KIPC_CAPABILITY_KEY_BYTES bytes that nobody can guess, of a random number generator; copied, and wiped when the
 * kernel ends.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, or all bytes are zero: the generator gave nothing); KIPC_E_STATE (the kernel is
 * not set up); KIPC_E_ALREADY (it has a key: nothing changes).
 * Does not block; thread; one caller.
 */
KIPC_MUSTUSE int kipc_kernel_set_capability_key(struct kipc_kernel *kernel, const uint8_t *key);

/*
 * Makes a capability of a handle. Needs KIPC_RIGHT_GRANT, since anybody may redeem it.
 * rights: what it gives, a subset of the handle's. capability: receives it.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL, unknown right); KIPC_E_NOTSUP (the kernel has no key); KIPC_E_STATE;
 * KIPC_E_SRCH; KIPC_E_BADF; KIPC_E_CLOSED; KIPC_E_ACCES (no KIPC_RIGHT_GRANT, or a right that the handle has not);
 * KIPC_E_NOSPC (the handle was revoked 65,535 times, which would make old capabilities good again: make them of a
 * duplicate).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_capability_make(struct kipc_kernel *kernel, kipc_pid_t caller, kipc_handle_t handle,
                                      uint32_t rights, struct kipc_capability *capability);

/*
 * Redeems a capability for a handle with its rights.
 * capability: read once, so it may lie in memory that others write. handle: receives the handle.
 * Returns KIPC_OK; KIPC_E_INVAL (NULL); KIPC_E_NOTSUP (the kernel has no key); KIPC_E_BADCAP (it was never made so, or
 * the handle that it was made from is closed or was revoked); KIPC_E_ACCES (that handle has lost one of the rights, or
 * KIPC_RIGHT_GRANT); KIPC_E_CLOSED; KIPC_E_STATE; KIPC_E_SRCH; KIPC_E_QUOTA (the caller's handles); KIPC_E_NOSPC (no
 * handle left).
 * Does not block; thread or interrupt handler; any number of callers at once.
 */
KIPC_MUSTUSE int kipc_capability_redeem(struct kipc_kernel *kernel, kipc_pid_t caller,
                                        const struct kipc_capability *capability, kipc_handle_t *handle);

#endif
