"""Exports of feed readers and pipes as JSON and YAML: Miniflux, the Google Reader interface, rss-funnel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aggregator.errors import FormatError
from aggregator.model.outline import FeedList, Lost, Outline
from aggregator.text.characters import one_line

Json = Mapping[str, object]

# Settings of Miniflux that do something with a feed and have no twin here, beside their harmless values.
_MINIFLUX_LOST = (
    *("scraper_rules", "rewrite_rules", "urlrewrite_rules", "blocklist_rules", "keeplist_rules"),
    *("block_filter_entry_rules", "keep_filter_entry_rules", "user_agent", "cookie", "proxy_url", "username"),
    *("disabled", "ignore_http_cache", "allow_self_signed_certificates", "fetch_via_proxy", "hide_globally"),
)
_MERGES = frozenset({"merge"})


def read_json_list(loaded: object) -> FeedList:
    """Read an export: Miniflux' feeds, the subscriptions of the Google Reader interface, or topics with addresses.

    Raises:
        FormatError: It is JSON of another kind.
    """
    if isinstance(loaded, dict) and isinstance(loaded.get("feeds"), list):
        loaded = loaded["feeds"]
    if isinstance(loaded, list) and all(isinstance(each, str) for each in loaded):
        return FeedList(format="list of addresses", outlines=tuple(Outline(url=one_line(each)) for each in loaded))
    if isinstance(loaded, list):
        feeds = [each for each in loaded if isinstance(each, dict)]
        if any("feed_url" in each for each in feeds):
            return FeedList(
                format="Miniflux", outlines=tuple(_of_miniflux(each) for each in feeds if _text(each, "feed_url"))
            )
    if isinstance(loaded, dict) and isinstance(loaded.get("subscriptions"), list):
        found = tuple(_of_reader(each) for each in loaded["subscriptions"] if isinstance(each, dict))
        return FeedList(format="Google Reader subscriptions", outlines=tuple(each for each in found if each.url))
    if isinstance(loaded, dict):
        topics = tuple(_of_topics(loaded))
        if topics:
            return FeedList(format="topics with feeds", outlines=topics)
    raise FormatError("this is JSON, but no list of feeds that is known here")


def _of_miniflux(feed: Json) -> Outline:
    category = feed.get("category")
    group = _text(category, "title") if isinstance(category, dict) else ""
    return Outline(
        url=_text(feed, "feed_url"),
        title=_text(feed, "title") or None,
        site_url=_text(feed, "site_url") or None,
        groups=(group,) if group else (),
        full_text=feed.get("crawler") is True,
        lost=tuple(f"{key}" for key in _MINIFLUX_LOST if feed.get(key)),
    )


def _of_reader(feed: Json) -> Outline:
    categories = feed.get("categories")
    listed = categories if isinstance(categories, list) else []
    labels = [_text(each, "label") for each in listed if isinstance(each, dict)]
    groups = tuple(filter(None, labels))
    identifier = _text(feed, "id").removeprefix("feed/")
    return Outline(
        url=_text(feed, "url") or (identifier if "://" in identifier else ""),
        title=_text(feed, "title") or None,
        site_url=_text(feed, "htmlUrl") or None,
        groups=groups[:1],
        tags=groups[1:],
    )


def _of_topics(loaded: Json) -> Iterator[Outline]:
    for name, value in loaded.items():
        feeds = value.get("feeds") if isinstance(value, dict) else value
        for each in feeds if isinstance(feeds, list) else ():
            url = each if isinstance(each, str) else _text(each, "url") if isinstance(each, dict) else ""
            if "://" in url:
                yield Outline(url=one_line(url), groups=(one_line(str(name)),))


def read_funnel(loaded: object) -> FeedList:
    """Read the endpoints of rss-funnel: each is a group of its source and of what it merges in.

    Raises:
        FormatError: This is no such configuration.
    """
    endpoints = loaded.get("endpoints") if isinstance(loaded, dict) else None
    if not isinstance(endpoints, list):
        raise FormatError("this is YAML, but no configuration of rss-funnel")
    outlines: list[Outline] = []
    lost: list[Lost] = []
    for endpoint in endpoints:
        if isinstance(endpoint, dict):
            _read_endpoint(endpoint, outlines, lost)
    return FeedList(format="rss-funnel", outlines=tuple(outlines), lost=tuple(lost))


def _read_endpoint(endpoint: Json, outlines: list[Outline], lost: list[Lost]) -> None:
    path = _text(endpoint, "path") or "/"
    group = path.strip("/").rpartition(".")[0] or path.strip("/") or "funnel"
    steps = list(_steps(endpoint.get("filters")))
    merged = [url for name, value in steps if name in _MERGES for url in _addresses(value)]
    sources = list(_addresses(endpoint.get("source")))
    names = tuple(dict.fromkeys(name for name, _ in steps if name not in _MERGES | {"full_text"}))
    full_text = any(name == "full_text" for name, _ in steps)
    note = one_line(_text(endpoint, "note")) or None
    for url in dict.fromkeys((*sources, *merged)):
        if "://" in url:
            own = url in sources
            outlines.append(
                Outline(
                    url=url,
                    title=note if own else None,
                    groups=(group,),
                    full_text=full_text,
                    lost=tuple(f"filter {name}" for name in names),
                )
            )
        else:
            lost.append(Lost(what=f"{path}: {url}", why="another endpoint, no feed on the web"))
    if not sources and not merged:
        lost.append(Lost(what=path, why="an endpoint without a fixed source"))


def _steps(filters: object) -> Iterator[tuple[str, object]]:
    for step in filters if isinstance(filters, list) else ():
        if isinstance(step, dict):
            yield from ((str(name), value) for name, value in step.items())
        elif isinstance(step, str):
            yield step, None


def _addresses(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield one_line(value)
    elif isinstance(value, list):
        for each in value:
            yield from _addresses(each)
    elif isinstance(value, dict):
        yield from _addresses(value.get("source") or value.get("url"))


def _text(owner: object, key: str) -> str:
    value = owner.get(key) if isinstance(owner, dict) else None
    return one_line(value) if isinstance(value, str) else ""
