"""The engine's version, stored beside every match."""

#: Changes whenever the same rows could give another gate, score, order or word.
VERSION = "1.2"
