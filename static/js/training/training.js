// The train page: holds its state, follows the runs that are shown, and keeps the address in step.

import {
  Problem,
  changeRun,
  listDatasets,
  listNetworks,
  listRecipes,
  listRuns,
  listSamples,
  readPicture,
  readRun,
  submitRun,
  watchPhoto,
} from "../api.js";
import { _ } from "../shared/i18n.js";
import { framingFor } from "../shared/framing.js";
import { Latest } from "../shared/latest.js";
import { OWN } from "../shared/address.js";
import { ADDRESS, isReadable, mostCompared } from "./builder/address.js";
import { Followers } from "./runs/followers.js";
import { advised } from "./runs/queue.js";
import { RecordedPair, Recording } from "./runs/recording.js";
import { RunList } from "./runs/run-list.js";
import { SETTINGS, VIEWS, bringPanels } from "./parts.js";
import { Settings } from "./builder/settings.js";
import { KIND, pictureFor, startingPicture } from "./stage/pictures.js";
import { tabOf } from "./stage/tabs.js";
import { watchAlong } from "./runs/watched.js";
import { Visits } from "./runs/visits.js";
import { automaticName } from "./charts/words.js";
import { attempt, connectNotice, tell } from "../rooms/notice.js";
import { show } from "../rooms/photo.js";

const PHOTO_SIDE = 256;
const GONE = _("That run is not on this server any more. Choose another below, or start one.");

class TrainingPage {
  datasets = []; // rows of the data sets
  presets = []; // rows of the networks to start from
  samples = []; // rows of the sample pictures
  recipes = []; // rows of the recipes
  state = null; // {tab, dataset, network, training, sample, run, compare, snapshot, line, recorded}
  estimate = null; // seconds that the whole training would take here, as far as measured
  source = null; // the photo that is watched: {sample} or {file}, and maybe its class, `truth`
  runs = []; // all runs, newest first
  recordedPair = new RecordedPair(() => this.show()); // what overfitting shows before a pair is trained
  stands = false; // whether the first view does, and photos may come
  #settingParts = [];
  #views = []; // parts that show what runs tell
  #drawing = null;
  #settings = new Settings(this);
  #visits = new Visits({
    write: () => this.#settings.write(),
    read: () => this.#reread(),
    show: (found) => this.#put(found) || this.change({}),
  });
  #list = new RunList(this);
  #recording = new Recording(() => this.show());
  #watched = null; // the run that is on, while the open one waits
  #taken = 0; // photos
  #watching = new Latest((key) => this.attempt(() => this.#watch(JSON.parse(key)[0])));
  #followers = new Followers(
    (kinds) => this.#hear(kinds),
    (id, fields) => this.#list.hear(id, fields),
  );

  async start() {
    connectNotice();
    const isThere = await this.attempt(async () => {
      [this.datasets, this.presets, this.samples, this.recipes, this.runs] = await Promise.all([
        listDatasets(),
        listNetworks(),
        listSamples(),
        listRecipes(),
        listRuns(),
      ]);
      this.#put(await this.#read());
      [this.#views, this.#settingParts] = [VIEWS, SETTINGS].map((parts) => parts.map((connect) => connect(this)));
      document.addEventListener("visibilitychange", () => document.hidden || this.#list.renew());
      this.change({});
      this.#list.watch();
    });
    performance.mark("first-view");
    this.stands = true;
    if (isThere) this.show();
    if (isThere) await this.attempt(() => this.#bring(), "settings");
    document.documentElement.dataset.ready = "true";
  }

  /** What the first view does without: the settings behind their lines, and what is wanted of the rest. */
  async #bring() {
    const [panels] = await Promise.all([bringPanels(this), this.#keepKind()]);
    this.#settingParts.push(...panels);
    for (const panel of panels) panel.refresh();
    await Promise.all(this.#views.map(({ loading }) => loading));
  }

  /** The row of the chosen data set. */
  get dataset() {
    return this.datasets.find(({ name }) => name === this.state.dataset) ?? null;
  }

  /** The runs that are drawn together: the open one first. */
  get shown() {
    return [this.state.run, ...this.state.compare].map((id) => this.runOf(id)).filter(Boolean);
  }

  /** What the stage shows: this page's runs, or the one that is on while they wait, or a recorded one. */
  get onStage() {
    if (this.#watched?.shown.length) return this.#watched;
    return this.shown.length || !this.#recording.feed ? this : this.#recording;
  }

  /** The open run as the server tells of it, or null. */
  get run() {
    return this.runOf(this.state.run);
  }

  /** What the open run has told so far (runs/run-feed.js), or null. */
  get feed() {
    return (this.run && this.feeds.get(this.run.id)) ?? null;
  }

  /** Map of id -> RunFeed: of the open run and those it is compared with. */
  get feeds() {
    return this.#followers.feeds;
  }

  get firstDataset() {
    return this.#settings.first;
  }

  /** What other rooms call the photo, or null where they cannot have it. */
  get photoName() {
    return this.source.sample ?? (this.state.sample === OWN ? OWN : null);
  }

  /** The settings that the page starts with for a data set: {dataset, network, training}. */
  usual(dataset) {
    return this.#settings.usual(dataset);
  }

  /** The settings of a run or a recipe: {dataset, network, training}, all of it written out. */
  settingsOf(run) {
    return this.#settings.of(run);
  }

  /** How the photo is brought before the run's network; one of the data set's own lies as it should already. */
  framingOf(run) {
    return this.source?.ofItsKind && this.source.file
      ? null
      : framingFor(this.datasets.find(({ name }) => name === run?.dataset));
  }

  runOf(id) {
    return this.runs.find((run) => run.id === id) ?? null;
  }

  /**
   * As in notice.js. That a run is gone is told by the list, and not by everything that asked by itself for something
   * of it.
   */
  attempt(work, teller = null) {
    return attempt(work, teller, (error) => teller !== null && error.problem?.status === 404);
  }

  /**
   * Changes the state; every part shows what follows from it (while a slider moves, `isLive`, once a frame), and the
   * address says it once it settles, or at once as an entry of the browser's history (`isEntry`) that Back leaves.
   */
  change(patch, { isLive = false, isEntry = false } = {}) {
    if (isEntry) this.#visits.settle();
    Object.assign(this.state, patch);
    if (isLive) this.#drawing ??= requestAnimationFrame(() => this.refresh());
    else this.refresh();
    if (isEntry) this.#visits.enter();
    else this.#visits.settleSoon();
  }

  refresh() {
    cancelAnimationFrame(this.#drawing);
    this.#drawing = null;
    this.#watched = watchAlong(this, this.#watched);
    this.#followers.follow([...this.shown, ...(this.#watched?.runs ?? [])]);
    if (this.shown.length) this.#recording.pause();
    else this.#recording.ask(this.state.recorded);
    this.#keepKind();
    for (const part of this.#settingParts) part.refresh();
    this.show();
  }

  /** Shows anew what runs tell; the settings are as they were. A view that fails stops none of the others. */
  show() {
    document.querySelector("#training").dataset.run = this.run?.state ?? "none";
    for (const view of this.#views) {
      try {
        view.refresh();
      } catch (error) {
        reportError(error);
      }
    }
  }

  /**
   * Starts a run of the settings that are on the page, and opens it. More `fields` are its name, its pair, other
   * settings.
   */
  async submit(fields = {}) {
    const { dataset, network, training } = this.state;
    const { sample } = this.source;
    const order = {
      dataset,
      network,
      training,
      name: automaticName({ dataset, network, training }, dataset.startsWith("own-") ? this.dataset?.title : undefined),
      ...fields,
    };
    if (sample) order.sample = sample;
    const run = await submitRun(order).catch((error) => {
      throw advised(error, this);
    });
    this.#list.put(run);
    if (!sample || this.framingOf(run)) await this.attempt(() => this.#watch(run.id));
    return run;
  }

  /** Opens a run, with its settings in the builder; null closes it and keeps the settings. */
  open(id, patch = {}) {
    const run = this.runOf(id);
    const isEntry = id !== this.state.run;
    this.change(
      {
        ...(run ? this.#settings.of(run) : {}),
        run: id,
        snapshot: null,
        compare: this.state.compare.filter((other) => other !== id),
        ...patch,
      },
      { isEntry },
    );
  }

  /**
   * Puts a run's settings into the builder, to change something and start again; what comes of it is compared with
   * that run.
   */
  clone(id) {
    const settings = this.#settings.of(this.runOf(id));
    this.change({ ...settings, tab: "train", run: null, snapshot: null, compare: [id] }, { isEntry: true });
  }

  /** Draws a run together with the open one, or no more. */
  compare(id, isCompared) {
    const others = this.state.compare.filter((other) => other !== id);
    if (!isCompared && this.state.run === id)
      return this.change({ run: others[0] ?? null, compare: others.slice(1), snapshot: null }, { isEntry: true });
    if (!isCompared) return this.change({ compare: others });
    return this.shown.length ? this.change({ compare: [...others, id].slice(0, mostCompared() - 1) }) : this.open(id);
  }

  /** Asks the server to change a run: {state}, {learning_rate}, {name}. */
  ask(id, patch) {
    return this.attempt(async () => {
      this.#list.put(await changeRun(id, patch));
      this.change({});
    });
  }

  /** A run was deleted elsewhere. */
  lose(id) {
    this.forget(id);
    tell(GONE);
  }

  /** A run was deleted: whatever showed it closes. */
  forget(id) {
    this.runs = this.runs.filter((run) => run.id !== id);
    this.change({
      run: this.state.run === id ? null : this.state.run,
      compare: this.state.compare.filter((other) => other !== id),
    });
  }

  /**
   * The photo to watch, {sample} or {file}; the open run, if it is one's own and goes on, is told. Says whether it
   * could be read; else nothing changes.
   */
  async take(source) {
    const taking = (this.#taken += 1);
    if (source.file && !(await this.attempt(async () => (source.read = await readPicture(source, PHOTO_SIDE, "rgb")))))
      return false;
    if (taking !== this.#taken) return false;
    this.#put({ source });
    this.change({ sample: source.sample ?? OWN });
    if (this.run?.mine && !this.feed?.hasEnded) await this.#watching.ask(JSON.stringify([this.run.id, taking]));
    return true;
  }

  #watch(id) {
    return watchPhoto(id, this.source, this.framingOf(this.runOf(id)));
  }

  #hear(kinds) {
    if ([...kinds].some((kind) => kind !== "step")) this.show();
    else for (const view of this.#views) view.hear?.();
  }

  /** What the address describes, {state, source}; a run that is gone is told, and left out. */
  async #read() {
    const address = ADDRESS.read(location.search);
    if (!isReadable(location.search) || !this.#settings.knows(address))
      tell(_("A part of this link could not be read: the usual settings stand in its place."));
    const found = await Promise.all([address.run, ...address.compare].filter(Boolean).map((id) => this.#find(id)));
    const ids = found.filter(Boolean).map(({ id }) => id);
    for (const run of found.filter(Boolean)) this.#list.put(run);
    const run = ids.includes(address.run) ? address.run : null;
    const settings = this.#settings.read(address, this.runOf(run));
    const source = await startingPicture(location.search, settings.dataset, this.runOf(run), this);
    return {
      source,
      state: {
        tab: tabOf(location.hash) ?? address.tab,
        ...settings,
        sample: source.ofItsKind ? KIND : (source.sample ?? OWN),
        run,
        compare: address.compare.filter((id) => ids.includes(id)),
        snapshot: run ? address.snapshot : null,
        line: address.line,
        recorded: address.recorded,
      },
    };
  }

  /** The same, or null where the server does not answer, which is told. */
  async #reread() {
    let found = null;
    await this.attempt(async () => (found = await this.#read()));
    return found;
  }

  #put({ state = this.state, source }) {
    Object.assign(this, { state, source });
    show(source.ofItsKind && source.file ? { sample: KIND } : source);
  }

  async #find(id) {
    return readRun(id).catch((error) => {
      if (!(error instanceof Problem)) throw error;
      tell(error.problem.status === 404 ? GONE : error);
      return null;
    });
  }

  /** Where nobody chose a photo, another data set has another. */
  async #keepKind() {
    const { dataset, sample } = this.state;
    if (!this.stands || sample !== KIND || this.source.ofItsKind === dataset) return;
    this.source = { ...this.source, ofItsKind: dataset };
    const source = await pictureFor(dataset, this);
    if (this.state.dataset !== dataset || this.state.sample !== KIND) return;
    this.#put({ source });
    this.show();
  }
}

new TrainingPage().start();
