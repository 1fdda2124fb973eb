import sqlalchemy as sa

from desk.freshness.schema import page
from store import catalog, comments
from store.catalog import Catalog, Column, Relation
from store.engine import create_engine


def found(database: str) -> Catalog:
    engine = create_engine(database)
    try:
        return catalog.read(engine)
    finally:
        engine.dispose()


def test_every_column_of_every_view_says_what_it_means(database: str) -> None:
    views = found(database).views
    assert [view.name for view in views if not view.comment] == []
    bare = [f"{v.name}.{c.name}" for v in views for c in v.columns if not c.comment]
    assert bare == []


def test_no_comment_is_of_a_column_that_is_not_there(database: str) -> None:
    there = {(view.name, column.name) for view in found(database).views for column in view.columns}
    assert {(v, c) for v, columns in comments.COLUMNS.items() for c in columns} == there


def test_the_catalog_is_the_databases_own(database: str) -> None:
    engine = create_engine(database)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE wire_data.new (a int PRIMARY KEY, b text)"))
    engine.dispose()
    (table,) = [table for table in found(database).tables if table.name == "new"]
    assert [(c.name, c.type, c.nullable) for c in table.columns] == [
        ("a", "integer", False),
        ("b", "text", True),
    ]


def test_the_page_shows_views_tables_and_how_they_hang_together() -> None:
    column = Column("id", "uuid", False, "a | b")
    made = Catalog(
        views=(Relation("articles", "Stories.", (column,)),),
        functions=("f(at date) → int",),
        tables=(
            Relation(
                "mentions",
                "",
                (column,),
                ("CREATE UNIQUE INDEX pk ON wire_data.mentions USING btree (id)",),
                (("article_nr", "articles"),),
            ),
        ),
    )
    told = page(made, "0007")
    assert "As of revision 0007." in told
    assert "| id | uuid | a \\| b |" in told
    assert '  articles ||--o{ mentions : "article_nr"' in told
    assert "- unique (id)" in told
    assert "- `wire.f(at date) → int`" in told
