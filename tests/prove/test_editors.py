"""Editors and machines at work on one store, in long random sequences, seen by subscribers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, seed, settings, strategies as st

from tests.store.editors import STEPS, play


@pytest.mark.prove
@seed(20261125)
@settings(max_examples=300, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=8, max_size=30))
def test_no_sequence_of_arrivals_merges_splits_and_undoings_repeats_or_loses_an_item(tmp_path_factory, steps):
    play(tmp_path_factory.mktemp("edited"), steps)
