"""Data files that an editor reads and extends: agencies, signals, organisations, feeds, sample."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent
