"""The files that are made from the code."""

import json

import pytest
from jsonschema import Draft202012Validator
from pydantic import SecretStr

from desk.freshness.generated import SCHEMAS, env_problems, group_of, schemas, settings_page
from wire.messages import Furniture, Message
from wire.settings import variables


def test_every_message_has_a_schema_that_is_one() -> None:
    made = schemas()

    assert {path.name for path in made} == {
        f"{model.__name__.lower()}.json" for model in Message.__subclasses__()
    }
    for text in made.values():
        Draft202012Validator.check_schema(json.loads(text))


def test_what_a_message_writes_is_valid_by_its_schema() -> None:
    schema = json.loads(schemas()[SCHEMAS / "furniture.json"])
    told = Furniture(host="wire.example", epoch=3, lines=("Share this",), stories=12).to_json()

    Draft202012Validator(schema).validate(json.loads(told))


def test_every_setting_stands_in_the_page_with_its_default() -> None:
    page = settings_page(variables())

    for name in variables():
        assert f"| {name} |" in page
    assert "| WIREDESK_WEB__PORTS | `[80, 443]` |" in page
    assert "| WIREDESK_WEB__ALLOW_PRIVATE | `false` |" in page
    assert page.count("## kafka") == 1


def test_a_secret_default_is_not_printed_and_a_bar_does_not_end_a_cell() -> None:
    page = settings_page({"WIREDESK_A": (SecretStr("hush"), "this | that")})

    assert "hush" not in page
    assert "| WIREDESK_A |  | this \\| that |" in page


@pytest.mark.parametrize(
    ("variable", "group"),
    [("WIREDESK_CONTACT", "general"), ("WIREDESK_KAFKA__PREFIX", "kafka")],
)
def test_a_variable_stands_under_its_group(variable: str, group: str) -> None:
    assert group_of(variable) == group


def test_the_example_must_have_every_variable_and_no_other() -> None:
    known = {"WIREDESK_A": None, "WIREDESK_B": None}

    assert env_problems("WIREDESK_A=1\n# WIREDESK_B=2\nPOSTGRES_PASSWORD=\n", known) == []
    assert env_problems("WIREDESK_A=1\n#WIREDESK_C=\n# WIREDESK_B is a word\n", known) == [
        ".env.example lacks WIREDESK_B",
        ".env.example has WIREDESK_C, which no setting takes",
    ]
