"""The documents of an alliance: kept to its parties, or public once the brigade has read them. Every version stays."""
