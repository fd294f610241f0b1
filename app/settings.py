"""Every setting of the server, each with the reason it exists. Read once from the environment (PLAYGROUND_...).

It does not know what the settings are used for; limits that belong to the subject itself (kernel sides, chain
length) live in `core.steps`.
"""

import re
from pathlib import Path
from typing import Literal

from limits import parse
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1024 * 1024
# A scheme, a host or all below it, a port: what may stand in a Content-Security-Policy without ending its directive.
_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]{0,252})(:\d{1,5})?")

_STORE = re.compile(r"(s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*/?")


class Settings(BaseSettings):
    """PLAYGROUND_ALLOWED_HOSTS='["class.example.org"]' and so on; lists are written as JSON."""

    model_config = SettingsConfigDict(env_prefix="PLAYGROUND_", frozen=True, extra="forbid")

    data: Path = Field(
        Path("data"), description="Folder for what the server keeps (runs, data sets); nothing outside it is written."
    )
    models: Path = Field(
        Path("models"),
        description="Folder of the networks that are shipped; those of one's own are looked for in `data`, models.",
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Host names answered beside localhost, IP addresses and this machine's name; "
        "every other name is refused, so that a hostile page cannot reach the app by DNS rebinding. `*` allows all.",
    )
    embed: tuple[str, ...] = Field(
        (),
        description="Origins, as 'https://moodle.example.org', whose pages may show ours in a frame, as ours do.",
    )
    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="Addresses of proxies whose X-Forwarded-For and -Proto are believed; empty believes nobody. "
        "Where one is named, nobody counts as sitting at the machine, which makes a teacher.",
    )
    secret: SecretStr | None = Field(
        None, min_length=16,
        description="Signs cookies and makes the teacher's link; by default 256 random bits, kept in `data`, secret.",
    )  # fmt: skip
    log_format: Literal["console", "json"] = Field(
        "console", description="Logs for people (console) or one JSON object a line for machines (json)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Quietest level still logged.")

    connections: int = Field(
        1000, ge=10,
        description="Connections at once, of which one address may have half; a browser opens up to six. "
        "Past it the oldest idle one of whoever has most is closed.",
    )  # fmt: skip
    image_bytes: int = Field(20 * MEBIBYTE, ge=1, description="Largest picture file; bounds what one upload can hold.")
    image_pixels: int = Field(
        16_777_216,
        ge=1,
        description="Most pixels of a picture, read from its header: small files can unpack to gigabytes.",
    )
    image_reduced_pixels: int = Field(
        67_108_864,
        ge=1,
        description="Most pixels of a picture that is reduced while it is read, as large photos are on every page.",
    )
    image_side: int = Field(16_384, ge=1, description="Longest side of a picture, in pixels.")
    json_bytes: int = Field(MEBIBYTE, ge=1, description="Largest body or form field that is not a picture.")
    upload_seconds: float = Field(
        60.0, gt=0, description="Longest a request's body may take to arrive; a trickle would hold its place for hours."
    )
    arrived_bytes: int = Field(
        96 * MEBIBYTE, ge=MEBIBYTE,
        description="Bodies in memory that are worked on, or wait for it; more wait on the disk.",
    )  # fmt: skip
    answer_bytes: int = Field(
        64 * MEBIBYTE, ge=MEBIBYTE,
        description="Answers in memory that visitors have not taken yet; past it whoever has most is dropped.",
    )  # fmt: skip
    answer_file_bytes: int = Field(
        1024 * MEBIBYTE, ge=MEBIBYTE,
        description="The same for large ones, which wait as files in `data`, answers.",
    )  # fmt: skip
    uploads: int = Field(
        100, ge=1, description="Requests with a body under way at once; bounds what uploads hold unread."
    )
    form_fields: int = Field(40, ge=1, description="Most parts of one form; a form with thousands costs only time.")
    multiply_adds: int = Field(
        50_000_000_000, ge=1, description="Most multiply-adds of one request, estimated before anything is computed."
    )

    network_parameters: int = Field(
        100_000_000, ge=1, description="Most parameters of a network; the lecture's has 88,914,698."
    )
    network_memory_mb: int = Field(
        4096, ge=1, description="Most memory to train a network (float32, Adam, batches of 128), by arithmetic; in MiB."
    )

    dataset_bytes: int = Field(
        200 * MEBIBYTE, ge=1, description="Largest ZIP of pictures that is taken as a data set, packed."
    )
    dataset_unpacked_bytes: int = Field(
        500 * MEBIBYTE, ge=1, description="Most bytes it unpacks to, counted while reading: what it declares may lie."
    )
    dataset_entries: int = Field(20_000, ge=1, description="Most files in it; each costs time even where it is empty.")
    dataset_seconds: float = Field(
        120.0, gt=0,
        description="Longest a ZIP may take to arrive, and then to be read in a worker; also for data sets made here.",
    )  # fmt: skip
    dataset_uploads: int = Field(
        4, ge=1, description="ZIPs under way at once, of which one is read; bounds the disk that they take unread."
    )
    datasets_kept: int = Field(
        50,
        ge=1,
        description="Uploaded data sets that are kept (61 MB at most, each); past it who has most gives first.",
    )

    model_bytes: int = Field(
        512 * MEBIBYTE, ge=1, description="Largest file of weights that is taken with a network's description."
    )
    models_kept: int = Field(
        20, ge=1, description="Networks that visitors sent in and that are kept; past it who has most gives first."
    )

    files: str | None = Field(
        None,
        description="Address of a store that keeps files for many servers, as 's3://bucket/folder', gs:// or az://; "
        "by default `data` alone. Its endpoint and credentials come from the library's own variables.",
    )
    files_bytes: int = Field(
        16384 * MEBIBYTE, ge=MEBIBYTE,
        description="Most bytes of a store's files that are also kept in `data`; past it those used longest ago go.",
    )  # fmt: skip
    cluster: str | None = Field(
        None, min_length=1,
        description="Address of a Ray cluster that trains in this machine's place, as 'ray-head:6379', 'auto' or "
        "'ray://ray-head:10001'.",
    )  # fmt: skip
    database: str | None = Field(
        None,
        description="SQLAlchemy URL of the runs' database; by default SQLite in `data`, runs.sqlite3.",
    )
    runs_at_once: int = Field(
        1, ge=0,
        description="Trainings at once, of all servers on a database; two large ones share the cores and gain nothing. "
        "With 0 this server starts none.",
    )  # fmt: skip
    runs_small_at_once: int | None = Field(
        None, ge=1,
        description="Small trainings in the place of one, a thread each; by default as many as cores, four at most.",
    )  # fmt: skip
    runs_queued: int = Field(
        60, ge=0, description="Runs that may wait: a class of thirty, two each. More are told to come back."
    )
    runs_per_visitor: int = Field(
        3, ge=1, description="Runs of one visitor that train or wait, so that nobody fills the queue alone."
    )
    run_slice_seconds: float = Field(
        120.0, gt=0, description="Training after which a run gives its place while others wait; it goes on in its turn."
    )
    runs_kept: int = Field(
        120, ge=1, description="Ended and paused runs that are kept; past it who has most gives first."
    )
    runs_bytes: int = Field(
        8192 * MEBIBYTE,
        ge=MEBIBYTE,
        description="Most bytes of all runs' files; past it ended or paused ones go, who has most first.",
    )
    event_streams: int = Field(
        300, ge=1, description="Viewers of live runs at once; each holds a connection for as long as it watches."
    )

    classrooms: int = Field(
        20,
        ge=1,
        description="Classes that are open at once; past it who has most gives first, the least used.",
    )
    classroom_pupils: int = Field(
        200, ge=1, description="Pupils of one class; a cookie costs nothing, and each is a row of the database."
    )

    workers: int = Field(
        2, ge=1, description="Processes that decode and filter, so that a bad picture costs one request."
    )
    waiting: int = Field(
        192, ge=1,
        description="Requests that may wait for a worker (a class of 30 clicking at once, each click several calls); "
        "more are told to retry.",
    )  # fmt: skip
    task_seconds: float = Field(20.0, gt=0, description="Longest one request may keep a worker; then it is stopped.")
    worker_bytes: int = Field(
        2048 * MEBIBYTE, ge=64 * MEBIBYTE,
        description="Memory one request may take in its worker, beyond what the worker needs to start.",
    )  # fmt: skip
    shutdown_seconds: int = Field(5, ge=1, description="How long requests under way may take to end at a stop.")

    rate_limit: str | None = Field(
        None,
        description="Calls that compute, per visitor address, as '120/minute'. "
        "Off by default: a class often shares one address.",
    )

    @field_validator("embed")
    @classmethod
    def _check_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(
                    f"{origin!r} is no origin; write 'https://moodle.example.org' or 'https://*.example.org'"
                )
        return origins

    @field_validator("files")
    @classmethod
    def _check_store(cls, address: str | None) -> str | None:
        if address is not None and not _STORE.fullmatch(address):
            raise ValueError(f"{address!r} is no store; write 's3://bucket/folder', 'gs://...' or 'az://...'")
        return address

    @field_validator("rate_limit")
    @classmethod
    def _check_rate(cls, rate: str | None) -> str | None:
        if rate is not None:
            parse(rate)
        return rate
