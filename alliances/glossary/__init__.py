"""The words that the three worlds share: defined, linked where they are first used, contested and revised."""
