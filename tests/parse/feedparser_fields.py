"""What is kept of the fields that feedparser's own suite asks for, why the rest is not, and what differs."""

from __future__ import annotations

from collections.abc import Mapping

_TYPE = "a text is kept as what it is, plain or markup; its type has done its work then"
_BASE = "addresses are kept absolute; what they were relative to has done its work then"
_MAIL = "mail addresses of authors are not republished; the name is kept"
_LINKS = "links are kept by what they are for: page, enclosures, comments, licence; of a feed its page, self and hub"
_SOURCE = "of the source of a shared entry the title and the address are kept"
_RAW = "kept as what it means, not as it is written"
_CHANNEL = "of no use to an aggregator of entries"
_PEOPLE = "authors of entries are kept; those of an Atom feed are handed down to its entries"
_GEO = "points are kept; lines and areas are not"
_TAG = "categories are kept by their names"

NOT_KEPT_OF_ENTRIES: Mapping[str, str] = {
    "abcdefg": "elements that nobody knows are not kept",
    "author_detail.email": _MAIL,
    "author_detail.url": "pages of authors are not kept",
    "authors.email": _MAIL,
    "content.base": _BASE,
    "content.type": _TYPE,
    "contributors.email": _MAIL,
    "created": "a date of creation stands in where nothing was published; it is not kept beside",
    "created_parsed": "a date of creation stands in where nothing was published; it is not kept beside",
    "expired_parsed": "entries do not expire by themselves",
    "guidislink": "a guid that is an address becomes the link; that it was one is not kept",
    "itunes_block": "a wish of the publisher to one directory",
    "itunes_duration": "kept in seconds, of the enclosure",
    "links": _LINKS,
    "madeup_element": "elements that nobody knows are not kept",
    "media_license.content": "the name of a licence; its address is kept",
    "media_license.type": _TYPE,
    "media_rating": "a rating of the publisher for itself",
    "media_restriction": "players and places are not ours to restrict",
    "psc_chapters": "chapters are kept as the document that podcast:chapters names",
    "publisher": _CHANNEL,
    "publisher_detail": _CHANNEL,
    "rights_detail.type": _TYPE,
    "source.author": _SOURCE,
    "source.author_detail": _SOURCE,
    "source.authors": _SOURCE,
    "source.contributors": _SOURCE,
    "source.generator": _SOURCE,
    "source.generator_detail": _SOURCE,
    "source.id": _SOURCE,
    "source.links": _SOURCE,
    "source.logo": _SOURCE,
    "source.rights": _SOURCE,
    "source.rights_detail": _SOURCE,
    "source.subtitle": _SOURCE,
    "source.subtitle_detail": _SOURCE,
    "source.tags": _SOURCE,
    "source.title_detail.type": _TYPE,
    "source.updated_parsed": _SOURCE,
    "subtitle": "a second title of podcasts",
    "summary_detail.base": _BASE,
    "summary_detail.type": _TYPE,
    "tags.label": _TAG,
    "tags.scheme": _TAG,
    "title_detail.base": _BASE,
    "title_detail.language": "an entry has one language: that of its text",
    "title_detail.type": _TYPE,
    "where.coordinates": _GEO,
    "where.type": _GEO,
    "wfw_comment": "an address for programs that write comments",
    "wfw_commentrss": "a feed of comments to an entry",
}
NOT_KEPT_OF_FEEDS: Mapping[str, str] = {
    **dict.fromkeys(("author", "author_detail", "authors", "contributors", "publisher", "publisher_detail"), _PEOPLE),
    **dict.fromkeys(
        (
            *("category", "cloud", "created", "docs", "generator", "generator_detail", "info", "info_detail"),
            *("itunes_block", "itunes_explicit", "published", "tags", "textinput", "updated_parsed"),
            *("validity_end", "validity_end_parsed", "validity_start", "validity_start_parsed"),
        ),
        _CHANNEL,
    ),
    "copyright_detail.base": _BASE,
    "copyright_detail.language": "a feed has one language",
    "copyright_detail.type": _TYPE,
    "image.title": "of the picture of a feed the address is kept",
    "image.height": "of the picture of a feed the address is kept",
    "image.width": "of the picture of a feed the address is kept",
    "image.link": "of the picture of a feed the address is kept",
    "links": _LINKS,
    "newlocation": "that a feed has moved is believed of its server alone",
    "rights_detail.type": _TYPE,
    "subtitle_detail.type": _TYPE,
    "tagline_detail.base": _BASE,
    "tagline_detail.language": "a feed has one language",
    "tagline_detail.type": _TYPE,
    "title_detail.base": _BASE,
    "title_detail.language": "a feed has one language",
    "title_detail.type": _TYPE,
}
NOT_KEPT: Mapping[str, str] = {
    "encoding": "whatever it was, all text is Unicode once it is read; that it was read well is seen in the texts",
    "locals": "answers are judged where they are fetched, and not kept",
    "bozo_exception": "why a document is not well-formed is kept as a sentence",
}


_BROWSER = "text is what a browser shows of it: neither scripts, comments nor what stands within a frame"
BETTER: Mapping[str, str] = {
    "encoding/bozo_linenoise.xml": "control characters are taken out",
    "wellformed/base/http_entry_id_base_content_location.xml": "a guid stays as it is written, wherever the feed lives",
    "wellformed/base/http_entry_id_base_docuri.xml": "a guid stays as it is written, wherever the feed lives",
    "wellformed/itunes/itunes_item_explicit_true.xml": "true means yes",
    "wellformed/rss/item_description_not_a_doctype.xml": _BROWSER,
    "wellformed/sanitize/entry_content_iframe.xml": _BROWSER,
    "wellformed/sanitize/entry_summary_iframe.xml": _BROWSER,
    "wellformed/sanitize/entry_title_crazy.xml": _BROWSER,
    "wellformed/sanitize/feed_copyright_crazy.xml": _BROWSER,
    "wellformed/sanitize/feed_subtitle_crazy.xml": _BROWSER,
    "wellformed/sanitize/feed_subtitle_iframe.xml": _BROWSER,
    "wellformed/sanitize/feed_tagline_crazy.xml": _BROWSER,
    "wellformed/sanitize/feed_title_crazy.xml": _BROWSER,
    "wellformed/sanitize/item_content_encoded_script_nested_cdata.xml": _BROWSER,
    "wellformed/sanitize/item_description_crazy.xml": _BROWSER,
    "wellformed/sanitize/xml_declaration_unexpected_character.xml": _BROWSER,
}
"""Where a repair of ours gives another value than feedparser expects, and which."""

_CDF = "the channel definition format died in 1999; a channel without items is not recognised"
_MATH = "formulas in MathML are dropped; no page of ours may hold them"
WORSE: Mapping[str, str] = {
    "wellformed/atom10/entry_content_base64_2.xml": "what calls itself bytes is not shown as text",
    "wellformed/cdf/channel_abstract_map_description.xml": _CDF,
    "wellformed/cdf/channel_lastmod.xml": _CDF,
    "wellformed/cdf/channel_title.xml": _CDF,
    "wellformed/lang/entry_content_xml_lang_blank.xml": "a text without language has that of the feed",
    "wellformed/namespace/atommathml.xml": _MATH,
    "wellformed/namespace/rss2.0mathml.xml": _MATH,
    "wellformed/rss/item_description_and_summary.xml": "the longest text is the content",
}
"""What does not hold, and why."""
