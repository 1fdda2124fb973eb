"""How command lines are found in a page."""

from tests.docs.pages import command_lines, commands


def test_console_blocks_give_their_prompts_and_sh_blocks_every_line() -> None:
    text = """
```console
$ make run
its output
```
```sh
# a note
make test \\
  VERBOSE=1
```
```sql
select 1
```
"""
    assert list(command_lines(text)) == ["make run", "make test    VERBOSE=1"]


def test_a_line_is_parted_at_pipes_outside_of_quotes() -> None:
    line = """echo '{"a": "b | c"}' | X=1 wiredesk try dateline && make check"""

    assert commands(line) == [
        ["echo", '{"a": "b | c"}'],
        ["X=1", "wiredesk", "try", "dateline"],
        ["make", "check"],
    ]
