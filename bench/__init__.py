"""Benchmarks: `python -m bench`; bounded in time, only on 127.0.0.1, never a test's verdict."""
