"""Pure ideas shared by every room: no I/O, no clock, nothing of ours imported."""
