"""Data sets: which there are, what one holds, and a ZIP of one's own pictures as a new one."""

from pathlib import Path
from shutil import copyfileobj
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response, UploadFile
from fastapi import Path as Part
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from app.core.datasets.archives import ArchiveLimits
from app.core.datasets.builtin import OWN_SIDE, OWN_SIDES, framings_of
from app.core.datasets.catalog import Summary, list_datasets
from app.core.datasets.headers import cache_path
from app.core.datasets.own import LONGEST_TITLE, OwnLimits, new_name, place_to_arrive
from app.core.errors import N_, ArchiveTooLarge, InvalidValue
from app.files.shelves import bring_dataset, shelve
from app.settings import Settings
from app.web import tasks
from app.web.dependencies import DatasetsDep, FilesDep, SettingsDep, StoreDep, VisitorDep, WorkersDep, limit_rate
from app.web.forms import FormFields, require_form
from app.web.i18n import choose_language, translate
from app.web.middleware import Allowance
from app.web.pictures import limits_of as picture_limits

router = APIRouter(prefix="/api/datasets", tags=["data sets"])


def allowance(settings: Settings) -> Allowance:
    """What a request with an archive may take, by BodyLimit."""
    most = settings.dataset_bytes + settings.json_bytes
    return Allowance(most, settings.dataset_seconds, settings.dataset_uploads, in_memory=False)


class ArchiveForm(FormFields):
    """An archive, and what it is called."""

    archive: UploadFile = Field(description="A ZIP of one folder of pictures for each class, or train/ and test/ so.")
    size: int = Field(OWN_SIDE, description=f"Pixels a side that pictures are kept at: one of {OWN_SIDES}.")
    title: str | None = Field(None, max_length=LONGEST_TITLE, description="What the data set is called in lists.")

    async def store(self, path: Path, settings: Settings) -> None:
        """Writes the archive to `path`, where a worker can read it; ArchiveTooLarge before anything is written."""
        if (self.archive.size or 0) > settings.dataset_bytes:
            raise ArchiveTooLarge(
                N_("The ZIP has %(value)d bytes; at most %(limit)d are accepted."),
                field="archive", value=self.archive.size, limit=settings.dataset_bytes,
            )  # fmt: skip
        with path.open("xb") as file:
            await run_in_threadpool(copyfileobj, self.archive.file, file, 1 << 20)


@router.get("")
def list_all(request: Request, folder: DatasetsDep) -> dict[str, Any]:
    """Those that are known or were fetched; what is not available has to be fetched first. Titles by language."""
    return {"datasets": [_row(request, summary) for summary in list_datasets(folder)]}


@router.get("/{name}")
async def show_dataset(
    request: Request, name: Annotated[str, Part(max_length=64)], folder: DatasetsDep, settings: SettingsDep,
    workers: WorkersDep, files: FilesDep,
    samples: Annotated[int | None, Query(ge=1, description="At most so many pictures of a class in the sheet.")] = None,
) -> dict[str, Any]:  # fmt: skip
    """Pictures a class, mean and deviation of each channel, a sheet of samples, and files that were skipped."""
    await bring_dataset(files, name)
    return _describe(
        request,
        *await workers.run(request, tasks.look_into_dataset, name, folder, samples, seconds=settings.dataset_seconds),
    )


@router.post("", status_code=201, dependencies=[Depends(require_form), Depends(limit_rate)])
async def add_dataset(
    request: Request,
    response: Response,
    form: Annotated[ArchiveForm, Form(media_type="multipart/form-data")],
    folder: DatasetsDep,
    settings: SettingsDep,
    workers: WorkersDep,
    store: StoreDep,
    files: FilesDep,
    visitor: VisitorDep,
) -> dict[str, Any]:
    """A data set of the pictures in a ZIP, of their middle at `size`; what cannot be read is skipped and listed."""
    if form.size not in OWN_SIDES:
        raise InvalidValue(N_("'%(name)s' is one of %(choices)s."), field="size", name="size",
                           choices=", ".join(map(str, OWN_SIDES)))  # fmt: skip
    name, limits = new_name(), limits_of(settings)
    async with request.app.state.archive_turn:
        with place_to_arrive(folder) as path:
            await form.store(path, settings)
            needed = await run_in_threadpool(store.needed_datasets)
            shown = await workers.run(
                request, tasks.keep_archive, path, name, form.title, folder, limits, visitor.holder.sealed(), needed,
                form.size,
                seconds=settings.dataset_seconds,
            )  # fmt: skip
    holder = visitor.holder.sealed()
    await run_in_threadpool(shelve, files, cache_path(folder, name), holder, limits.kept, needed)
    response.headers["Location"] = f"{router.prefix}/{name}"
    return _describe(request, *shown)


def limits_of(settings: Settings) -> OwnLimits:
    """What an archive and its pictures may cost."""
    return OwnLimits(
        ArchiveLimits(settings.dataset_bytes, settings.dataset_unpacked_bytes, settings.dataset_entries),
        picture_limits(settings),
        settings.datasets_kept,
    )


def _row(request: Request, summary: Summary) -> dict[str, Any]:
    return {
        "name": summary.name,
        "title": translate(choose_language(request), summary.title),
        "input": summary.input,
        "classes": summary.classes,
        "train": summary.train,
        "test": summary.test,
        "available": summary.available,
        "framings": framings_of(summary.name),
    }


def _describe(request: Request, summary: Summary, told: dict[str, Any]) -> dict[str, Any]:
    language = choose_language(request)
    skipped = [
        {"path": entry["path"], "reason": translate(language, entry["reason"], entry["values"])}
        for entry in told["skipped"]
    ]
    return _row(request, summary) | told | {"skipped": skipped}
