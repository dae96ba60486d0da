"""Clients of other platforms and registries, one file each. All of them go through `http.py`."""
