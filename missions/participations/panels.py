"""What missions add to the pages of an organisation."""



def register() -> None:
    """Filled with the views."""
