# SPDX-License-Identifier: MIT
"""`python -m harness`."""

import sys

from harness.cli import end_on_termination, main

if __name__ == "__main__":
    end_on_termination()
    sys.exit(main(sys.argv[1:]))
