"""Needs of goods and of money, the sheets that lead to who gives them, and what is promised for a need."""
