"""A query reads as it is documented; what cannot be read is refused at its column, with a hint."""

from __future__ import annotations

import pytest
from hypothesis import example, given, strategies as st

from aggregator.errors import QueryError
from aggregator.topics.printing import printed
from aggregator.topics.query import MAX_CHARACTERS, MAX_DEPTH, Query, parse_query
from aggregator.topics.tree import (
    After,
    And,
    Has,
    Like,
    Measure,
    Near,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Regex,
    Value,
    Word,
    leaves,
)
from aggregator.topics.wording import in_words


def shown(node: Node) -> str:
    """Write a tree without ambiguity."""
    if isinstance(node, And | Or):
        return f"({f' {type(node).__name__.upper()} '.join(map(shown, node.children))})"
    if isinstance(node, Not):
        return f"NOT {shown(node.child)}"
    if isinstance(node, Measure):
        return f"{node.name}{node.sign}{node.bound:g}"
    if isinstance(node, Has | After):
        return f"has {node.part}" if isinstance(node, Has) else f"since {node.since}"
    if isinstance(node, Like):
        return f"like {node.name}"
    field = f"{node.field}:" if node.field else ""
    if isinstance(node, Phrase):
        body = "[" + " ".join(f"{offset}{token}" for offset, token in node.placed) + "]"
    elif isinstance(node, Near):
        body = "|".join(" ".join(token for _, token in run) for run in node.runs) + f"~{node.distance}"
    elif isinstance(node, Regex):
        body = f"/{node.pattern}/{'i' if node.any_case else ''}"
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
        ('"drone attack"~4', "drone|attack~4"),
        ('title:"Al-Kadhimi drone strik*"~12', "title:al kadhimi|drone|strik~12*"),
        ('"a b a"~0 c', "(b|a~0 AND c)"),
        ("/re/ title:/Re/i", "(/re/ AND title:/Re/i)"),
        (r"url:/a\/b[/]c/ x", r"(url:/a\/b[/]c/ AND x)"),
        ("-/^a b (c|d)$/ x", "(NOT /^a b (c|d)$/ AND x)"),
        ("title:(/a/ OR b)", "(title:/a/ OR title:b)"),
        ("outlets>=3 items<2 words > 100", "(outlets>=3 AND items<2 AND words>100)"),
        ("Weight=1.5 -age<2d", "(weight=1.5 AND NOT age<172800)"),
        ("story-age<=90m OR age>1w", "(story-age<=5400 OR age>604800)"),
        ("has:enclosure HAS:(image OR audio)", "(has enclosure AND (has image OR has audio))"),
        ('like:floods LIKE:(a-1 OR "B")', "(like floods AND (like a-1 OR like b))"),
        ("after:7d -after:2026-11-01", "(since 7 days, 0:00:00 AND NOT since 2026-11-01)"),
        ("E=mc2 a=b 2>1", "([0e 1mc2] AND [0a 1b] AND [02 11])"),
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
    ("query", "column", "what", "hint"),
    [
        ('x "a b"~', 8, "'~' without a number", 'write how far apart: "a b"~5'),
        ('x "a b"~501', 9, "further apart than 500 words", "leave the quotes out to look for both words anywhere"),
        ('"a b"~9999999999', 7, "further apart than 500 words", "leave the quotes out to look for both words anywhere"),
        ('x "a"~5', 3, "one word is near nothing", 'write two different words in the quotes: "a b"~5'),
        ('x "a A"~5', 3, "one word is near nothing", 'write two different words in the quotes: "a b"~5'),
        ("x y~2", 4, "'~2' behind a word", 'words near each other stand in quotes: "two words"~5'),
        ('tag:"a b"~2', 10, "tag is compared as a whole", "leave the '~' out"),
        ("x outlets=>3", 10, "'=>' is no comparison", "write outlets>="),
        ("x outlets>= ", 3, "nothing after 'outlets>='", "write outlets>=3"),
        ("x (items<)", 4, "nothing after 'items<'", "write items<3"),
        ("x outlets>=2.5", 12, "'2.5' is no whole number", "write outlets>=3"),
        ("outlets>=many", 10, "'many' is no whole number", "write outlets>=3"),
        ("weight>=1,5", 9, "'1,5' is no number", "write weight>=3"),
        ("age<2", 5, "'2' needs a unit", "write age<2d; units are s, m, h, d and w"),
        ("x age < 2y", 9, "'2y' is no time", "write age<2d; units are s, m, h, d and w"),
        ("story-age=2d", 10, "no age stays equal", "write story-age<2d or story-age>2d"),
        ("age:2d", 1, "unknown field 'age'", "compare it: age<…, age>=…"),
        ("before:2d", 1, "unknown field 'before'", "write -after:2026-11-01"),
        ("entries>3", 1, "'entries' cannot be compared", "did you mean items?"),
        ("title:(a outlets>=3)", 10, "'outlets' inside of 'title:( )'", "close the parentheses first"),
        ("x like:Floods*", 8, "'Floods*' is no name of a topic", "write like:NAME, of a topic that names examples"),
        ('like:"two words"', 6, "'two words' is no name of a topic", "write like:NAME"),
        ("like:/a/", 6, "'a' is no name of a topic", "write like:NAME"),
        ("title:(like:x)", 8, "'like:' inside of 'title:( )'", "close the parentheses first"),
        ("similar:x", 1, "unknown field 'similar'", "did you mean like:?"),
        ("has:enclosur", 5, "no entry has 'enclosur'", "did you mean enclosure?"),
        ("after:friday", 7, "'friday' is no time", "write after:7d or after:2026-11-01; units are"),
        (
            "after:2026-02-30",
            7,
            "'2026-02-30' is no time",
            "write after:7d or after:2026-11-01",
        ),
        ("x /a", 3, "this regular expression is never closed", "add a second '/'"),
        ("x //", 3, "an empty regular expression", "leave it out"),
        ("x /a/x", 6, "no flag 'x'", "only i, for small and large letters alike"),
        ("/usr/bin", 6, "no flag 'bin'", 'put a path in quotes: "/usr/bin"'),
        ("x title:/a(b/", 11, "a parenthesis is never closed", "add the second one"),
        (r"/a\(b))/", 6, "a parenthesis was never opened", "remove it"),
        ("/ab(?=c)/", 4, "RE2 looks neither ahead nor behind", "say it with AND, NOT"),
        ("/(?<!a)b/", 2, "RE2 looks neither ahead nor behind", "say it with AND, NOT"),
        (r"/(a)\1/", 5, "RE2 cannot look back at \\1", "write what it should repeat"),
        ("/a{1001}/", 3, "'{1001}' repeats too often", "1,000 times at most"),
        ("/x((a{1,100}){1,100}){1,100}/", 6, "repeats too often", "1,000 times at most"),
        ("/a**/", 3, "'**' repeats what repeats", "leave one out"),
        ("/*a/", 2, "nothing before '*'", r"write \* for the character"),
        ("/[z-a]/", 3, "'z-a' runs backwards", "write the smaller one first"),
        (r"/a\q/", 3, r"'\q' is nothing that RE2 knows", "leave the backslash out"),
        ("title:/sponsored|/", 17, "finds something in any text", "is a '|' left over?"),
        ("/a||b/", 4, "finds something in any text", "is a '|' left over?"),
        ("/a*/", 2, "finds something in any text", "say at least one character"),
        (f"/{'a' * 1001}/", 1002, "longer than 1,000 characters", "cut it in two with OR"),
    ],
)
def test_what_cannot_be_compared_or_found_is_refused_at_its_column(query: str, column: int, what: str, hint: str):
    with pytest.raises(QueryError) as refusal:
        parse_query(query)
    assert refusal.value.column == column
    assert what in refusal.value.what
    assert hint in refusal.value.hint


def test_what_looks_like_a_flag_of_a_regular_expression_is_warned_about():
    (warning,) = parse_query("x title:/a(i?)b/").warnings
    assert (warning.column, warning.what) == (11, "'(i?)' is a group, not a flag")
    assert "(?i)" in warning.hint
    assert not parse_query("title:/(?i)ab/").warnings


@pytest.mark.parametrize(
    ("query", "column"), [("a outlets>=3", 3), ("a -(b OR story-age<1d)", 10), ("age<2d words>3", None)]
)
def test_a_query_knows_where_it_asks_for_the_story(query: str, column: int | None):
    assert parse_query(query).story_column == column


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


_MARKS = (
    '( ) " ~3 /a /a|b/i age< 2d outlets>= has:image after:3d \u201c \u201d - * ~ / : title: lang: url: x: has: '
    "outlets >= < AND OR NOT and"
)
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
@example("\uff02\uff0a")
@example('tag:"a\uff0a"')
@example("tag:\uff02x")
@example('"a-b c*"~2')
@example('"東京都 C# x"')
@example("AND:b")
@example("0\u17b4 x")
def test_any_text_is_read_or_refused_within_its_columns(text: str):
    found = read(text)
    if isinstance(found, QueryError):
        assert 1 <= found.column <= len(text) + 1
        assert found.what
        assert found.hint
    else:
        assert in_words(found)
        again = printed(found.root)
        assert parse_query(again).root == found.root
        assert printed(parse_query(again).root) == again
        for leaf, _ in leaves(found.root):
            assert 1 <= leaf.column < leaf.end <= len(text) + 1
            assert found.source(leaf) == found.source(leaf).strip()
