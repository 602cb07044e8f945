# SPDX-License-Identifier: MIT
"""Planted faults in the IPC core, and which of them its tests find."""
