"""Bạn Số: conversation, services, channels and pages. Data lives in content/, persistence in storage/."""

VERSION = "0.1.0"
"""As in ``pyproject.toml``, which an image does not carry."""
