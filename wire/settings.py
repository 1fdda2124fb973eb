"""All settings, typed: environment `WIREDESK_*`, parts joined by two underscores.

`WIREDESK_KAFKA__BOOTSTRAP_SERVERS=broker:9092` sets `kafka.bootstrap_servers`. A variable that no
setting takes is refused at start: a misspelt setting must not be silent. docs/settings.md is
generated from the descriptions here. Frozen: read once at the edge, handed down from there.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from wire.errors import Fatal

PREFIX = "WIREDESK_"

LogLevel = Literal["debug", "info", "warning", "error"]


class Section(BaseModel):
    """A group of settings; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class KafkaSettings(Section):
    """The broker. Without `bootstrap_servers` the embedded one is used."""

    bootstrap_servers: str | None = Field(
        None,
        pattern=r"^\s*\S+:\d{1,5}\s*(,\s*\S+:\d{1,5}\s*)*$",
        description="host:port, … of the cluster",
    )
    replication_factor: int = Field(3, ge=1, description="copies of each partition")
    min_insync_replicas: int = Field(2, ge=1, description="copies that must have a write")
    prefix: str = Field(
        "wire",
        pattern=r"^[a-z][a-z0-9-]*$",
        description="first word of all topics and groups; `backfill` for a backfill's own",
    )
    furniture_prefix: str | None = Field(
        None,
        pattern=r"^[a-z][a-z0-9-]*$",
        description="whose learned furniture extract reads, where it is another's: a backfill's",
    )
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how to speak to the broker"
    )
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None = Field(
        None, description="how to log in"
    )
    sasl_username: str | None = Field(None, description="who logs in")
    sasl_password: SecretStr | None = Field(None, description="with what")
    ssl_cafile: Path | None = Field(None, description="the authorities to trust (PEM)")
    ssl_certfile: Path | None = Field(
        None, description="our own certificate, where the broker asks for one (PEM)"
    )
    ssl_keyfile: Path | None = Field(None, description="its key (PEM, not encrypted)")
    session_timeout_s: float = Field(
        30, gt=0, description="a consumer silent for longer has left its group"
    )


class DatabaseSettings(Section):
    """PostgreSQL. Without `url` the embedded one is used."""

    url: SecretStr | None = Field(None, description="postgresql://user:password@host:port/name")
    reader_password: SecretStr | None = Field(
        None, description="`init` gives it to the role wire_reader"
    )
    writer_password: SecretStr | None = Field(
        None, description="`init` gives it to the role wire_writer"
    )
    pool_size: int = Field(4, ge=1, description="connections of one process")
    statement_timeout_s: float = Field(
        30,
        gt=0,
        description="a statement that runs longer is ended, so is a transaction silent for longer",
    )


class WebSettings(Section):
    """The outbound door, used by poll and fetch alone."""

    allow_private: bool = Field(
        False,
        description="let the door reach loopback and private addresses: demo and tests only",
    )
    ports: tuple[int, ...] = Field((80, 443), description="ports that may be asked")
    connect_timeout_s: float = Field(10, gt=0, description="to open a connection")
    read_timeout_s: float = Field(20, gt=0, description="between two pieces of an answer")
    total_timeout_s: float = Field(60, gt=0, description="for the whole answer, redirects included")
    max_redirects: int = Field(5, ge=0, description="hops followed")
    max_feed_bytes: int = Field(16 * 2**20, gt=0, description="largest feed, decompressed")
    max_page_bytes: int = Field(8 * 2**20, gt=0, description="largest page, decompressed")
    host_concurrency: int = Field(2, ge=1, description="requests at once to one host")
    host_gap_s: float = Field(1.0, ge=0, description="least time between two requests to one host")
    robots_ttl_s: float = Field(86_400, gt=0, description="how long a robots.txt is believed")
    proxy: str | None = Field(
        None, description="an outbound HTTP proxy; the address guard is then the proxy's duty"
    )


class PollSettings(Section):
    """Feeds: when they are asked."""

    min_interval_s: float = Field(60, gt=0, description="no feed is asked more often")
    max_interval_s: float = Field(86_400, gt=0, description="no feed is asked more seldom")
    concurrency: int = Field(64, ge=1, description="feeds in the air at once in one process")
    lease_s: float = Field(
        45, gt=0, description="a killed poller's feeds are taken over after this"
    )
    revisit_after_s: tuple[float, ...] = Field(
        (900, 3_600, 21_600, 86_400),
        description="a story's page is asked again this long after first sight",
    )
    backfill_entries: int = Field(
        500, ge=1, description="entries of a feed's first poll that are published at most"
    )


class FetchSettings(Section):
    """Pages: how many at once."""

    concurrency: int = Field(128, ge=1, description="pages in the air at once in one process")
    host_queue: int = Field(
        200, ge=1, description="entries of one host held in memory; the rest go to the retry topic"
    )
    max_attempts: int = Field(
        6, ge=1, description="failures after which the feed's own text is used"
    )


class ExtractSettings(Section):
    """Worker processes of extract, and their limits."""

    workers: int = Field(0, ge=0, description="processes; 0 means one a core")
    timeout_s: float = Field(
        10, gt=0, description="a page that takes longer is dead-lettered, its worker killed"
    )
    memory_mb: int = Field(1_024, ge=128, description="a worker above this is killed")


class EnrichSettings(Section):
    """Tagging and writing."""

    tagger: str = Field(
        "default", description="`default`, or the name of an installed spaCy pipeline"
    )
    batch: int = Field(64, ge=1, description="stories in one transaction")


class KeeperSettings(Section):
    """What time asks for."""

    interval_s: float = Field(1.0, gt=0, description="between two looks at the clock")
    relay_batch: int = Field(500, ge=1, description="changes published at once")
    reconcile_after_s: float = Field(
        86_400,
        gt=0,
        description="an entry that is neither article nor dead letter after this is published anew",
    )


class LogSettings(Section):
    """What ops read."""

    format: Literal["logfmt", "json"] = Field("logfmt", description="one line an event")
    level: LogLevel = Field("info", description="least severe that is printed")
    levels: dict[str, LogLevel] = Field(
        {}, description='by stage, where one is to be told apart: `{"fetch": "debug"}`'
    )

    def level_of(self, stage: str) -> LogLevel:
        """Return the level of a stage: its own, else everybody's."""
        return self.levels.get(stage, self.level)


class TelemetrySettings(Section):
    """Health and metrics over HTTP."""

    port: int | None = Field(
        None,
        description="/live, /ready and /metrics are served here, none when unset; "
        "under `run` each stage takes the next port",
    )
    host: str = Field("127.0.0.1", description="the address to listen on")


class Settings(BaseSettings):
    """Every setting of every service."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid"
    )

    contact: str | None = Field(
        None, description="who to write to, a URL or mail address: sent in the User-Agent"
    )
    data: Path = Field(Path(".wiredesk"), description="what the embedded servers store")
    feeds: str | None = Field(
        None, description="feed addresses or OPML files, parted by spaces, that `init` adds"
    )
    corpus: Path = Field(Path("../shared/corpus"), description="real pages and feeds for the tests")
    fault: str | None = Field(
        None, description="for tests: the step at which a process kills itself, `stage:step`"
    )
    kafka: KafkaSettings = KafkaSettings()
    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    poll: PollSettings = PollSettings()
    fetch: FetchSettings = FetchSettings()
    extract: ExtractSettings = ExtractSettings()
    enrich: EnrichSettings = EnrichSettings()
    keeper: KeeperSettings = KeeperSettings()
    log: LogSettings = LogSettings()
    telemetry: TelemetrySettings = TelemetrySettings()


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises:
        Fatal: a `WIREDESK_*` variable is unknown or its value does not fit.
    """
    unknown = unknown_variables(os.environ if environ is None else environ)
    if unknown:
        raise Fatal(f"unknown settings: {', '.join(unknown)}; docs/settings.md lists what there is")
    try:
        return Settings()
    except ValidationError as error:
        raise Fatal(f"a setting does not fit: {_first(error)}") from error
    except SettingsError as error:
        # of a list that is no JSON; the message names the section alone
        raise Fatal(f"a setting can't be read, lists are JSON like [80, 443]: {error}") from error


def _first(error: ValidationError) -> str:
    """Say which setting and why, without its value: it may be a secret."""
    told = error.errors(include_input=False)[0]
    return f"{'.'.join(map(str, told['loc']))}: {told['msg']}"


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """Return the `WIREDESK_*` names in `environ` that no setting takes, sorted."""
    known = {name.upper() for name in variables()}
    return sorted(n for n in environ if n.upper().startswith(PREFIX) and n.upper() not in known)


def variables() -> dict[str, tuple[object, str]]:
    """Return each setting's environment variable with its default and description."""
    found: dict[str, tuple[object, str]] = {}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, Section):
            for inner, inner_field in type(field.default).model_fields.items():
                found[f"{PREFIX}{name}__{inner}".upper()] = (
                    inner_field.default,
                    inner_field.description or "",
                )
        else:
            found[f"{PREFIX}{name}".upper()] = (field.default, field.description or "")
    return found
