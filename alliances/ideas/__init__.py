"""« Notre idée, notre commune »: somebody brings an idea, the brigade answers within ten days."""
