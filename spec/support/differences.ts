/** The document docs/reference/differences-from-tfjs.md. */

interface Departure {
  readonly subject: string;
  readonly there: string;
  readonly here: string;
  readonly why: string;
}

const departure = (subject: string, there: string, here: string, why = ''): Departure => ({
  subject,
  there,
  here,
  why,
});

/** Gradients that are wrong or missing in TensorFlow.js 4.22; spec/transforms/tfjsDefects.spec.ts checks each. */
// One difference, a few lines.
// prettier-ignore
const defects: readonly Departure[] = [
  departure('second derivatives of `exp`, `tanh`, `sigmoid`, `softmax`, `logSoftmax`, `losses.sigmoidCrossEntropy`', 'wrong numbers where x reaches the gradient on a second path, else an error', 'right to any order', 'saved results are recorded after the op that makes them, not before'),
  departure('second derivatives of activations with kinks, `clipByValue`, `pow` by the exponent, `maximum`, `minimum`, `max`, `min`, `prod`, `logSumExp`, pools, convolutions, `dilation2d`, resizing, local response normalisation', 'an error', 'right to any order', 'rules are made of ops that have rules themselves'),
  departure('`maximum`, `minimum`, `squaredDifference` of operands that broadcast', 'an error in the gradient', 'a gradient of each operand\'s shape', 'every rule undoes the broadcasting'),
  departure('`matMul` whose batch dimensions broadcast', 'an error in the gradient', 'a gradient of each operand\'s shape'),
  departure('`cumsum` along another axis than the last', 'an error in the gradient', 'a gradient'),
  departure('a comparison on the path, as in `where(less(x, 10), x, square(x))`', 'an error', 'the gradient of the branch taken', 'a condition has no derivative and needs none'),
  departure('`mirrorPad`', 'the mirrored copies contribute nothing', 'they do'),
  departure('`avgPool`, `avgPool3d` with padding', 'the result is the mean of the elements inside, the gradient divides by the whole window', 'both count the elements inside'),
  departure('`floorDiv`', 'the gradient of true division', 'no gradient passes', 'it is piecewise constant'),
  departure('slope of `abs` at 0', '-1', '0', 'the middle of the slopes on both sides'),
  departure('slope of `relu6` at 6', '1', '0', 'as in TensorFlow'),
  departure('`max`, `min` at a tie', 'the whole gradient to each', 'shared evenly', 'gradients then sum to 1, as in TensorFlow'),
  departure('`maximum`, `minimum` at a tie', 'all to the first operand', 'half to each', 'neither operand is favoured'),
  departure('`unstack` of an axis of length 1, `split` into one part, `linalg.bandPart` of one matrix', 'an error in the gradient', 'a gradient'),
  departure('`gather` by indices computed from the same tensor', 'an error', 'a gradient; indices have none'),
  departure('one tensor for two arguments of `grads`', 'the sum of both gradients, twice', 'each argument its own gradient'),
  departure('`grad` of a function that returns its argument, or a constant', 'an error', 'ones, or zeros'),
  departure('`cast` to int32 and back', 'the gradient passes as if nothing had happened', 'no gradient passes', 'rounding is piecewise constant'),
  departure('`conv2d` with dilations', 'no gradient', 'a gradient to any order'),
  departure('a source of integers or truth values', 'a gradient as if they were floats', '`grad`, `grads` and the like give float32 zeros, or throw if no result or `dy` is a float either; `tape.watch` throws', 'integers have no derivative'),
];

/** What differs though nothing is wrong. */
// prettier-ignore
const departures: readonly Departure[] = [
  departure('dtypes', 'float32, int32, bool, complex64, string', 'also float64 and complex128; no strings', 'derivatives are checked in double precision'),
  departure('`div` of two int32 tensors', 'an int32 quotient', 'the true quotient, a float', 'as in TensorFlow; `floorDiv` divides integers'),
  departure('a source that the target does not depend on', 'an error, or null', 'an error that names the cause; zeros on request', 'a forgotten path should not train silently'),
  departure('memory', '`tidy` and `dispose` free it', 'the garbage collector does; the calls exist and do no harm'),
  departure('backends', 'WebGL, WebGPU, WASM, CPU', 'plain JavaScript', 'no setup, the same numbers everywhere'),
  departure('`data()`, `array()`', 'wait for the device', 'promises that are fulfilled at once', 'synchronous forms cost nothing'),
  departure('numbers in kernels', 'as exact as the backend is', 'each op computes in double and rounds once, at its end', 'float32 results are nearly exact'),
  departure('axes', 'negative ones in most ops', 'negative ones in every op'),
  departure('`softmax`', 'along the last axis only', 'along any axis'),
  departure('`einsum`', 'at most two operands, no ellipsis, no repeated subscript, no gradient', 'any number, ellipsis and repeats, a gradient'),
  departure('`clipByValue`', 'bounds are numbers', 'numbers or tensors, which get gradients'),
  departure('`maxPool` at a tie', 'the first element', 'the first element', 'stated since `max` differs'),
  departure('random numbers', 'of a seed per call, others on each backend', 'Philox by `setSeed` or a seed per call, the same everywhere', 'a run can be repeated'),
  departure('errors', '`Error` with a text', 'classes such as `ShapeError`; the text names op, argument, condition, value and a hint', 'a program can tell them apart'),
  departure('`op`, `registerKernel`, `registerGradient`', 'for authors of ops', '`defineOp` and `apply`', 'one definition holds shape, kernel and derivative'),
  departure('beyond it', '', '`GradientTape`, `ForwardAccumulator`, `vmap`, `stopGradient`, `recomputeGrad`, `customGradient`, `Graph`'),
];

interface Listed {
  readonly file: string;
  readonly spec: string;
  readonly reason: string;
}

const introduction = `# Differences from TensorFlow.js

<!-- Written by \`npm run tables\`; a spec fails while it is out of date. -->

Names, argument orders and defaults are those of TensorFlow.js 4.22. This page lists what a program that
comes from there may notice.
`;

const titles = ['what', 'TensorFlow.js', 'gradtape', 'why'];

/** @param listed - text of the list of TensorFlow.js's own specs that do not pass, as JSON */
export function differencesDocument(listed: string): string {
  return [
    introduction,
    '## Gradients\n',
    table(defects),
    '\n## Conventions\n',
    table(departures),
    '\n## Specs of TensorFlow.js that do not pass\n',
    "`npm run tfjs:suite` runs TensorFlow.js's own specs on gradtape. Those that fail, by reason:\n",
    bulletsOf(JSON.parse(listed) as readonly Listed[]),
  ].join('\n');
}

function table(rows: readonly Departure[]): string {
  const cells = rows.map(({ subject, there, here, why }) => [subject, there, here, why]);
  return [titles, titles.map(() => '---'), ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}

function bulletsOf(listed: readonly Listed[]): string {
  if (listed.length === 0) return 'None.\n';
  const reasons = [...new Set(listed.map(({ reason }) => reason))].sort();
  return reasons
    .map((reason) => {
      const own = listed.filter((one) => one.reason === reason);
      const files = [...new Set(own.map(({ file }) => file))].sort();
      const text = files.map((file) => {
        const count = own.filter((one) => one.file === file).length;
        return count > 1 ? `\`${file}\` (${count})` : `\`${file}\``;
      });
      return `- ${reason} (${own.length}): ${text.join(', ')}`;
    })
    .concat('')
    .join('\n');
}
