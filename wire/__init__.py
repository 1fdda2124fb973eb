"""What runs between the stages: messages, topics, the loop. All stand on it; it stands on none."""

from typing import Final

VERSION: Final = "0.1.0"
