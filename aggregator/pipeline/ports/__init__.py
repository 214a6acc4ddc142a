"""What the use cases need of the outside, cut by use case. Parts implement these; nothing inherits from them.

What is promised here is tested in ``tests/contract``, on each part and on the fake that stands beside it in
``tests/fakes``.
"""

from aggregator.pipeline.ports.keeping import AudienceStore, CareStore, FullTextStore, PaceStore, ReadStore
from aggregator.pipeline.ports.matching import MatchStore
from aggregator.pipeline.ports.outside import ArticleReader, Clock, Fetcher, Mailer, Poster, Reader
from aggregator.pipeline.ports.stores import (
    AnnounceStore,
    CurateStore,
    EditStore,
    OutboxStore,
    PollStore,
    PushStore,
    Rehearsal,
    RehearseStore,
    Store,
)

__all__ = [
    "AnnounceStore",
    "ArticleReader",
    "AudienceStore",
    "CareStore",
    "Clock",
    "CurateStore",
    "EditStore",
    "Fetcher",
    "FullTextStore",
    "Mailer",
    "MatchStore",
    "OutboxStore",
    "PaceStore",
    "PollStore",
    "Poster",
    "PushStore",
    "ReadStore",
    "Reader",
    "Rehearsal",
    "RehearseStore",
    "Store",
]
