"""Load, once a process, what every page needs: data files, patterns, the language model."""

from trafilatura.external import jt_stoplist_init

from atlas.agencies import agencies
from ingest.extract.language import detect
from ingest.extract.notices import judge
from ingest.extract.phrases import phrases
from ingest.extract.render import Line
from ingest.extract.stamps import read_stamp


def warm_up() -> None:
    """Use each part once, so that the first page takes no longer than the next."""
    agencies()
    phrases()
    read_stamp("1 January 2000, 10:00")
    judge([Line("Read more")], (), None)
    jt_stoplist_init()
    detect("The first page takes no longer than the next one does, or the one after that.")
