"""The application: settings, what lives as long as the server, routers, static files."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_fastapi_instrumentator import Instrumentator
from starlette.middleware import Middleware

from app.core.datasets.own import clear_arrivals
from app.files.opening import open_files
from app.files.shelves import Common
from app.runs.executor.executor import Executor, Trainers
from app.runs.executor.forked import Forked
from app.runs.executor.forks import Forks
from app.runs.executor.speed_probe import Probe
from app.runs.store import counts
from app.runs.store.classrooms import Classrooms
from app.runs.store.store import QueueLimits, Store
from app.settings import Settings
from app.web import docs, errors, health, pages, pictures, told, visitors, workers
from app.web.answers import ANSWERS, InPieces, Packing, UnderWay, clear
from app.web.classification import classification, models
from app.web.classification.kept_answers import KeptAnswers
from app.web.classrooms import classrooms
from app.web.classrooms import pages as class_pages
from app.web.classrooms.watches import Watches
from app.web.convolution import convolution, kernel_fits
from app.web.lessons import lessons
from app.web.lessons.kept import KeptLessons
from app.web.middleware import BodyLimit, CallerCheck, HeadAsGet, RequestLog, SecurityHeaders
from app.web.questions import questions, sheet
from app.web.rates import Rates
from app.web.rooms import ROOMS
from app.web.signatures import Signatures
from app.web.static_files import VersionedFiles
from app.web.training import (
    board,
    confusion,
    datasets,
    histories,
    networks,
    previews,
    programs,
    recipes,
    snapshots,
    streams,
    tails,
    timings,
    training,
)
from app.web.training.repeats import Orders
from app.web.training.run_metrics import RunMetrics
from app.web.training.run_objects import Curves
from app.web.training.streams import Streams
from app.web.training.timings import PROBE_S, Timings
from app.web.workers import Workers

MAXIMUM_FILES = 2
PARTS = (pages, sheet, lessons, visitors, convolution, kernel_fits, models, classification, datasets, networks, timings,
         recipes, previews, training, board, streams, histories, programs, snapshots, confusion, questions, classrooms,
         class_pages, told, pictures, health, docs)  # fmt: skip


LARGE = (datasets, models)  # parts that take larger files than pictures


def create_app(settings: Settings | None = None) -> FastAPI:
    """The whole application; nothing is started before its lifespan begins."""
    settings = settings or Settings()
    answers = UnderWay(settings.answer_bytes)
    app = FastAPI(
        title="Convolution Playground",
        version="0.1.0",
        description="See what convolution and convolutional networks do, on your own pictures.",
        lifespan=_lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        responses=docs.responses(),
        form_limits={
            "max_files": MAXIMUM_FILES,
            "max_fields": settings.form_fields,
            "max_part_size": settings.json_bytes,
        },
        middleware=[
            Middleware(InPieces, under_way=answers),
            Middleware(SecurityHeaders, embedding=settings.embed),
            Middleware(RequestLog),
            Middleware(HeadAsGet),
            Middleware(Packing),
            Middleware(CallerCheck, allowed_hosts=settings.allowed_hosts),
            Middleware(
                BodyLimit,
                usual=pictures.allowance(settings, MAXIMUM_FILES),
                other_bytes=settings.json_bytes,
                room=settings.arrived_bytes,
                special={part.router.prefix: part.allowance(settings) for part in LARGE},
            ),
        ],
    )
    app.state.settings = settings
    app.state.answers_in_files = UnderWay(settings.answer_file_bytes)
    app.state.stopping = asyncio.Event()
    app.state.rooms = ROOMS
    app.state.signatures = Signatures(settings)
    app.state.static = VersionedFiles()
    app.state.orders = Orders()
    app.state.kept_answers = KeptAnswers()
    app.state.metrics = _collect_metrics()
    errors.install(app)
    for part in PARTS:
        app.include_router(part.router)
    Instrumentator(excluded_handlers=["/static", "/healthz", "/readyz"], registry=app.state.metrics).instrument(app)
    app.mount("/static", app.state.static, name="static")
    return app


def _collect_metrics() -> CollectorRegistry:
    """Of this process; those of the runs come with its lifespan."""
    registry = CollectorRegistry()
    for counted in (*counts.ALL, tails.LAG, workers.LOST, ProcessCollector(registry=None)):
        registry.register(counted)
    return registry


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.workers = Workers(app.state.settings)
    app.state.archive_turn = asyncio.Semaphore(1)
    app.state.kept_lessons = KeptLessons()
    clear(app.state.settings.data / ANSWERS)
    clear_arrivals(app.state.settings.data / "datasets")
    app.state.store = open_store(app.state.settings)
    app.state.files = app.state.store.files
    app.state.rates = Rates(app.state.settings.rate_limit, app.state.store.engine)
    app.state.common = Common(app.state.files)
    await asyncio.to_thread(app.state.common.start)
    forks = Forks()
    app.state.trainers = choose_trainers(app.state.settings, app.state.store, forks)
    app.state.executor = Executor(app.state.store, app.state.trainers)
    app.state.executor.start()
    app.state.curves = Curves(app.state.store)
    app.state.streams = Streams(app.state.store, app.state.settings.event_streams)
    app.state.classrooms = Classrooms(
        app.state.store.engine, app.state.settings.classrooms, app.state.settings.classroom_pupils
    )
    app.state.watches = Watches(app.state.classrooms, app.state.store.changes)
    app.state.watches.start()
    app.state.timings = Timings(Probe(forks, PROBE_S))
    counts.count_errors(app.state.store.engine, app.state.files)
    counted = RunMetrics(app.state.store, app.state.streams)
    app.state.metrics.register(counted)
    try:
        yield
    finally:
        app.state.metrics.unregister(counted)
        app.state.common.stop()
        app.state.timings.stop()
        app.state.streams.stop()
        await app.state.watches.stop()
        await asyncio.to_thread(app.state.executor.stop)
        forks.stop()
        app.state.workers.stop()
        app.state.store.close()
        app.state.files.close()


def choose_trainers(settings: Settings, store: Store, forks: Forks) -> Trainers:
    """Where trainers come from: this machine, or the cluster that is named."""
    datasets = settings.data / "datasets"
    if not settings.cluster:
        return Forked(store, datasets, forks)
    from app.runs.executor.link import Link  # these two only here: a laptop starts without them
    from app.runs.executor.placements import Placements

    return Placements(store, datasets, Link(settings.cluster))


def room_for_small() -> int:
    """Small trainings that this machine has a core and 2 GiB each for; four at most, since visitors want some too."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(len(os.sched_getaffinity(0)), memory // 2**31, 4))


def open_store(settings: Settings) -> Store:
    """The store of runs."""
    limits = QueueLimits(
        settings.runs_at_once,
        settings.runs_queued,
        settings.runs_per_visitor,
        settings.runs_kept,
        settings.runs_bytes,
        settings.run_slice_seconds,
        1 if settings.cluster else settings.runs_small_at_once or room_for_small(),  # there each has its processors
    )
    files = open_files(settings.data, settings.files, settings.files_bytes)
    return Store.open(settings.database or f"sqlite:///{settings.data / 'runs.sqlite3'}", files, limits)
