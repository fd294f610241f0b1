// The parts of the train page: those of its first view, and those that come when they are first wanted.

import { Unreachable } from "../api.js";
import { later } from "../shared/later.js";
import { connectCharts } from "./charts/charts.js";
import { connectControls } from "./runs/controls.js";
import { connectHome } from "./charts/home.js";
import { connectKernels } from "./seeing/kernels.js";
import { connectMaps } from "./seeing/maps.js";
import { connectPhoto } from "./seeing/photo.js";
import { connectRecorded } from "./charts/recorded.js";
import { connectPresets } from "./stage/presets.js";
import { connectRail } from "./stage/rail.js";
import { connectResult } from "./stage/result.js";
import { connectStates } from "./runs/states.js";
import { connectStrip } from "./stage/strip.js";
import { connectTabs } from "./stage/tabs.js";
import { connectTicket } from "./runs/queue.js";
import { connectTime } from "./seeing/time.js";

export const SETTINGS = [connectPresets, connectRail, connectStates];
export const VIEWS = [
  connectTabs,
  connectStrip,
  connectControls,
  connectTicket,
  connectCharts,
  connectHome,
  connectKernels,
  connectPhoto,
  connectMaps,
  inRow("#confusion-row", () => import("./seeing/confusion.js"), "connectConfusion"),
  inRow("#gradients-card", () => import("./seeing/gradients.js"), "connectGradients"),
  inRow("#norms-card", () => import("./seeing/norms.js"), "connectNorms"),
  inRow("#numbers", () => import("./charts/numbers.js"), "connectNumbers"),
  inRow("#numbers", () => import("./charts/exports.js"), "connectExports"),
  inRow(
    "#sound-row",
    () => import("./charts/sound.js"),
    "connectSound",
    () => false,
  ),
  connectTime,
  (page) => connectRecorded("#recorded", () => page.onStage),
  connectResult,
  inTab(
    "overfitting",
    ({ state }) => state.compare.length,
    () => import("./charts/theater.js"),
    "connectTheater",
  ),
  inTab(
    "networks",
    ({ state }) => state.run,
    () => import("./runs/runs.js"),
    "connectRuns",
  ),
];

/** A row under the stage, which has nothing to show before it is opened, or `hasMore`: there is a run. */
function inRow(selector, load, connect, hasMore = (page) => page.run) {
  return (page) => {
    const row = document.querySelector(selector);
    const part = later(page, () => hasMore(page) || row.open, fetched(load, connect));
    row.addEventListener("toggle", () => part.refresh());
    return part;
  };
}

/** A tab, which may have something to show before it is opened. */
function inTab(name, isWanted, load, connect) {
  return (page) => later(page, () => page.state.tab === name || isWanted(page), fetched(load, connect));
}

/** The settings behind their lines, connected. */
export async function bringPanels(page) {
  const panels = await fetched(() => import("./builder/panels.js"), "PANELS")();
  return panels.map((connect) => connect(page));
}

/** What a module that comes later is wanted for. */
function fetched(load, name) {
  return async () => {
    const module = await load().catch(() => {
      throw new Unreachable();
    });
    return module[name];
  };
}
