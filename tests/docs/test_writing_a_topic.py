"""The walk through that is printed in the documentation is what really happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.cli.main import main
from tests.docs.transcripts import perform, shown, steps

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "writing-a-topic.md"


def test_the_session_prints_what_the_page_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    folder = tmp_path / "river"
    (tmp_path / "aggregator").symlink_to(ROOT)
    monkeypatch.delenv("AGGREGATOR_CONFIG", raising=False)
    (folder / "topics").mkdir(parents=True)
    monkeypatch.chdir(folder)

    def aggregator(arguments: list[str]) -> str:
        with pytest.raises(SystemExit):
            main(arguments)
        printed = capsys.readouterr()
        return printed.err + printed.out

    done = 0
    for step in steps(PAGE.read_text(encoding="utf-8")):
        if step.command.startswith("mkdir"):
            continue  # the folder that the rest of the session is in
        assert perform(step, folder, tmp_path, aggregator) == shown(step.text if step.command else "", folder), step
        done += bool(step.command)
    assert done > 10
