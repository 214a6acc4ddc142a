from __future__ import annotations

import pytest

from aggregator.model.discovery import How
from aggregator.parse import known_feeds, lookup_address, read_lookup

CHANNEL = "UC0123456789abcdefghijkl"
VIDEOS = "https://www.youtube.com/feeds/videos.xml"


@pytest.mark.parametrize(
    ("page", "feed"),
    [
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", f"{VIDEOS}?channel_id={CHANNEL}"),
        ("https://m.youtube.com/playlist?list=PL12_3", f"{VIDEOS}?playlist_id=PL12_3"),
        ("https://www.youtube.com/user/ann", f"{VIDEOS}?user=ann"),
        ("https://old.reddit.com/r/python/top/?t=week", "https://www.reddit.com/r/python/top/.rss?t=week"),
        ("https://www.reddit.com/u/ann", "https://www.reddit.com/user/ann/.rss"),
        ("https://github.com/ann/tool", "https://github.com/ann/tool/releases.atom"),
        ("https://github.com/ann/tool.git", "https://github.com/ann/tool/releases.atom"),
        ("https://github.com/ann/tool/commits/main", "https://github.com/ann/tool/commits/main.atom"),
        ("https://github.com/ann/tool/tags", "https://github.com/ann/tool/tags.atom"),
        ("https://github.com/ann", "https://github.com/ann.atom"),
        ("https://gitlab.com/group/sub/tool", "https://gitlab.com/group/sub/tool/-/releases.atom"),
        ("https://gitlab.gnome.org/a/b/-/commits/main", "https://gitlab.gnome.org/a/b/-/commits/main?format=atom"),
        ("https://codeberg.org/ann/tool", "https://codeberg.org/ann/tool/releases.rss"),
        ("https://bsky.app/profile/ann.example", "https://bsky.app/profile/ann.example/rss"),
        ("https://ann.substack.com/p/post", "https://ann.substack.com/feed"),
        ("https://medium.com/@ann/a-post-1", "https://medium.com/feed/@ann"),
        ("https://medium.com/tag/python", "https://medium.com/feed/tag/python"),
        ("https://ann.medium.com/", "https://ann.medium.com/feed"),
        ("https://ann.wordpress.com/2026/11/x/", "https://ann.wordpress.com/feed/"),
        ("https://ann.wordpress.com/category/cats/", "https://ann.wordpress.com/category/cats/feed/"),
        ("http://ann.blogspot.co.uk/2026/x.html", "http://ann.blogspot.co.uk/feeds/posts/default"),
        ("https://ann.blogspot.com/search/label/cats", "https://ann.blogspot.com/feeds/posts/default/-/cats"),
        ("https://ann.tumblr.com/tagged/cats", "https://ann.tumblr.com/tagged/cats/rss"),
        ("https://www.tumblr.com/ann/123/x", "https://ann.tumblr.com/rss"),
        ("https://www.tumblr.com/blog/ann", "https://ann.tumblr.com/rss"),
        ("https://social.example/@ann", "https://social.example/@ann.rss"),
        ("https://social.example/tags/cats", "https://social.example/tags/cats.rss"),
        ("https://news.ycombinator.com/", "https://news.ycombinator.com/rss"),
        ("https://lobste.rs/t/python", "https://lobste.rs/t/python.rss"),
        ("https://pypi.org/project/lxml/", "https://pypi.org/rss/project/lxml/releases.xml"),
        ("https://arxiv.org/list/cs.DC/recent", "https://rss.arxiv.org/rss/cs.DC"),
        ("https://vimeo.com/ann", "https://vimeo.com/ann/videos/rss"),
        ("https://stackoverflow.com/questions/tagged/lxml", "https://stackoverflow.com/feeds/tag/lxml"),
        ("https://letterboxd.com/ann/", "https://letterboxd.com/ann/rss/"),
    ],
)
def test_the_feed_of_a_big_hosts_page_is_told_from_its_address(page, feed):
    offers = known_feeds(page)
    assert offers[0].url == feed
    assert {offer.how for offer in offers} == {How.KNOWN}


@pytest.mark.parametrize(
    "page",
    [
        "https://site.example/",
        "https://www.youtube.com/@ann",
        "https://github.com/features",
        "https://www.tumblr.com/dashboard",
        "https://medium.com/",
        "https://github.com.evil.example/ann/tool",
        "https://x.com/@ann",
        "https://[broken/",
        "not an address",
        "https://www.reddit.com/r/python/.rss",
    ],
)
def test_other_pages_are_left_to_be_looked_at(page):
    assert known_feeds(page) == ()


def test_a_podcasts_page_is_looked_up_in_the_directory():
    url = lookup_address("https://podcasts.apple.com/us/podcast/a-show/id1200361736?i=1000")
    assert url == "https://itunes.apple.com/lookup?id=1200361736&entity=podcast"
    assert lookup_address("https://podcasts.apple.com/us/charts") is None
    assert lookup_address("https://[broken") is None
    assert read_lookup(b'{"results": [{"feedUrl": "https://a.example/f"}]}') == "https://a.example/f"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"results": 1}',
        b'{"results": [1]}',
        b'{"results": [{"feedUrl": "file:///etc/passwd"}]}',
        b"[" * 99999,
    ],
)
def test_an_answer_that_names_no_feed_is_none(body):
    assert read_lookup(body) is None
