# SPDX-License-Identifier: MIT
"""The IPC core beside other means of inter-process communication."""
