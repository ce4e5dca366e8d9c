"""Persistence: tables, queries by noun, mailbox. The only room that knows SQL."""
