// What opens in the lines of the settings: the parts of the page that come once its first view stands.

import { connectBuilder } from "./builder.js";
import { connectInput } from "./input.js";
import { connectOptimizer } from "./optimizer.js";
import { connectRemedies } from "./remedies.js";

export const PANELS = [connectBuilder, connectInput, connectRemedies, connectOptimizer];
