"""One cluster and one pipeline for all tests here: starting them costs more than most of these."""

from collections.abc import Iterator

import pytest

from tests.faults.rig import Rig, broken_in


@pytest.fixture(scope="package")
def running_rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with broken_in(tmp_path_factory.mktemp("faults")) as rig:
        yield rig


@pytest.fixture
def rig(running_rig: Rig) -> Iterator[Rig]:
    """The pipeline at work; after the test all that its feeds ever served is accounted for."""
    yield running_rig
    running_rig.settle()
