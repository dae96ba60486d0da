"""The founding report, navigable, and its 21 measures: where each stands, what shows it, who does what."""
