"""Accuracy of linkage on public data, beside plain Splink: one command, one table (RESULTS.md)."""
