import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as main from '../lib/index.ts';
import * as graph from '../lib/graph/index.ts';
import * as optim from '../lib/optim/index.ts';

interface Names {
  readonly values: readonly string[];
  readonly types: readonly string[];
}

/** What a module names in its `export {...} from` lines; any other kind of export is an error. */
function exportsOf(path: string): Names {
  const file = ts.createSourceFile(
    path,
    readFileSync(join(__dirname, '..', path), 'utf8'),
    ts.ScriptTarget.Latest,
  );
  const values: string[] = [];
  const types: string[] = [];
  for (const statement of file.statements) {
    if (ts.isImportDeclaration(statement) && statement.importClause === undefined) continue;
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    if (!ts.isExportDeclaration(statement) || clause === undefined || !ts.isNamedExports(clause)) {
      throw new Error(`${path}: must hold explicit re-exports only`);
    }
    const list = statement.isTypeOnly ? types : values;
    list.push(...clause.elements.map(({ name }) => name.text));
  }
  return { values: values.sort(), types: types.sort() };
}

const words = (text: string): string[] => text.trim().split(/\s+/);

// A change here is a change of what users can import: it needs a line in CHANGELOG.md.
const expected: Record<string, { module: object; values: string[]; types: string[] }> = {
  'lib/index.ts': {
    module: main,
    values: words(`
      AdamOptimizer AllocationError ArgumentError AxisError DTypeError ForwardAccumulator
      GradientTape GradtapeError Graph IndexError MomentumOptimizer Optimizer Reduction
      SGDOptimizer Session ShapeError TapeError Tensor UnconnectedGradientError UnsupportedError
      Variable abs acos acosh add addN all any apply argMax argMin asin asinh assignAdd assignSub
      atan atan2 atanh broadcastTo cast ceil clipByValue concat cos cosh cumsum customGrad
      customGradient defineOp div dot dropout equal erf exp expandDims expm1 eye fill floor
      floorDiv gather getDefaultFloat grad gradPassThrough gradients grads greater greaterEqual
      identity isFinite isInf isNaN leakyRelu less lessEqual linspace log log1p logSoftmax
      logSumExp logicalAnd logicalNot logicalOr logicalXor losses matMul max maximum mean
      meanSquaredError min minimum mod mul neg notDifferentiable notEqual oneHot ones onesLike
      outerProduct pad placeholder pow prod randomNormal randomStandardNormal randomUniform
      randomUniformInt range reciprocal recomputeGrad relu reshape reverse round rsqrt scalar
      setDefaultFloat setMaxElements setSeed sigmoid sigmoidCrossEntropy sign sin sinh slice
      softmax softmaxCrossEntropy softplus sparseSoftmaxCrossEntropy specOf split sqrt square
      squaredDifference squeeze stack stopGradient sub sum tan tanh tensor tile train transpose
      truncatedNormal unsortedSegmentSum unstack valueAndGrad valueAndGrads variable variableGrads
      vmap where wrap zeroGradient zeros zerosLike
    `),
    types: words(`
      AnyOp ArrayLike BatchRule CotangentTree CustomGradient CustomGradients DType Derivative
      Differentiability Expansion Feeds Fetched Fetches FloatDType GradContext GradSaveFunc GradientOptions
      GradientPair GradientTapeOptions Gradients GradientsOptions GradientsWithVariables
      InputGradients JvpOptions Kernel Leaf LeafTree MapLeaves NamedGrads NamedTensor NestedArray
      NestedNumbers NotDifferentiable NumericArray Op Operand Point Reads Shape Spec TensorLike
      TensorTree Traits UnconnectedCause ValueAndGrad ValueAndGrads ValuesOf VmapOptions
      ZeroGradient
    `),
  },
  'lib/graph/index.ts': {
    module: graph,
    values: words(`
      Graph Session gradients placeholder
    `),
    types: words(`
      Feeds Fetched Fetches GradientsOptions
    `),
  },
  'lib/optim/index.ts': {
    module: optim,
    values: words(`
      AdamOptimizer MomentumOptimizer Optimizer SGDOptimizer train
    `),
    types: words(`
      GradientPair Gradients NamedGrads NamedTensor
    `),
  },
};

describe('public names', () => {
  it.each(Object.entries(expected))('of %s are those of the list', (path, { module, ...names }) => {
    const found = exportsOf(path);
    expect(found).toEqual(names);
    expect(Object.keys(module).sort()).toEqual(names.values);
  });

  it('of a subpath are public in the main module, too, and the same', () => {
    for (const module of [graph, optim]) {
      for (const [name, value] of Object.entries(module)) {
        expect([name, (main as Record<string, unknown>)[name]]).toEqual([name, value]);
      }
    }
  });
});
