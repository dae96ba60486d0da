"""What several organisations do together. Today: the ideas that people bring; alliances come above them."""
