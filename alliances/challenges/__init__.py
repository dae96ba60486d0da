"""Common problems: stated by somebody, supported by others, until three worlds make an alliance of it."""
