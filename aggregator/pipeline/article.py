"""Article: a page to clean markup. Pure; it runs in a worker process, for what comes in may be hostile."""

from __future__ import annotations

from aggregator.errors import FormatError
from aggregator.model.article import Article, ArticlePage
from aggregator.model.fetching import Failure
from aggregator.model.reading import Unreadable
from aggregator.normalize import clean_markup
from aggregator.parse import extract_article
from aggregator.text.visible import summary_of, visible_text

_SUMMARY_CHARS = 300


def read_article(page: ArticlePage) -> Article | Unreadable:
    """Find the article of a page and clean it like any content, or say why there is none."""
    content_type = dict(page.headers).get("content-type", "")
    try:
        markup = extract_article(page.body, url=page.url, content_type=content_type)
    except FormatError as error:
        return Unreadable(Failure.BAD_BODY, str(error))
    clean = clean_markup(markup, page.url)
    text = visible_text(clean)
    return Article(content_html=clean, text=text, summary=summary_of(text, _SUMMARY_CHARS))
