/** The works that js-pytorch can do: it has neither tanh nor sigmoid nor convolutions nor products of derivatives. */
import { firstValues } from '../../workloads/firstValues.ts';
import type { MeasureName } from '../../workloads/measures.ts';
import { measureNames } from '../../workloads/measures.ts';
import { parameterSets } from '../../workloads/parameters.ts';
import { classes, fingerprint, sizeOf, uniform } from '../../workloads/values.ts';
import type { Adapter, Offer, Work } from '../adapter.ts';
import type { LoadedAdapter } from '../adapters.ts';
import type { JsPytorch, JsTensor, Nested } from './library.ts';
import { loadJsPytorch, nested } from './library.ts';

function random(
  torch: JsPytorch,
  seed: number,
  shape: readonly number[],
  isWatched = false,
): JsTensor {
  return torch.tensor(nested(uniform(seed, sizeOf(shape)), shape), isWatched);
}

function fingerprintOf(values: Nested): number {
  return fingerprint((values as unknown as number[][]).flat(Infinity as 1));
}

function computing(f: () => JsTensor): Work {
  return { run: f, check: () => [fingerprintOf(f().data)] };
}

/** A work that ends in gradients, which the tensors keep. */
function differentiating(f: () => JsTensor, watched: readonly JsTensor[]): Work {
  const run = (): void => {
    for (const x of watched) x.zero_grad();
    f().backward();
  };
  return {
    run,
    check: () => {
      run();
      return watched.map((x) => fingerprintOf(x.grad));
    },
  };
}

function cycle(torch: JsPytorch): Work {
  const [a, b, c] = [2, 3, 4].map((x) => torch.tensor([x], true));
  return differentiating(() => torch.add(torch.mul(a, b), c), [a, b, c]);
}

function million(torch: JsPytorch, what: 'add' | 'exp' | 'sum'): Work {
  const [x, w] = [random(torch, 1, [1_000_000]), random(torch, 2, [1_000_000])];
  const works = { add: () => torch.add(x, w), exp: () => torch.exp(x), sum: () => x.sum() };
  return computing(works[what]);
}

function product(torch: JsPytorch, n: number): Work {
  const [a, b] = [random(torch, 1, [n, n]), random(torch, 2, [n, n])];
  return computing(() => torch.matmul(a, b));
}

function productGradient(torch: JsPytorch, n: number): Work {
  const [a, b] = [random(torch, 1, [n, n], true), random(torch, 2, [n, n], true)];
  return differentiating(() => torch.matmul(a, b).sum(), [a, b]);
}

function perceptron(torch: JsPytorch): Work {
  const values = parameterSets.perceptron.map((p) => {
    return torch.tensor(nested(firstValues(p), p.shape), true);
  });
  const layers = [0, 1, 2].map((i) => {
    const [inputs, outputs] = parameterSets.perceptron[2 * i].shape;
    return Object.assign(new torch.nn.Linear(inputs, outputs), {
      W: values[2 * i],
      b: values[2 * i + 1],
    });
  });
  const crossEntropy = new torch.nn.CrossEntropyLoss();
  // Its own ReLU has a slope of 0.001 on the left.
  const relu = (z: JsTensor): JsTensor => torch.masked_fill(z, z, (value) => value < 0, 0);
  const optimizer = new torch.optim.Adam(values, 1e-4, 0);
  const x = random(torch, 5, [128, 784]);
  const labels = torch.tensor([...classes(6, 128, 10)]);
  const loss = (): JsTensor => {
    const second = relu(layers[1].forward(relu(layers[0].forward(x))));
    return crossEntropy.forward(layers[2].forward(second), labels);
  };
  return {
    run: () => {
      loss().backward();
      optimizer.step();
      optimizer.zero_grad();
    },
    check: () => {
      const value = loss();
      value.backward();
      const [number] = [value.data].flat(Infinity as 1) as number[];
      const checked = [number, ...values.map((p) => fingerprintOf(p.grad))];
      optimizer.zero_grad();
      return checked;
    },
  };
}

function adapterOf(torch: JsPytorch): Adapter {
  const offers: Partial<Record<MeasureName, Offer>> = {
    'W1.cycle': () => cycle(torch),
    'W3.add': () => million(torch, 'add'),
    'W3.exp': () => million(torch, 'exp'),
    'W3.sum': () => million(torch, 'sum'),
    'W4.product64': () => product(torch, 64),
    'W4.product256': () => product(torch, 256),
    'W4.product512': () => product(torch, 512),
    'W4.product1024': 'it would take 10 s',
    'W4.gradient256': () => productGradient(torch, 256),
    'W4.gradient512': () => productGradient(torch, 512),
    'W4.gradient1024': 'it would take a minute',
    'W5.step': () => perceptron(torch),
  };
  const missing = 'it has no function for this';
  const all = measureNames.map((name): [MeasureName, Offer] => [name, offers[name] ?? missing]);
  return Object.fromEntries(all) as Adapter;
}

export async function load(folder: string): Promise<LoadedAdapter> {
  const { torch, version } = await loadJsPytorch(folder);
  return { adapter: adapterOf(torch), version };
}
