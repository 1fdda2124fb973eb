"""The sub-headline, where a page marks one: by class, by data attribute, by place. Pure.

Only what says of itself that it is a sub-headline counts: `lead` and `intro` are the first
paragraph on as many sites, and a story must not lose that.
"""

import re
from typing import Final

from lxml.html import HtmlElement

from ingest.extract.text import tidy

# A longer text is a summary or the story itself.
_LONGEST: Final = 320
_SAYS: Final = re.compile(
    r"sub-?_?(?:title|head(?:line|ing)?|hed)\b|standfirst|(?:^|[\s_-])(?:dek|deck|strapline|tagline)"
    r"(?:$|[\s_-])|headline__sub|article-?_*sub(?:title|head)|title__sub|alternativeheadline"
    r"|header_{0,2}-?(?:lead|lede|description|intro|summary)|second-?title",
    re.IGNORECASE,
)
_TAGS: Final = ("h2", "h3", "p", "div", "span", "strong", "em")


def subheadlines(tree: HtmlElement) -> tuple[str, ...]:
    """Return what the page marks as its sub-headline, at most the first three."""
    found: list[str] = []
    for element in tree.iter(*_TAGS):
        said = f"{element.get('class') or ''} {element.get('itemprop') or ''}"
        if len(said) < 4 or not _SAYS.search(said):
            continue
        text = tidy(str(element.text_content()))
        if 0 < len(text) <= _LONGEST and text not in found:
            found.append(text)
        if len(found) == 3:
            break
    return tuple(found)
