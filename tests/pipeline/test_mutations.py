"""A sample of the damaged documents: whatever comes in is read or refused, and what goes out is sound."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.model.reading import Reading
from aggregator.pipeline.read import read_document
from tests.e2e.corpora import needs_corpora
from tests.mutations.judging import all_items, document_of, faults_of, read_rest
from tests.mutations.running import judge_examples, judge_numbers
from tests.mutations.seeds import all_seeds, mutant, own_seeds


def test_a_damaged_document_is_made_from_its_number_alone():
    made = [mutant(number, own_seeds()) for number in range(50)]
    assert made == [mutant(number, own_seeds()) for number in range(50)]
    assert len({one.body for one in made}) > 45
    assert sum(one.body != one.seed.body for one in made) > 40


def test_many_damaged_documents_are_read_all_the_same():
    outcomes = [read_document(document_of(mutant(number, own_seeds()).body)) for number in range(100)]
    assert sum(isinstance(outcome, Reading) and bool(outcome.entries) for outcome in outcomes) > 50


def test_of_most_documents_in_items_the_known_ones_are_left_out():
    documents = [document_of(mutant(number, own_seeds()).body) for number in range(300)]
    read = [(document, reading) for document in documents if isinstance(reading := read_document(document), Reading)]
    in_items = [(document, all_items(reading)) for document, reading in read if reading.items]
    rest = [found for document, known in in_items if (found := read_rest(document, known))]
    assert len(in_items) >= 20
    assert len(rest) >= 0.8 * len(in_items)
    assert not any(found.entries for found in rest)


@pytest.mark.parametrize("start", [0, 1_000_000])
def test_damaged_documents_of_our_own_do_no_harm(start):
    outcome = judge_numbers(range(start, start + 180), own_seeds())
    assert outcome.faults == []


def test_documents_that_nobody_published_do_no_harm():
    outcome = judge_examples(20261125, 120)
    assert outcome.faults == []
    assert outcome.count >= 100


@needs_corpora
@pytest.mark.corpora
def test_damaged_documents_of_others_do_no_harm():
    assert judge_numbers(range(2_000_000, 2_000_200), all_seeds()).faults == []


FEED = (
    "<rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'><channel><item><title>T</title>"
    "<link>https://a.example/1</link><guid>https://a.example/1</guid><dc:creator>Jo</dc:creator></item></channel></rss>"
)


OTHER = FEED.replace("http://purl.org/dc/elements/1.1/", "http://search.yahoo.com/mrss/")


def test_the_judge_sees_an_item_that_is_wrongly_taken_for_known():
    document = document_of(FEED.encode())
    reading = read_document(document)
    assert isinstance(reading, Reading)
    assert faults_of(document, reading) == []
    (entry,) = reading.entries
    wrong = replace(reading, entries=(replace(entry, fingerprint="of another text"),))
    assert "an entry differs" in "".join(faults_of(document, wrong))


def test_what_items_inherit_makes_them_others():
    one, other = (read_document(document_of(body.encode())) for body in (FEED, OTHER))
    assert isinstance(one, Reading)
    assert isinstance(other, Reading)
    assert (one.entries[0].authors, other.entries[0].authors) == (("Jo",), ())
    assert {digest for digest, _ in one.items}.isdisjoint(digest for digest, _ in other.items)
    assert faults_of(document_of(OTHER.encode()), one) == []


def test_words_about_the_schedule_are_clean():
    body = FEED.replace("<channel>", "<channel><sy:updatePeriod>\x01hourly " + "x" * 500 + "</sy:updatePeriod>")
    reading = read_document(document_of(body.encode()))
    assert isinstance(reading, Reading)
    assert reading.hints.update_period
    assert reading.hints.update_period.startswith("hourly x")
    assert len(reading.hints.update_period) <= 100
