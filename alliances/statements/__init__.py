"""« Ce qu’on vit ici »: what somebody lives through in their commune, in their words, read before it is public."""
