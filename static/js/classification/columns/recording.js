// What the layers give for a picture, and beside it for a second one, as far as the page has asked for it: all of a
// small network at once, of a deep one the strongest maps of some columns, and all of a layer's where they are wanted.

import { readActivations, readColumns, readValues } from "../../api.js";
import { readSprite } from "../../shared/maps.js";
import { readPixels } from "../../shared/pixels.js";
import { layersOf, treeOf } from "./tree.js";

const [FEW, ALL] = [8, 2000]; // maps of a column; as many as any layer has

export class Recording {
  #page;
  #fields;
  #pair;
  #asked = new Map();
  #values = new Map();

  /** `key` stands for the network and the pictures; `other` are the fields that name the second picture, or null. */
  constructor(page, key, other) {
    const { model, source, pictureFields } = page;
    this.#page = { name: model.name, source };
    this.#fields = pictureFields;
    this.#pair = { ...pictureFields, ...other };
    this.key = key;
    this.isPair = other !== null;
    this.tree = treeOf(model, this.isPair ? { isStaged: true } : {});
    this.isStaged = this.tree.some(({ inside }) => inside);
    this.layers = layersOf(model).map((layer) => ({ ...layer, limit: null, maps: [], others: [], order: null }));
    this.named = new Map(this.layers.map((layer) => [layer.name, layer]));
  }

  /** The columns of the first look. */
  first() {
    return this.#once("first", () => (this.isStaged ? this.#firstColumns() : this.#everything()));
  }

  /** The columns of what a stage or a block consists of. */
  part(name) {
    return this.#once(`part ${name}`, () => this.#columns({ part: name }));
  }

  /** All maps of a layer. */
  whole(name) {
    const layer = this.named.get(name);
    if (layer.maps.filter(Boolean).length === layer.shape[0]) return Promise.resolve();
    return this.#once(`whole ${name}`, () => this.#columns({ layer: name, limit: ALL }));
  }

  /** Whether the columns of that part have come. */
  has(name) {
    return this.#asked.get(`part ${name}`)?.isThere ?? false;
  }

  /** A layer's float32 values of the first picture, {shape, data}; asked for once. */
  async values(name) {
    await this.#once(`values ${name}`, async () => {
      const { name: model, source } = this.#page;
      this.#values.set(name, await readValues(model, source, this.#fields, name));
    });
    return this.#values.get(name);
  }

  /** Asks once; what failed is asked again. */
  #once(key, ask) {
    if (!this.#asked.has(key)) {
      const asked = { isThere: false };
      asked.coming = ask().then(
        () => (asked.isThere = true),
        (error) => {
          this.#asked.delete(key);
          throw error;
        },
      );
      this.#asked.set(key, asked);
    }
    return this.#asked.get(key).coming;
  }

  /** The stages; of the classes also every score, and what else leads to them. */
  async #firstColumns() {
    const [scores] = this.named.get("softmax").from;
    const { inside } = this.tree.find(({ kind }) => kind === "classes");
    const [values] = await Promise.all([
      this.values(scores),
      this.#columns({}),
      inside?.length > 2 && this.#columns({ part: "classes" }),
    ]);
    this.named.get(scores).maps = units(values.data);
  }

  async #everything() {
    const { layers } = await readActivations(this.#page.name, this.#page.source, this.#fields);
    const known = layers.filter(({ name }) => this.named.has(name));
    await Promise.all(
      known.map(async (told) => {
        const layer = this.named.get(told.name);
        const maps = await mapsOf(told, told.shape[0], told.limit);
        Object.assign(layer, { minimum: told.minimum, maximum: told.maximum, limit: told.limit, maps });
      }),
    );
  }

  async #columns(wish) {
    const { columns } = await readColumns(this.#page.name, this.#page.source, { limit: FEW, ...this.#pair, ...wish });
    await Promise.all(columns.filter(({ name }) => this.named.has(name)).map((column) => this.#keep(column)));
  }

  async #keep({ name, channels, limit, other = null, ...own }) {
    const layer = this.named.get(name);
    const [maps, others] = await Promise.all(
      [own, other].map((side) => (side ? mapsOf({ ...side, shape: own.shape }, channels.length, limit) : [])),
    );
    Object.assign(layer, {
      minimum: Math.min(own.minimum, other?.minimum ?? Infinity),
      maximum: Math.max(own.maximum, other?.maximum ?? -Infinity),
      limit,
    });
    if (channels.length > (layer.order?.length ?? 0)) layer.order = channels;
    channels.forEach((channel, index) => {
      layer.maps[channel] = maps[index];
      if (other) layer.others[channel] = others[index];
    });
  }
}

/** A sprite taken apart: maps as pictures, a vector as units of one value. */
async function mapsOf({ shape, maps, values }, count, limit) {
  if (!maps) return [];
  if (shape.length === 3) return readSprite(await readPixels(maps), count, limit);
  return units(values ?? readSprite(await readPixels(maps), 1, limit ?? NaN)[0].data);
}

function units(values) {
  // what is no number comes as null
  return Array.from(values, (value) => ({ width: 1, height: 1, channels: 1, data: new Float32Array([value ?? NaN]) }));
}
