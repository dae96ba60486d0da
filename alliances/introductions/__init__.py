"""Introductions: two worlds that ignore each other are presented, once both accepted."""
