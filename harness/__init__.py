# SPDX-License-Identifier: MIT
"""The harness of Belfry: starts co-simulations, reads back what they recorded, and judges it."""
