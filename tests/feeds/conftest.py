from pathlib import Path

import pytest


@pytest.fixture
def xml(tmp_path: Path) -> Path:
    """Where a test writes its feed."""
    return tmp_path / "flux.xml"
