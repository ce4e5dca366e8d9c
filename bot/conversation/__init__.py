"""How a conversation runs: turn, router, engine, sender, jobs. Knows channels only by their protocol."""
