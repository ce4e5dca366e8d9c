"""One module a messenger. Each parses and sends, nothing else; only the composition root imports them."""
