// The engine of the page in JavaScript alone, as a browser without WebAssembly's SIMD takes it.

import "./vectors.mjs";
