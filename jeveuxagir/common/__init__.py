"""The floor of the house: small shared mechanisms, no model, nothing of ours imported."""
