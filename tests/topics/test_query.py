"""A query reads as it is documented; what cannot be read is refused at its column, with a hint."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from aggregator.errors import QueryError
from aggregator.topics.query import MAX_CHARACTERS, MAX_DEPTH, Query, parse_query
from aggregator.topics.tree import And, Node, Not, Or, Phrase, Prefix, Value, Word, leaves


def shown(node: Node) -> str:
    """Write a tree without ambiguity."""
    if isinstance(node, And | Or):
        return f"({f' {type(node).__name__.upper()} '.join(map(shown, node.children))})"
    if isinstance(node, Not):
        return f"NOT {shown(node.child)}"
    field = f"{node.field}:" if node.field else ""
    if isinstance(node, Phrase):
        body = "[" + " ".join(f"{offset}{token}" for offset, token in node.placed) + "]"
    elif isinstance(node, Value):
        body = f"={node.value}"
    else:
        body = node.token if isinstance(node, Word) else node.start
    return field + body + ("*" if isinstance(node, Prefix) or getattr(node, "open_ended", False) else "")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("iraq", "iraq"),
        ("iraq oman", "(iraq AND oman)"),
        ("iraq AND oman", "(iraq AND oman)"),
        ("a b OR c d", "((a AND b) OR (c AND d))"),
        ("a (b OR c) d", "(a AND (b OR c) AND d)"),
        ("a OR b OR c", "(a OR b OR c)"),
        ("a NOT b", "(a AND NOT b)"),
        ("a AND NOT b", "(a AND NOT b)"),
        ("a OR NOT b", "(a OR NOT b)"),
        ("a -b", "(a AND NOT b)"),
        ('a -"b c" -(d OR e) -title:f', "(a AND NOT [0b 1c] AND NOT (d OR e) AND NOT title:f)"),
        ("NOT (NOT a)", "NOT NOT a"),
        ("-b a", "(NOT b AND a)"),
        ("((a))", "a"),
        ("a(b)c", "(a AND b AND c)"),
        ('a"b c"d', "(a AND [0b 1c] AND d)"),
        ("  a\n\tOR\n b ", "(a OR b)"),
        ('"al kadhimi"', "[0al 1kadhimi]"),
        ("\u201cprime minister\u201d \u201ea b\u201c", "([0prime 1minister] AND [0a 1b])"),
        ('"one"', "one"),
        ('"AND" "or" and', "(and AND or AND and)"),
        ("iraq* Irá*", "(iraq* AND ira*)"),
        ('"prime min*" foo-ba*', "([0prime 1min]* AND [0foo 1ba]*)"),
        ('"M*A*S*H"', "[0m 1a 2s 3h]"),
        ("C++ .NET C# foo-bar AT&T", "(c++ AND .net AND c# AND [0foo 1bar] AND [0at 1t])"),
        ("iraq's caf\u00e9, ÉCOLE!", "(iraq AND cafe AND ecole)"),
        ("12:30 E=mc2 -1", "([012 130] AND [0e 1mc2] AND NOT 1)"),
        ("東京都 猫* 東京* 猫", "([0東京 1京都] AND 猫 AND 東京 AND 猫)"),
        ("title:drone TITLE:Drone", "(title:drone AND title:drone)"),
        ('author:"jane doe" text:ab*', "(author:[0jane 1doe] AND text:ab*)"),
        ("title:(a OR b) c", "((title:a OR title:b) AND c)"),
        ("title:(a -b (c OR d*)) e", "((title:a AND NOT title:b AND (title:c OR title:d*)) AND e)"),
        ("title:AND", "title:and"),
        ("category:Sport tag:(x OR y)", "(category:=sport AND (tag:=x OR tag:=y))"),
        ('category:"World  News" source:bbc-* group:News', "(category:=world news AND source:=bbc-* AND group:=news)"),
        ("lang:en_GB domain:Example.org", "(lang:=en-gb AND domain:=example.org)"),
        ("url:https://example.org/a-b/?c=d", "url:=https://example.org/a-b/?c=d"),
        ('-url:"/a (b)/" x', "(NOT url:=/a (b)/ AND x)"),
    ],
)
def test_a_query_means_what_it_says(query: str, expected: str):
    assert shown(parse_query(query).root) == expected


@pytest.mark.parametrize(
    ("query", "column", "what", "hint"),
    [
        ("", 1, "the query is empty", "leave it out to take everything"),
        (" \n ", 1, "the query is empty", "leave it out to take everything"),
        ('a "b c', 3, "this quotation mark is never closed", "add a second one"),
        ("a \u201cb", 3, "this quotation mark is never closed", "add a second one"),
        ('"a b" title:"c', 13, "this quotation mark is never closed", "add a second one"),
        ("(a OR b", 1, "this parenthesis is never closed", "add the second one"),
        ("a (b (c)", 3, "this parenthesis is never closed", "add the second one"),
        ("(", 1, "this parenthesis is never closed", "add the second one"),
        ("title:(a", 7, "this parenthesis is never closed", "add the second one"),
        ("a b) c", 4, "this parenthesis was never opened", "remove it"),
        (")", 1, "this parenthesis was never opened", "remove it"),
        ("a () b", 3, "empty parentheses", "remove them, or put words between"),
        ("title:()", 7, "empty parentheses", "remove them, or put words between"),
        ("a OR", 3, "OR with nothing after it", 'add a word, or write "OR" in quotes to look for it'),
        ("a AND OR b", 3, "AND with nothing after it", 'add a word, or write "AND" in quotes to look for it'),
        ("(a OR ) b", 4, "OR with nothing after it", 'add a word, or write "OR" in quotes to look for it'),
        ("a NOT", 3, "NOT with nothing after it", 'add a word, or write "NOT" in quotes to look for it'),
        ("OR a", 1, "OR with nothing before it", 'add a word, or write "OR" in quotes to look for it'),
        ("a (AND b)", 4, "AND with nothing before it", 'add a word, or write "AND" in quotes to look for it'),
        ("a NOT -b", 7, "denied twice", "leave both out, or use parentheses"),
        ("a --b", 4, "denied twice", "leave both out, or use parentheses"),
        ("a - b", 3, "'-' with nothing behind it", "write -word without a space, or leave it out"),
        ("a -", 3, "'-' with nothing behind it", "write -word without a space, or leave it out"),
        ("a (b -)", 6, "'-' with nothing behind it", "write -word without a space, or leave it out"),
        ("a \u2013b", 3, "'\u2013' is a dash, not a minus sign", "write -word or NOT word"),
        ("title:-b", 7, "a minus sign inside of a field", "write it in front: -title:word"),
        ("a titel:b", 3, "unknown field 'titel'", "did you mean title:?"),
        ("catgory:b", 1, "unknown field 'catgory'", "did you mean category:?"),
        ("body:b", 1, "unknown field 'body'", "did you mean text:?"),
        ("std::vector", 1, "unknown field 'std'", "put it in quotes to look for it as text"),
        ("https://a.example/", 1, "unknown field 'https'", 'put an address in quotes and name the field: url:"…"'),
        ("a title: b", 3, "nothing after 'title:'", "write title:word, without a space"),
        ("(a title:)", 4, "nothing after 'title:'", "write title:word, without a space"),
        ("title:(text:a)", 8, "'text:' inside of 'title:( )'", "close the parentheses first"),
        ("a & b", 3, "'&' has no letter or digit to look for", "write AND"),
        ("a || b", 3, "'||' has no letter or digit to look for", "write OR"),
        ("🚀", 1, "'🚀' has no letter or digit to look for", "leave it out"),
        ('a ""', 3, "'' has no letter or digit to look for", "leave it out"),
        ('tag:""', 5, "nothing to compare tag with", 'write tag:"a value"'),
        (
            "domain:https://a.example",
            8,
            "a domain has no '/'",
            "write domain:example.org, or url: for part of an address",
        ),
        ("*", 1, "'*' stands at the end of a word or phrase only", "leave match out to take everything"),
        ("a b*c", 4, "'*' stands at the end of a word or phrase only", "write pre* for every word that starts so"),
        ('"a* b"', 3, "'*' stands at the end of a word or phrase only", "write pre* for every word that starts so"),
        (
            "-a",
            1,
            "the query only excludes",
            "say what to take first, such as group:news or a word, then what to leave out",
        ),
        (
            "  NOT (a OR b)",
            3,
            "the query only excludes",
            "say what to take first, such as group:news or a word, then what to leave out",
        ),
        ("x<3", 1, "'x' cannot be compared", "put it in quotes to look for it as text"),
        ("outlet>=3", 1, "'outlet' cannot be compared", "did you mean outlets?"),
    ],
)
def test_an_unreadable_query_is_refused_at_its_column(query: str, column: int, what: str, hint: str):
    with pytest.raises(QueryError) as refusal:
        parse_query(query)
    assert (refusal.value.column, refusal.value.what, refusal.value.hint) == (column, what, hint)


@pytest.mark.parametrize(
    ("query", "column"),
    [
        ('x "a b"~5', 8),
        ("x title:/re/i", 9),
        ("/r/", 1),
        ("x~2", 2),
        ("x outlets>=3", 3),
        ("Words > 100", 1),
        ("weight=2", 1),
        ("x (age<2d)", 4),
        ("story-age<1h", 1),
        ("x has:enclosure", 3),
        ("x after:7d", 3),
    ],
)
def test_what_the_language_will_have_later_is_named_as_such(query: str, column: int):
    with pytest.raises(QueryError) as refusal:
        parse_query(query)
    assert (refusal.value.column, refusal.value.hint) == (column, "not available in this version yet")


def test_operators_in_small_letters_are_words_and_warned_about():
    query = parse_query('a or b "and" (not c)')
    assert shown(query.root) == "(a AND or AND b AND and AND (not AND c))"
    assert [(warning.column, warning.what) for warning in query.warnings] == [
        (3, "'or' is taken as a word"),
        (15, "'not' is taken as a word"),
    ]
    assert query.warnings[0].hint == 'write OR for the operator, or "or" in quotes for the word'


def test_every_node_knows_its_source():
    query = parse_query('(iraq* OR "al kadhimi") NOT category:sport -title:(x y)')
    assert isinstance(query.root, And)
    assert [query.source(child) for child in query.root.children] == [
        'iraq* OR "al kadhimi"',
        "NOT category:sport",
        "-title:(x y)",
    ]
    assert [(query.source(leaf), leaf.column, wanted) for leaf, wanted in leaves(query.root)] == [
        ("iraq*", 2, True),
        ('"al kadhimi"', 11, True),
        ("category:sport", 29, False),
        ("x", 52, False),
        ("y", 54, False),
    ]


def test_a_query_of_the_longest_length_is_read_and_a_longer_one_refused():
    assert parse_query("ab " * (MAX_CHARACTERS // 3))
    with pytest.raises(QueryError) as refusal:
        parse_query("a" * 100_000)
    assert refusal.value.column == MAX_CHARACTERS + 1


def test_the_deepest_nesting_is_read_and_deeper_nesting_refused():
    assert parse_query("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH)
    with pytest.raises(QueryError) as refusal:
        parse_query("(" * 9_000 + "a" + ")" * 9_000)
    assert (refusal.value.column, refusal.value.what) == (MAX_DEPTH + 1, "parentheses deeper than 100")


def test_parentheses_beside_each_other_are_not_deep():
    assert parse_query(" ".join(["(a OR b)"] * 500))


_MARKS = '( ) " \u201c \u201d - * ~ / : title: lang: url: x: has: outlets >= < AND OR NOT and'
_PIECES = st.sampled_from(
    [*_MARKS.split(), " ", "\n", "a", "b1", "C++", ".NET", "東京", "\u0301", "é", "&", "\ufdfa", "\0", "_"]
)


def read(text: str) -> Query | QueryError:
    try:
        return parse_query(text)
    except QueryError as refusal:
        return refusal


@given(st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=25).map("".join), st.lists(_PIECES).map(" ".join)))
@example("title:\u201e")
@example("outlets")
def test_any_text_is_read_or_refused_within_its_columns(text: str):
    found = read(text)
    if isinstance(found, QueryError):
        assert 1 <= found.column <= len(text) + 1
        assert found.what
        assert found.hint
    else:
        for leaf, _ in leaves(found.root):
            assert 1 <= leaf.column < leaf.end <= len(text) + 1
            assert found.source(leaf) == found.source(leaf).strip()
