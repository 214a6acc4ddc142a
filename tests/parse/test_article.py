from __future__ import annotations

import gzip
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest

from aggregator.errors import FormatError
from aggregator.model.article import Article, ArticlePage
from aggregator.parse import ALLOWS_ALL, ALLOWS_NOTHING, extract_article, read_robots
from aggregator.pipeline.article import read_article

pytest.importorskip("trafilatura")

CORPUS = Path(os.environ.get("AGGREGATOR_CORPORA", "/nonexistent")) / "html" / "article-extraction"

needs_corpora = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="AGGREGATOR_CORPORA names no folder of corpora; extraction is not measured"
)


def words(text: str) -> Counter[tuple[str, ...]]:
    found = re.findall(r"\w+", text.lower())
    return Counter(tuple(found[at : at + 4]) for at in range(max(1, len(found) - 3)))


@pytest.mark.parametrize("page", [b"", b"\x00\xff", b"<html></html>", b"<p>" * 3_000, b"plain words"])
def test_a_page_without_an_article_is_refused_in_a_sentence(page):
    with pytest.raises(FormatError):
        extract_article(page, url="https://a.example/")


def test_the_encoding_of_the_answer_is_believed():
    page = f"<html><article><p>{'Blåbær på øya. ' * 30}</p></article></html>".encode("iso-8859-1")
    article = read_article(
        ArticlePage(url="https://a.example/", headers=(("content-type", "text/html; charset=iso-8859-1"),), body=page)
    )
    assert isinstance(article, Article)
    assert article.text.startswith("Blåbær på øya.")
    assert extract_article(page, url="https://a.example/", content_type="text/html; charset=nonsense")


def test_robots_are_read_as_the_standard_has_it():
    rules = read_robots(b"User-agent: *\nDisallow: /*.pdf$\n\nUser-agent: aggregator\nAllow: /a/b\nDisallow: /a\n")
    assert [rules.allows(f"https://a.example{path}") for path in ("/", "/a/b/c", "/a/c", "/x.pdf")] == [
        True,
        True,
        False,
        True,
    ]
    assert read_robots(b"\xff\xfe nonsense\n" * 10).allows("https://a.example/")
    assert ALLOWS_ALL.allows("https://a.example/")
    assert not ALLOWS_NOTHING.allows("https://a.example/")


@needs_corpora
def test_articles_of_real_pages_are_found_whole_and_without_their_frame():
    truth = json.loads((CORPUS / "ground-truth.json").read_text(encoding="utf-8"))
    scores = []
    for name, wanted in truth.items():
        body = gzip.decompress((CORPUS / f"{name}.html.gz").read_bytes())
        article = read_article(ArticlePage(url="https://a.example/", headers=(), body=body))
        found = words(article.text if isinstance(article, Article) else "")
        meant = words(wanted["articleBody"])
        common = (found & meant).total()
        scores.append((common / found.total(), common / meant.total()))
    precision = sum(score[0] for score in scores) / len(scores)
    recall = sum(score[1] for score in scores) / len(scores)
    assert len(scores) == 60
    assert precision >= 0.90
    assert recall >= 0.95
