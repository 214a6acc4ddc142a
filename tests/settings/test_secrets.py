"""Secrets are shown nowhere: not in problems, not in frames, not in names, not by ``check --show``."""

from __future__ import annotations

import pytest

from aggregator.errors import QueryError
from aggregator.settings import show_source
from tests.settings.configs import load, problems

SECRET = "hunter2"  # noqa: S105 - what the tests look for


@pytest.mark.parametrize(
    "text",
    [
        "sources: [{url: 'https://a.example/', auth: 'digest ${S}'}]\n",
        "sources: [{url: 'https://ann:${S}@a.example:99999/'}]\n",
        "sources: [{url: 'x ${S} x'}]\n",
        "sources: ['${S}']\n",
        "sources: ['${S}.example/feed']\n",
        "sources: [{url: 'https://a.example/', id: 'A ${S}'}]\n",
        "sources: [{url: 'https://a.example/', every: '${S}'}]\n",
        "sources: [{url: 'https://a.example/', content: '${S}'}]\n",
        "sources: [https://a.example]\ntopics: {t: {from: ['${S}']}}\n",
        "sources: [https://a.example]\ntopics: {t: {aliases: ['${S}', '${S}']}}\n",
        "include: ['${S}']\nservr: x\n",
        "server: {listen: '${S}'}\n",
        "network: {allow-private: ['http://${S}/']}\n",
        "sources: [{url: 'https://a.example/', auth: 'digest hunter2'}]\n",
        "sources: [{url: 'https://a.example/', auth: \"digest hunter2\", x: 1}]\n",
        "sources: [{url: 'https://a.example/', headers: {Authorization: hunter2, 'a b': c}}]\n",
        "sources: [{url: 'https://ann:hunter2@a.example:99999/'}]\n",
        "sources: [{url: 'https://a.example/?token=hunter2', x: 1}]\n",
        "server: {admin-token: hunter2, x: 1}\n",
        "sources: [{url: 'https://a.example/', auth: 'hunter2'}\n",
    ],
)
def test_no_problem_shows_a_secret(tmp_path, text):
    found = problems(tmp_path, text, environment={"S": SECRET})
    assert found
    assert all(SECRET not in str(problem) for problem in found)


def test_a_frame_shows_what_is_written_where_a_variable_stands(tmp_path):
    (problem,) = problems(
        tmp_path, "sources: [{url: 'https://a.example/', every: '${S}'}]\n", environment={"S": SECRET}
    )
    assert problem.frame == "sources: [{url: 'https://a.example/', every: '${S}'}]"


def test_a_query_that_quotes_a_secret_is_told_with_its_name(tmp_path):
    def refuse(text: str) -> None:
        raise QueryError(f"cannot read {text}", column=1)

    text = "sources: [https://a.example]\ntopics: {t: {match: 'x ${S}'}}\n"
    (problem,) = problems(tmp_path, text, environment={"S": SECRET}, check_query=refuse)
    assert problem.what == "cannot read x ${S}"


def test_an_id_is_never_made_of_a_secret(tmp_path):
    text = "sources: ['https://a.example/${S}/feed/news', 'https://${S}.example/x', '${U}/y']\n"
    settings = load(tmp_path, text, environment={"S": SECRET, "U": "https://u.example/hunter2"})
    assert [source.id for source in settings.sources] == ["a.example-news", "hunter2.example-x", "u.example-y"]


def test_a_merged_source_is_shown_without_its_secrets(tmp_path):
    text = """\
        sources:
          - id: a
            url: "https://ann:hunter2@a.example/${S}/f?token=hunter2"
            headers: {X-Anything: hunter2, Accept-Language: en}
        """
    lines = "\n".join(show_source(load(tmp_path, text, environment={"S": SECRET}), "a"))
    assert SECRET not in lines
    assert "https://a.example/${S}/f?token=***" in lines
    assert "X-Anything: ***, Accept-Language: en" in lines
