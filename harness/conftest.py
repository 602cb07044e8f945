# SPDX-License-Identifier: MIT
"""Makes the harness's own fixtures known to its tests."""

pytest_plugins = ["harness.plugin"]
