// The classify page: holds its state, asks each part's question again when it has changed, and keeps the address in
// step.

import { listKernels, listModels, listSamples, readModel, readPicture } from "../api.js";
import { Address, OWN, addressOf } from "../shared/address.js";
import { learnNames } from "../shared/layers.js";
import { told } from "../shared/told.js";
import { framingFor } from "../shared/framing.js";
import { changeFields } from "./picture/changes.js";
import { connectAnswer } from "./answer.js";
import { connectBreaking } from "./breaking.js";
import { connectChannel } from "./channel.js";
import { byKnowledge, connectChooser } from "./chooser.js";
import { connectFilters } from "./filters.js";
import { connectFolds } from "./folds.js";
import { connectHeat } from "./heat.js";
import { connectImplant } from "./implant.js";
import { connectInWords } from "./in-words.js";
import { connectLive } from "./live.js";
import { connectLearning } from "./gradients/learning.js";
import { connectMaking } from "./making/making.js";
import { connectMaps } from "./columns/maps.js";
import { connectPair, otherOf } from "./columns/pair.js";
import { connectProbes } from "./columns/probes.js";
import { keeperOf } from "./columns/shown.js";
import { knowsPhotos, pictureOfKind } from "./picture/own-kind.js";
import { connectPhoto } from "./picture/photo.js";
import { connectSelectivity } from "./selectivity.js";
import { attempt, connectNotice, tell } from "../rooms/notice.js";
import { firstPicture, show } from "../rooms/photo.js";
import { connectPictures } from "../rooms/sources.js";

const ADDRESS = new Address(told.address);
const PHOTO_SIDE = 384;
const SETTLE_MS = 220;
const REFUSED_MS = 1000; // until the next live frame, where one was refused
const UNLISTED = /^(run-[0-9a-f]{16}|own-[0-9a-f]{32})$/; // a run's newest checkpoint, and what visitors sent in
const OF_ITS_KIND = "kind"; // how an address names a picture that the page draws
const NO_MAP = { layer: null, channel: null, x: null, y: null, source: null };
const NOT_OPEN = { ...NO_MAP, open: null, whole: null };

class ClassificationPage {
  kernels = [];
  samples = [];
  models = [];
  state = null;
  model = null;
  source = null;
  photo = null;
  origin = {}; // what the photo's file held
  answer = null;
  maps = null;
  explained = null;
  other = null; // the second photo, {sample} or {file}
  others = 0; // that were compared with
  isLive = false; // while the camera is on
  probes = null; // what each layer alone answers
  trail = [];
  wasClicked = false; // whether what is open was opened by hand: then it is painted before one's eyes
  #reading = 0;
  #pictures = 0;
  #parts = [];
  #settling = null;
  #missing = null; // why the network of the address is not shown

  async start() {
    connectNotice();
    this.state = ADDRESS.read(location.search);
    await this.attempt(async () => {
      [this.kernels, this.samples, this.models] = await Promise.all([listKernels(), listSamples(), listModels()]);
      learnNames(this.models);
      connectPictures(this.samples, (source) => this.#meet(source));
      this.#parts = [
        connectPhoto,
        connectLive,
        connectAnswer,
        connectBreaking,
        connectChooser,
        connectMaps,
        connectPair,
        connectProbes,
        connectMaking,
        connectLearning,
        connectHeat,
        connectChannel,
        connectImplant,
        connectFilters,
        connectSelectivity,
        connectFolds,
        connectInWords,
      ].map((connect) => connect(this));
      addEventListener("popstate", () => this.#return());
      this.other = await otherOf(this);
      await this.#enter();
    });
    this.#tellMissing();
    document.documentElement.dataset.ready = "true";
  }

  /** Layers of the network, by name; the first is its input. */
  layer(name) {
    return this.maps?.named.get(name) ?? null;
  }

  /** What the answer depends on, as text: another text means another answer. */
  get pictureKey() {
    return JSON.stringify([this.model?.name, this.#pictures, changeFields(this.state.change), this.state.implant]);
  }

  /** The fields that every question about the picture carries. */
  get pictureFields() {
    const { change, implant } = this.state;
    return { change: changeFields(change), implant: this.implantFields(implant), framing: framingFor(this.model) };
  }

  /** The implant as a request writes it, or null where none is chosen or its kernel is not known. */
  implantFields(implant) {
    const kernel = implant && this.kernels.find(({ name }) => name === implant.kernel);
    return kernel
      ? { layer: implant.layer, channel: implant.channel, matrix: kernel.matrix, divisor: kernel.divisor }
      : null;
  }

  attempt(work, teller) {
    return attempt(work, teller);
  }

  /**
   * Reads a picture, {sample} or {file}, and says whether it could; whatever goes wrong, the present one stays. A new
   * picture is seen as it is, by the network of that name, if one is named.
   */
  async take(source, patch = { change: {}, label: null, x: null, y: null }, network = null) {
    const reading = (this.#reading += 1);
    const isTaken = await this.attempt(async () => {
      const { levels, origin } = await readPicture(source, PHOTO_SIDE, "rgb");
      const isForAnother = source.shows && source.dataset !== this.model.dataset; // which was chosen since
      if (reading !== this.#reading || isForAnother) return;
      if (network) await this.#choose(network);
      if (network) Object.assign(this.state, NOT_OPEN, { implant: null });
      [this.source, this.photo, this.origin] = [source, levels, origin];
      this.#pictures += 1;
      Object.assign(this.state, patch, { sample: source.sample ?? (source.shows ? OF_ITS_KIND : OWN) });
      if (!source.shows) show(source);
    });
    this.change({});
    return isTaken;
  }

  /** The network and the picture of the address, or those that stand in for what it does not name. */
  async #enter() {
    if (this.state.model) await this.#choose(this.state.model);
    const source = await this.#first();
    const knowing = this.#knowing(source);
    if (knowing || !this.state.model) await this.#choose(knowing);
    await this.take(source, {});
  }

  /** What is seen first: the picture that the address names, one of the network's kind, or that of all rooms. */
  async #first() {
    const named = new URLSearchParams(location.search).get("sample") ?? OF_ITS_KIND;
    if (named === OF_ITS_KIND && this.state.model && !knowsPhotos(this.model)) return pictureOfKind(this.model);
    return this.#ofAllRooms(location.search);
  }

  #ofAllRooms(search) {
    return firstPicture(search, { samples: this.samples, usual: ADDRESS.field("sample").default });
  }

  /** The photo of all rooms, where the network started with a picture of its own kind. */
  async offerPhoto() {
    await this.take(await this.#ofAllRooms(""));
  }

  /** The network that knows most, before the camera shows it anything. */
  async meetOwn() {
    const knowing = this.#knowing({ file: true });
    if (knowing && knowing !== this.model.name) await this.choose(knowing);
  }

  #meet(source) {
    const knowing = this.#knowing(source);
    return this.take(source, undefined, knowing === this.model.name ? null : knowing);
  }

  /** A photo of one's own may show anything: it meets the network that knows most, unless one was chosen. */
  #knowing({ file, isDrawn }) {
    return file && !isDrawn && this.state.model === null ? byKnowledge(this.models)[0]?.name : null;
  }

  /** A live frame, {file} and its levels: answered, and its maps drawn, before the promise is kept. */
  async follow(source, levels) {
    [this.source, this.photo, this.origin] = [source, levels, {}];
    this.#pictures += 1;
    this.state.sample = OWN;
    for (const part of this.#parts.filter(({ isFollowing }) => isFollowing)) await part.refresh();
    if (this.answer?.key !== this.pictureKey) await new Promise((done) => setTimeout(done, REFUSED_MS));
  }

  /** Another network; what was open in the last one is closed. */
  async choose(name) {
    await this.attempt(() => this.#choose(name));
    this.#tellMissing();
    this.change({ ...NOT_OPEN, label: null, implant: null });
    const [isPhoto, knows] = [!this.source.shows && !this.source.isDrawn, knowsPhotos(this.model)];
    if (isPhoto && !knows && !this.isLive) await this.take(await pictureOfKind(this.model));
    if (this.source.shows && knows) await this.offerPhoto();
  }

  async #choose(name) {
    const usual = (this.models.find((model) => model.name === "explain") ?? this.models[0])?.name;
    const wanted = this.models.some((model) => model.name === name) || UNLISTED.test(name ?? "") ? name : usual;
    if (!wanted) return;
    const found = await readModel(wanted).catch((error) => this.#without(error, wanted, usual));
    [this.answer, this.maps, this.probes, this.explained, this.trail] = [null, null, null, null, []];
    learnNames([found]);
    this.model = found;
    this.state.model = found.name === name ? name : null;
  }

  /** A run may be gone, or have no checkpoint yet: that is told, and the usual network takes its place. */
  #without(error, wanted, usual) {
    if (wanted === usual || !usual) throw error;
    this.#missing = error;
    return readModel(usual);
  }

  /** Opens a map; `walked` keeps the way that led here. */
  open(place, { walked = false, isClick = walked } = {}) {
    const { layer, channel, x, y } = this.state;
    this.wasClicked = isClick;
    this.trail = walked ? [...this.trail, { layer, channel, x, y }] : [];
    const keeper = keeperOf(this, place.layer);
    this.change({ ...NO_MAP, ...place, ...(keeper && { open: keeper }) });
  }

  /** Moves the unit of the open map. */
  moveTo(x, y) {
    const [, height = 1, width = 1] = this.layer(this.state.layer)?.shape ?? [];
    this.change({ x: Math.max(0, Math.min(width - 1, x)), y: Math.max(0, Math.min(height - 1, y)) });
  }

  /**
   * Changes the state; what follows from it is asked at once, or, while a slider moves (`isLive`), the answer first
   * and the rest later.
   */
  change(patch, { isLive = false } = {}) {
    Object.assign(this.state, patch);
    if (!this.model || !this.source) return;
    const follows = (part) => (this.isLive ? part.isFollowing : !isLive || part.isLive);
    for (const part of this.#parts.filter(follows)) part.refresh();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#settle(isLive), SETTLE_MS);
  }

  #settle(isLive) {
    if (this.isLive) return;
    if (isLive) for (const part of this.#parts) part.refresh();
    history.replaceState(null, "", addressOf(ADDRESS.write(this.state)));
  }

  async #return() {
    this.state = ADDRESS.read(location.search);
    this.other = await otherOf(this);
    await this.attempt(() => this.#enter());
    this.#tellMissing();
    document.dispatchEvent(new Event("returned"));
  }

  #tellMissing() {
    if (this.#missing) tell(this.#missing);
    this.#missing = null;
  }
}

new ClassificationPage().start();
