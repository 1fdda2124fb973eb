from desk.freshness.queries import PAGE, refreshed, statements, table

TEXT = """# Title

## One?

Why.

```sql
select 1
 from x
```

| old | answer |

## Two?

```sql
select 2
```
"""


def test_each_heading_has_its_statement() -> None:
    assert statements(TEXT) == {"One?": "select 1\n from x", "Two?": "select 2"}


def test_an_old_answer_gives_way_and_the_rest_stays() -> None:
    told = refreshed(TEXT, lambda statement: (["n"], [[statement.split()[1]]]))
    assert "old" not in told
    assert "```\n\n| n |\n| --- |\n| 1 |\n\n## Two?" in told
    assert told.endswith("```\n\n| n |\n| --- |\n| 2 |\n")
    assert refreshed(told, lambda statement: (["n"], [[statement.split()[1]]])) == told


def test_cells_are_plain_text() -> None:
    assert table(["a", "b"], [[None, ["x", "y"]], ["p|q", "two\nlines"]]).splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "|  | x, y |",
        "| p\\|q | two lines |",
    ]


def test_the_page_asks_ten_questions() -> None:
    assert len(statements(PAGE.read_text(encoding="utf-8"))) == 10
