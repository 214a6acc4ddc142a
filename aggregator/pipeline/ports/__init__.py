"""What the use cases need of the outside, cut by use case. Parts implement these; nothing inherits from them.

What is promised here is tested in ``tests/contract``, on each part and on the fake that stands beside it in
``tests/fakes``.
"""

from aggregator.pipeline.ports.keeping import (
    AudienceStore,
    CareStore,
    EventStore,
    FullTextStore,
    PaceStore,
    ReadStore,
    TasteStore,
)
from aggregator.pipeline.ports.matching import MatchStore
from aggregator.pipeline.ports.outside import ArticleReader, Clock, Fetcher, Mailer, Poster, Reader
from aggregator.pipeline.ports.publishing import AccessStore, ArchiveStore
from aggregator.pipeline.ports.searching import SearchStore
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
from aggregator.pipeline.ports.weighing import WeighStore

__all__ = [
    "AccessStore",
    "AnnounceStore",
    "ArchiveStore",
    "ArticleReader",
    "AudienceStore",
    "CareStore",
    "Clock",
    "CurateStore",
    "EditStore",
    "EventStore",
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
    "SearchStore",
    "Store",
    "TasteStore",
    "WeighStore",
]
