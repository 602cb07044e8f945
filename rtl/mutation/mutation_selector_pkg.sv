// SPDX-License-Identifier: MIT
// The number of the mutant that the design is in this run; 0: none, the design is as it was written. Read once, before
// anything else is evaluated, so that a mutant is a property of the whole run.

package mutation_selector_pkg;

  import "DPI-C" function int unsigned mutation_selected();

  int unsigned selected = mutation_selected();

endpackage
