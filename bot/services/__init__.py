"""Domain rules, one module a noun. Plain functions of the unit of work that they are given."""
