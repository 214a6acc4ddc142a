"""Editors and machines in short random sequences, and in those that once went wrong; `make prove` plays long ones."""

from __future__ import annotations

from hypothesis import HealthCheck, example, given, settings, strategies as st

from tests.store.editors import STEPS, play

COPIED = (*[("arrive", 0, 0)] * 3, ("arrive", 0, 9), *[("arrive", 0, 0)] * 3)
SPOKEN = (("announce", 0, 0), *[("arrive", 0, 0)] * 3, ("merge", 0, 1), ("split", 0, 14), ("split", 0, 0))
BEGUN = (("arrive", 1, 2), ("arrive", 1, 1), ("arrive", 0, 0), ("announce", 0, 0))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, max_size=14))
# An item whose speaker's part has one already.
@example(steps=[*BEGUN, ("merge", 0, 8), ("split", 0, 0), ("split", 0, 1)])
# The same, before the founder's part was announced anew.
@example(steps=[*BEGUN, ("split", 0, 0), ("merge", 0, 8), ("merge", 0, 1), ("split", 0, 0), ("split", 0, 1)])
# An item of a merged story goes with the entry that speaks for it, not with the one that founded the story.
@example(steps=[("arrive", 34, 89), ("arrive", 0, 0), ("arrive", 0, 1), *SPOKEN])
@example(steps=[("arrive", 1, 1), ("arrive", 0, 0), ("arrive", 0, 57), *SPOKEN])
# A topic of entries, where another one than in the topic of stories speaks.
@example(steps=[("arrive", 0, 0), ("arrive", 0, 1), ("arrive", 0, 33), ("announce", 0, 0), ("split", 0, 2)])
@example(
    steps=[
        *[("arrive", 0, 0), ("arrive", 0, 49), ("arrive", 0, 33), ("arrive", 0, 0)],
        *[("split", 0, 18), ("announce", 0, 0), ("undo", 0, 0)],
    ]
)
# What has come to repeat an entry goes with it when that is a copy again.
@example(steps=[*COPIED, ("announce", 0, 0), ("split", 0, 59), ("arrive", 0, 0), ("undo", 0, 0)])
@example(steps=[*COPIED, ("split", 0, 59), ("announce", 0, 0), ("arrive", 0, 0), ("undo", 0, 0)])
# An item that was parted, joined and parted again goes back to the entry that it is of.
@example(
    steps=[
        *[("arrive", 0, 0)] * 3,
        *[("arrive", 0, 9), ("announce", 0, 0), ("split", 0, 3), ("undo", 0, 0), ("split", 0, 3)],
    ]
)
def test_whatever_editors_do_no_reader_sees_an_item_twice_or_misses_one(tmp_path_factory, steps):
    play(tmp_path_factory.mktemp("edited"), steps)
