# SPDX-License-Identifier: MIT
"""Tools of the IPC core: the state of its requirements."""
