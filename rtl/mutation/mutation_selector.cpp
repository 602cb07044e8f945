// SPDX-License-Identifier: MIT
// Tells a design with mutants which of them it is: the environment variable BELFRY_MUTANT, without it none.
#include <cstdlib>

extern "C" unsigned int mutation_selected()
{
    const char *number = getenv("BELFRY_MUTANT");

    return number == nullptr ? 0 : static_cast<unsigned int>(strtoul(number, nullptr, 10));
}
