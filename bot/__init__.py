"""Bạn Số: conversation, services, channels and pages. Data lives in content/, persistence in storage/."""
