/* SPDX-License-Identifier: MIT */
/* What rewritten sources ask: whether a change is in force. Two threads may both note that they came by. */
#ifndef KIPC_MUTATION_SELECTOR_H
#define KIPC_MUTATION_SELECTOR_H

extern unsigned int kipc_mutant;
extern unsigned char kipc_reached[];

static inline int planted(unsigned int number)
{
    kipc_reached[number] = 1;
    return kipc_mutant == number;
}

#endif
