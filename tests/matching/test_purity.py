"""The engine stands alone: a row in, a ranking out."""

import ast
from pathlib import Path

import jeveuxagir.matching

PACKAGE = Path(jeveuxagir.matching.__file__).parent
ALLOWED = ("jeveuxagir.matching", "jeveuxagir.common.text")


def _imports(source: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names.add(node.module or "")
    return names


def test_the_engine_imports_neither_django_nor_the_house():
    for source in PACKAGE.rglob("*.py"):
        for name in _imports(source):
            assert not name.startswith(("django", "celery")), source
            assert not name.startswith("jeveuxagir") or name.startswith(ALLOWED), source


def test_no_floating_point_number_enters_a_result():
    for source in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), source
            assert not isinstance(node, ast.Div), source
