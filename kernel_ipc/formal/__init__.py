# SPDX-License-Identifier: MIT
"""Models of protocols of the IPC core, and their checks."""
