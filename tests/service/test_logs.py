from __future__ import annotations

import io
import json
import logging

import pytest

from aggregator.service.logs import set_up


@pytest.fixture
def records():
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("aggregator").setLevel(logging.NOTSET)


def test_a_feed_cannot_forge_a_line(records):
    set_up(stream=records, environment={})
    logging.getLogger("aggregator.x").warning("title %s", "a\nERROR: forged \x1b[31m")
    assert records.getvalue().count("\n") == 1
    assert "\\n" in records.getvalue()


def test_json_lines_carry_the_fields_of_the_record(records):
    set_up(stream=records, form="json", environment={})
    logging.getLogger("aggregator.x").info("poll", extra={"source": "lwn", "new": 3})
    line = json.loads(records.getvalue())
    assert (line["message"], line["source"], line["new"]) == ("poll", "lwn", 3)


def test_the_journal_gets_priorities_and_no_times(records):
    set_up(stream=records, environment={"JOURNAL_STREAM": "8:1"})
    logging.getLogger("aggregator.x").warning("careful")
    assert records.getvalue() == "<4>careful\n"


def test_other_libraries_are_quiet_and_quiet_is_quieter(records):
    set_up(stream=records, verbosity=-1, environment={})
    logging.getLogger("httpx").info("GET https://u:p@a.example/")
    logging.getLogger("aggregator.x").info("round")
    assert not records.getvalue()
