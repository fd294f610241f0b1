import assert from "node:assert/strict";
import test from "node:test";

import { readCells, readMatrix } from "../../../static/js/convolution/matrix-text.js";

const LONGEST = 7;
const SOBEL = [
  [-1, 0, 1],
  [-2, 0, 2],
  [-1, 0, 1],
];
const ONES = Array(3).fill([1, 1, 1]);
const read = (text) => readMatrix(text, LONGEST);

const SOURCES = {
  "tabs of a spreadsheet": "-1\t0\t1\r\n-2\t0\t2\r\n-1\t0\t1\r\n",
  "tabs with empty cells for zeros": "-1\t\t1\n-2\t\t2\n-1\t\t1\n",
  "tabs around it": "\t\t\t\n\t-1\t0\t1\n\t-2\t0\t2\n\t-1\t0\t1\n\t\t\t",
  commas: "-1,0,1\n-2,0,2\n-1,0,1",
  "commas and blanks": "-1, 0, 1\n-2, 0, 2\n-1, 0, 1\n",
  "commas at the ends of lines": "-1, 0, 1,\n-2, 0, 2,\n-1, 0, 1",
  semicolons: "-1;0;1\n-2;0;2\n-1;0;1",
  blanks: "  -1   0   1\n  -2   0   2\n  -1   0   1",
  "a real minus sign": "−1 0 1\n−2 0 2\n−1 0 1",
  "a dash for minus": "–1 0 1\n–2 0 2\n–1 0 1",
  "Python's lists": "[[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]",
  "Python, a line a row": "kernel = [\n    [-1, 0, 1],\n    [-2, 0, 2],\n    [-1, 0, 1],  # Sobel\n]",
  tuples: "((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))",
  "NumPy's print": "[[-1  0  1]\n [-2  0  2]\n [-1  0  1]]",
  "NumPy's print of floats": "[[-1.  0.  1.]\n [-2.  0.  2.]\n [-1.  0.  1.]]",
  "NumPy's repr": "array([[-1,  0,  1],\n       [-2,  0,  2],\n       [-1,  0,  1]])",
  "NumPy's repr with a type": "array([[-1.,  0.,  1.],\n [-2.,  0.,  2.],\n [-1.,  0.,  1.]], dtype=float32)",
  "NumPy 2's list": "[[np.float64(-1.0), np.float64(0.0), 1], [-2, 0, 2], [-1, 0, np.int64(1)]]",
  "a NumPy program": "k = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], dtype=np.float32)",
  "a NumPy program with a new shape": "np.array([-1, 0, 1, -2, 0, 2, -1, 0, 1]).reshape(3, 3)",
  "a prompt": ">>> np.array([[-1, 0, 1],\n...           [-2, 0, 2], [-1, 0, 1]])",
  "a notebook": "Out[12]: \narray([[-1,  0,  1],\n       [-2,  0,  2],\n       [-1,  0,  1]])",
  "PyTorch's print": "tensor([[-1.,  0.,  1.],\n        [-2.,  0.,  2.],\n        [-1.,  0.,  1.]])",
  "PyTorch's weights": "tensor([[[[-1.,  0.,  1.],\n [-2.,  0.,  2.],\n [-1.,  0.,  1.]]]], requires_grad=True)",
  "PyTorch's view": "torch.tensor([[-1., 0, 1], [-2, 0, 2], [-1, 0, 1]]).view(1, 1, 3, 3).repeat(1, 3, 1, 1)",
  MATLAB: "K = [-1 0 1; -2 0 2; -1 0 1];",
  "MATLAB with commas": "[-1, 0, 1; -2, 0, 2; -1, 0, 1]",
  "MATLAB's own print": "K =\n\n    -1     0     1\n    -2     0     2\n    -1     0     1\n",
  "MATLAB with lines": "h = [ -1 0 1   % left\n -2 0 2\n -1 0 1 ];",
  "NumPy's matrix": "-1 0 1; -2 0 2; -1 0 1",
  "LaTeX's bmatrix": "\\begin{bmatrix} -1 & 0 & 1 \\\\ -2 & 0 & 2 \\\\ -1 & 0 & 1 \\end{bmatrix}",
  "LaTeX's array":
    "$$ K = \\left[ \\begin{array}{rcc} -1 & \\phantom{-}0 & 1 \\\\[2pt] {-2} & 0 & 2 \\\\ -1 & 0 & 1 \\\\ \\end{array} \\right] $$",
  "LaTeX's rows alone": "-1 & 0 & 1 \\\\\n-2 & 0 & 2 \\\\\n-1 & 0 & 1",
  "C's braces": "float k[3][3] = {{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}};",
  "C with its own fractions": "const float k[3][3] = {\n  {-1.f, 0f, 1.0f},\n  {-2.f, 0f, 2.0f},\n  {-1f, 0f, 1f},\n};",
  "a list in three lines": "[-1, 0, 1,\n -2, 0, 2,\n -1, 0, 1]",
  "R's print": "     [,1] [,2] [,3]\n[1,]   -1    0    1\n[2,]   -2    0    2\n[3,]   -1    0    1",
  Markdown: "| -1 | 0 | 1 |\n|---|:-:|--:|\n| -2 | 0 | 2 |\n| -1 | 0 | 1 |",
  "SymPy's print": "⎡-1  0  1⎤\n⎢        ⎥\n⎢-2  0  2⎥\n⎢        ⎥\n⎣-1  0  1⎦",
};

for (const [source, text] of Object.entries(SOURCES))
  test(`a matrix is read from ${source}`, () => assert.deepEqual(read(text), { matrix: SOBEL, divisor: 1 }));

test("what a matrix is divided or multiplied by becomes its divisor", () => {
  const ninths = [
    "kernel: [[1, 1, 1], [1, 1, 1], [1, 1, 1]] / 9",
    "kernel = np.ones((3, 3), np.float32) / 9",
    "torch.ones(3, 3) / 9",
    "h = ones(3)/9;",
    "kernel = np.array([[1,1,1],[1,1,1],[1,1,1]], np.float32) / 9.0",
    "(1/9) * np.array([[1, 1, 1], [1, 1, 1], [1, 1, 1]])",
    "1/9 * [1 1 1; 1 1 1; 1 1 1];",
    "\\frac{1}{9} \\begin{pmatrix} 1 & 1 & 1 \\\\ 1 & 1 & 1 \\\\ 1 & 1 & 1 \\end{pmatrix}",
    "$K=\\frac19\\begin{bmatrix}1&1&1\\\\1&1&1\\\\1&1&1\\end{bmatrix}$",
  ];

  for (const text of ninths) assert.deepEqual(read(text), { matrix: ONES, divisor: 9 }, text);
  assert.deepEqual(read("A =\n\n   1.0e+03 *\n\n    1.0    2.0\n    3.0    4.5\n").divisor, 0.001);
});

test("fractions, percents and decimal commas are numbers of a matrix", () => {
  const cases = {
    "½\t¼\n50%\t–1": [
      [0.5, 0.25],
      [0.5, -1],
    ],
    "50 % 25 %\n1/9 1 / 8": [
      [0.5, 0.25],
      [1 / 9, 0.125],
    ],
    "0,5\t1,25\n-0,5\t2": [
      [0.5, 1.25],
      [-0.5, 2],
    ],
    "0,5;1\n2;0,25": [
      [0.5, 1],
      [2, 0.25],
    ],
    "0,5 1,5\n2 -0,25": [
      [0.5, 1.5],
      [2, -0.25],
    ],
    "0,5, 1,5\n2,5, 3,5": [
      [0.5, 1.5],
      [2.5, 3.5],
    ],
    "\\begin{matrix} \\frac{1}{2} & 0{,}25 \\\\ -\\tfrac{1}{4} & 50\\% \\end{matrix}": [
      [0.5, 0.25],
      [-0.25, 0.5],
    ],
  };

  for (const [text, matrix] of Object.entries(cases)) assert.deepEqual(read(text), { matrix, divisor: 1 }, text);
});

test("a row that NumPy breaks into lines is one row", () => {
  const text = "array([[-1.93701527e-03, -2.63178541e-04,\n        -5.57965800e-04, -8.43548774e-05]])";

  assert.deepEqual(read(text).matrix, [[-1.93701527e-3, -2.63178541e-4, -5.579658e-4, -8.43548774e-5]]);
});

test("every size from 1 by 1 to 7 by 7 is read", () => {
  for (let rows = 1; rows <= LONGEST; rows += 1)
    for (let columns = 1; columns <= LONGEST; columns += 1) {
      const matrix = Array.from({ length: rows }, (_r, row) => Array.from({ length: columns }, (_c, at) => row - at));
      const written = { matrix: matrix.map((row) => row.map((value) => value + 0)), divisor: 1 };

      assert.deepEqual(read(JSON.stringify(matrix)), written);
      if (rows * columns > 1) assert.deepEqual(read(matrix.map((row) => row.join("\t")).join("\n")), written);
      if (rows * columns > 1) assert.deepEqual(read(matrix.map((row) => row.join(" ")).join("\n")), written);
      assert.deepEqual(read(`[${matrix.map((row) => row.join(" ")).join("; ")}]`), written);
    }
});

test("a table's cells are numbers, and empty ones zeros", () => {
  const cells = [
    ["", "", ""],
    ["", "1/9", ""],
    ["", "", "2"],
  ];

  assert.deepEqual(readCells(cells, LONGEST).matrix, [
    [1 / 9, 0],
    [0, 2],
  ]);
});

test("what is no matrix is left alone", () => {
  const others = [
    "",
    "5",
    " 5\r\n",
    "hello",
    "a, b and c",
    "https://example.org/a.png",
    "page 3 of 4",
    "name\tage\nAda\t36",
  ];

  for (const text of [...others, "x".repeat(30_000)]) assert.equal(read(text), null, text.slice(0, 40));
  assert.equal(readCells([["5"]], LONGEST), null);
});

test("a matrix that does not fit is told, not cut", () => {
  const wide = Array(8).fill(Array(8).fill(1));
  const wrong = {
    [JSON.stringify(wide)]: /8 × 8/,
    "1 2 3\n4 5\n6 7 8": /Row 2 .* 2 numbers, the first has 3/,
    "1\t2\n3\tx": /Row 2, column 2/,
    "[[1, 2], [3, 2000001]]": /Row 2, column 2/,
    "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]": /rows and columns/,
    "np.array([[1, 2], [3, 4]]).T": /before or behind/,
    "[[1, 2], [3, 4]] + 1": /before or behind/,
    "k = np.array([[1, 2], [3, 4]])\nk = k / 9": /before or behind/,
    "a = [[1, 2], [3, 4]]\nb = [[5, 6], [7, 8]]": /before or behind/,
    "[[1, 2], [3, 4]] / 0": /before or behind/,
    "np.transpose([[1, 2], [3, 4]])": /before or behind/,
    "np.zeros((3, 3))": /before or behind/,
    "np.outer([1, 2, 1], [1, 2, 1])": /before or behind/,
    "np.rot90(np.array([[1, 2], [3, 4]]))": /before or behind/,
    "table[[0, 1], [2, 3]]": /before or behind/,
    "[[np.sqrt(2), 1, 2], [0, 1, 2]]": /paste one kernel/,
    "\\begin{bmatrix} \\sqrt{2} & 1 \\\\ 3 & 4 \\end{bmatrix}": /Row 1, column 1/,
    "\\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}^T": /before or behind/,
    "[[0x1f, 1], [2, 1000001]]": /Row 2, column 2/,
  };

  for (const [text, sentence] of Object.entries(wrong)) assert.match(read(text)?.problem ?? "none", sentence, text);
});

test("hostile texts are read in no time", () => {
  const parts = [
    "[",
    "1,",
    "\\frac{",
    "1 ",
    " ",
    "np.f(",
    "a[",
    "-",
    "\n",
    "1/",
    "[1,",
    ", a=",
    "\\begin{array}",
    "½",
    "|",
  ];
  const begun = performance.now();

  for (const part of parts) {
    read(part.repeat(6_000 / part.length));
    read(`[[1, 2], [3, 4]]${part.repeat(5_900 / part.length)}`);
    read(`${part.repeat(5_900 / part.length)}[[1, 2], [3, 4]]`);
  }

  assert.ok(performance.now() - begun < 10_000, `${performance.now() - begun} ms`);
});
