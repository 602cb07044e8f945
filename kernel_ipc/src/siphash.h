/* SPDX-License-Identifier: MIT */
/*
 * SipHash-2-4 (Aumasson and Bernstein, 2012): a keyed hash of 64 bits. Additions, rotations and exclusive ors only, so
 * its time depends on the number of bytes and on nothing that is in them.
 */
#ifndef KIPC_SIPHASH_H
#define KIPC_SIPHASH_H

#include "internal.h"

/* Two words; a key of 16 bytes is read as both in little-endian order. */
struct ki_siphash_key {
    uint64_t words[2];
};

static inline uint64_t ki_rotated(uint64_t word, unsigned int bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void ki_siphash_round(uint64_t state[4])
{
    state[0] += state[1];
    state[2] += state[3];
    state[1] = ki_rotated(state[1], 13) ^ state[0];
    state[3] = ki_rotated(state[3], 16) ^ state[2];
    state[0] = ki_rotated(state[0], 32);
    state[2] += state[1];
    state[0] += state[3];
    state[1] = ki_rotated(state[1], 17) ^ state[2];
    state[3] = ki_rotated(state[3], 21) ^ state[0];
    state[2] = ki_rotated(state[2], 32);
}

static inline void ki_siphash_word(uint64_t state[4], uint64_t word)
{
    state[3] ^= word;
    ki_siphash_round(state);
    ki_siphash_round(state);
    state[0] ^= word;
}

/* Up to eight bytes as a word, in little-endian order. */
static inline uint64_t ki_word_of_bytes(const uint8_t *bytes, size_t count)
{
    uint64_t word = 0;
    for (size_t i = 0; i < count; i++) {
        word |= (uint64_t)bytes[i] << (8 * i);
    }
    return word;
}

static inline uint64_t ki_siphash(const struct ki_siphash_key *key, const void *data, size_t bytes)
{
    /* The text "somepseudorandomlygeneratedbytes" tells the four words of the state apart. */
    uint64_t state[4] = {key->words[0] ^ UINT64_C(0x736f6d6570736575), key->words[1] ^ UINT64_C(0x646f72616e646f6d),
                         key->words[0] ^ UINT64_C(0x6c7967656e657261), key->words[1] ^ UINT64_C(0x7465646279746573)};
    const uint8_t *from = data;
    for (size_t left = bytes; left >= 8; left -= 8) {
        ki_siphash_word(state, ki_word_of_bytes(from, 8));
        from += 8;
    }
    ki_siphash_word(state, (uint64_t)bytes << 8 * 7 | ki_word_of_bytes(from, bytes % 8));
    state[2] ^= 0xFF;
    for (unsigned int i = 0; i < 4; i++) {
        ki_siphash_round(state);
    }
    return state[0] ^ state[1] ^ state[2] ^ state[3];
}

#endif
