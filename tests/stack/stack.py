"""The stack of docker-compose.yml as a person runs it: brought up, looked at, hurt, taken down."""

import json
import os
import secrets
import signal
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from desk.local import process
from tests.stack.engine import run

ROOT = Path(__file__).parents[2]
# On two cores, all services starting at once beside a JVM.
UP_PATIENCE_S = 300.0


class Stack:
    """One project of the compose file, with settings of its own."""

    def __init__(self, folder: Path, project: str, settings: Mapping[str, str]) -> None:
        self.port = int(settings["POSTGRES_PORT"])
        self._project = project
        self._environment = folder / ".env"
        self.passwords = {
            name: secrets.token_hex(16)
            for name in ("POSTGRES_PASSWORD", "WIRE_WRITER_PASSWORD", "WIRE_READER_PASSWORD")
        }
        lines = {**self.passwords, **settings}
        self._environment.write_text("".join(f"{key}={value}\n" for key, value in lines.items()))

    def compose(self, *command: str) -> str:
        """Run a compose command on the stack."""
        # Nothing that is set where the tests run is the stack's setting. The old builder needs no
        # plugin.
        kept = ("PATH", "HOME", "DOCKER_HOST", "DOCKER_CONFIG")
        clean = {name: os.environ[name] for name in kept if name in os.environ}
        words = ("docker-compose", "--project-directory", str(ROOT), "-p", self._project)
        settings = ("--env-file", str(self._environment))
        return run(*words, *settings, *command, env={**clean, "DOCKER_BUILDKIT": "0"})

    def up(self) -> None:
        """Bring everything up; what init said is in the error where that is what failed."""
        try:
            self.compose("up", "-d")
        except AssertionError as error:
            raise AssertionError(f"{error}\ninit said: {self.logs('init')[-3000:]}") from error

    def containers(self, service: str) -> list[str]:
        """Return the ids of a service's containers, running or not."""
        # The engine is asked itself: compose takes a second for it.
        labels = {"project": self._project, "service": service}
        filters = [
            f"--filter=label=com.docker.compose.{key}={value}" for key, value in labels.items()
        ]
        return run("docker", "ps", "--all", "--quiet", *filters).split()

    def inspect(self, container: str) -> dict[str, Any]:
        """Return what the engine knows of a container."""
        found: dict[str, Any] = json.loads(run("docker", "inspect", container))[0]
        return found

    def healthy(self, service: str) -> bool:
        """Tell whether every container of the service is up and ready."""
        states = [self.inspect(one)["State"] for one in self.containers(service)]
        return bool(states) and all(
            state["Running"] and state.get("Health", {}).get("Status") == "healthy"
            for state in states
        )

    def wait_healthy(self, *services: str) -> None:
        """Wait until the services are ready; what they say last is in the error."""
        for service in services:
            ready = process.wait_for(partial(self.healthy, service), UP_PATIENCE_S)
            assert ready, f"{service} is not ready: {self.logs(service)[-3000:]}"

    def logs(self, service: str) -> str:
        """Return what a service's containers printed, without colours and names."""
        return "".join(run("docker", "logs", one, merged=True) for one in self.containers(service))

    def kill(self, service: str) -> None:
        """End a service's processes with -9, as a lack of memory would; the engine is not told."""
        for container in self.containers(service):
            before = self.inspect(container)["State"]
            os.kill(before["Pid"], signal.SIGKILL)
            back = partial(self._started_since, container, before["StartedAt"])
            assert process.wait_for(back, UP_PATIENCE_S), f"{service} was not started again"

    def _started_since(self, container: str, before: str) -> bool:
        state = self.inspect(container)["State"]
        return bool(state["Running"] and state["StartedAt"] != before)

    def python(self, service: str, script: str) -> str:
        """Run a Python script in a service's container and return what it prints."""
        return run("docker", "exec", self.containers(service)[0], "python", "-c", script).strip()
