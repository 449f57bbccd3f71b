# SPDX-License-Identifier: Apache-2.0
"""The lab: PyTorch references of the networks that `facemirror model import` builds. See docs/lab.md."""
