"""The tables: a row for each run, an event log, and when each visitor, and each address (after "@"), was served last.

Beside them school classes (`classrooms`, for `classes` are a network's) and who is in them.

Changed only together with a step in `migrations/versions`; a test compares the two.
"""

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Index, Integer, MetaData, String, Table, Text

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_name)s", "pk": "pk_%(table_name)s",
                       "fk": "fk_%(table_name)s_%(column_0_name)s"}
)  # fmt: skip

runs = Table(
    "runs",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("asked", String(16)),  # requests travel from the web to the trainer in these two
    Column("asked_rate", Float),
    Column("reason", JSON(none_as_null=True)),
    Column("dataset", String(64), nullable=False),
    Column("network", JSON, nullable=False),
    Column("training", JSON, nullable=False),  # whole: another default of tomorrow says nothing of this run
    Column("parameters", Integer),  # that the network learns; never null, which SQLite cannot add
    Column("classes", JSON, nullable=False),
    Column("sample", String(64)),
    Column("pair", String(16), index=True),
    Column("cookie", String(64), index=True),
    Column("address", String(64), nullable=False),
    Column("visitor", String(64), nullable=False),  # cookie or address: who is served in turn
    Column("created_at", Float, nullable=False, index=True),
    Column("queued_at", Float),
    Column("is_resumed", Boolean, nullable=False),  # it was running before, so it waits in front
    Column("started_at", Float, index=True),
    Column("ended_at", Float),
    Column("epoch", Integer, nullable=False),
    Column("step", Integer, nullable=False),
    Column("steps", Integer),
    Column("seconds", Float, nullable=False),
    Column("images_per_second", Float),
    Column("effort", Float),  # seconds of an epoch on a nominal machine
    Column("is_small", Boolean),  # so that it may train beside others, with one thread
    Column("threads", Integer),  # null: as many as there are; a run that goes on has those that it began with
    Column("device", String(8)),  # cpu or cuda, once a cluster has had the run; null is cpu
    Column("turn_from", Float),  # the `seconds` at which its turn began
    Column("learning_rate", Float, nullable=False),
    Column("test_loss", Float),
    Column("test_accuracy", Float),
    Column("last", JSON(none_as_null=True)),
    Column("checkpoint", String(64)),  # the file that the run goes on from
    Column("claim", String(16)),  # whose trainer may write; a trainer without the newest claim writes nothing
    Column("process", String(80)),
    Column("heartbeat", Float),
    Column("losses", Integer, nullable=False),  # how often its trainer was lost since the last checkpoint
    Column("request_key", String(64)),  # by which an order that comes twice is known
    Column("request_body", String(64)),
    Index("ix_runs_request_key", "request_key", unique=True),
)

events = Table(
    "events",
    metadata,
    Column("run_id", String(16), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("payload", Text, nullable=False),
    Column("written_at", Float, nullable=False),
    Index("ix_events_kind", "run_id", "kind", "sequence"),
)

visitors = Table(
    "visitors",
    metadata,
    Column("visitor", String(64), primary_key=True),
    Column("served_at", Float, nullable=False),
)

classrooms = Table(
    "classrooms",
    metadata,
    Column("code", String(8), primary_key=True),
    Column("nonce", String(16), nullable=False),  # tells it from an earlier class of the same code
    Column("address", String(64), nullable=False),
    Column("visitor", String(64), nullable=False),  # who opened it, sealed
    Column("used_at", Float, nullable=False),
    Column("number", Integer, nullable=False),  # of questions that were asked
    Column("question", JSON(none_as_null=True)),
    Column("is_revealed", Boolean, nullable=False),
)

pupils = Table(
    "pupils",
    metadata,
    Column("code", String(8), ForeignKey("classrooms.code", ondelete="CASCADE"), primary_key=True),
    Column("pupil", String(64), primary_key=True),  # sealed: it cannot be found among the visitors of runs
    Column("answer", String(32)),  # to the question that is on
)

rates = Table(  # calls of an address, in a window that began then
    "rates",
    metadata,
    Column("address", String(64), primary_key=True),
    Column("began", Float, primary_key=True),
    Column("count", Integer, nullable=False),
)

identity = Table(  # one row
    "identity",
    metadata,
    Column("id", String(32), primary_key=True),  # the database's own word
    Column("tidied_at", Float),  # by any server
)
