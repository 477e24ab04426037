import { runtime } from '../../lib/base/runtime.ts';
import type { Tensor } from '../../lib/index.ts';
import {
  add,
  GradientTape,
  mul,
  round,
  scalar,
  sin,
  split,
  square,
  sum,
  tensor,
  UnsupportedError,
  variable,
} from '../../lib/index.ts';

/* Tapes as graphs. */

afterEach(() => {
  const left = runtime.layers.length;
  runtime.layers = [];
  expect(left).toBe(0);
});

function example(): GradientTape {
  const tape = new GradientTape({ persistent: true });
  const x = tensor([1, 2]);
  const w = variable(2, true, 'w "<&>\\');
  tape.watch(x);
  const [a, b] = split(mul(x, w), 2);
  sum(add(mul(a, round(b)), square(a)));
  tape.stop();
  return tape;
}

function longTape(count: number): GradientTape {
  const tape = new GradientTape({ persistent: true });
  const x = scalar(1);
  tape.watch(x);
  let y: Tensor = x;
  for (let i = 0; i < count; i++) y = sin(y);
  mul(y, sin(x));
  tape.stop();
  return tape;
}

describe('toDot', () => {
  it('draws sources, ops, results and cuts', () => {
    expect(example().toDot().split('\n')).toEqual([
      'digraph "GradientTape (persistent, stopped): 6 ops, 2 sources" {',
      '  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, margin="0.2,0.06"];',
      '  s0 [label="watched tensor\\n%0 float32 [2]", shape=ellipse, style=filled, fillcolor="#dbeafe"];',
      '  s1 [label="variable \'w \\"<&>\\\\\'\\n%1 float32 []", shape=ellipse, style=filled, fillcolor="#dbeafe"];',
      '  c0 [label="round\\nno gradient passes", shape=octagon, style=filled, fillcolor="#fee2e2"];',
      '  o0 [label="%2 = mul\\nfloat32 [2]", shape=box, style=rounded];',
      '  o1 [label="%3, %4 = split\\nfloat32 [1], float32 [1]", shape=box, style=rounded];',
      '  o2 [label="%5 = mul\\nfloat32 [1]", shape=box, style=rounded];',
      '  o3 [label="%6 = square\\nfloat32 [1]", shape=box, style=rounded];',
      '  o4 [label="%7 = add\\nfloat32 [1]", shape=box, style=rounded];',
      '  o5 [label="%8 = sum\\nfloat32 []", shape=box, style=rounded, peripheries=2];',
      '  o1 -> c0 [style=dashed];',
      '  s0 -> o0;',
      '  s1 -> o0;',
      '  o0 -> o1;',
      '  o1 -> o2;',
      '  c0 -> o2 [style=dashed];',
      '  o1 -> o3;',
      '  o2 -> o4;',
      '  o3 -> o4;',
      '  o4 -> o5;',
      '}',
      '',
    ]);
  });

  it('draws both arrows of a product with itself', () => {
    const tape = new GradientTape();
    const x = scalar(2);
    tape.watch(x);
    mul(x, x);
    tape.stop();
    expect(tape.toDot().match(/s0 -> o0;/g)?.length).toBe(2);
  });

  it('draws the first and the last ops of a million, the same each time', () => {
    const tape = longTape(1e6);
    const dot = tape.toDot();
    expect(dot).toBe(tape.toDot());
    expect(dot).toContain('more [label="... 999,802 more ops ...", shape=plaintext];');
    expect(dot.match(/^ {2}o\d+ \[/gm)?.length).toBe(200);
    expect(dot).toContain('  o99 -> more;\n  more -> o999902;\n');
    expect(dot.match(/more -> more/g)).toBe(null);
    // Also of many sources, and of none.
    const wide = new GradientTape();
    const xs = Array.from({ length: 60 }, () => scalar(1));
    wide.watch(xs);
    xs.forEach((x) => sin(x));
    wide.stop();
    expect(wide.toDot()).toContain('... 10 more sources ...');
    expect(wide.toDot().match(/sources -> o59;/g)?.length).toBe(1);
    const empty = new GradientTape();
    empty.stop();
    expect(empty.toDot()).toContain('GradientTape (stopped): 0 ops, 0 sources');
  });

  it('says of a used tape that its records are gone', () => {
    const tape = new GradientTape();
    const x = scalar(2);
    tape.watch(x);
    const y = square(x);
    const before = tape.toDot();
    expect(before).toContain('%1 = square');
    expect(tape.gradient(y, x).item()).toBe(4);
    expect(tape.toDot()).toContain('note [label="GradientTape (used): its records are gone"');
    expect(tape.toMermaid()).toContain('its records are gone');
  });

  it('draws what a gradient of a gradient is made of', () => {
    const tape = new GradientTape({ persistent: true });
    const x = scalar(2);
    tape.watch(x);
    const d = tape.gradient(sin(x), x);
    tape.stop();
    expect(tape.toDot()).toContain('%2 = sinGrad');
    expect(tape.explain(d, x).isConnected).toBe(true);
  });
});

describe('toMermaid', () => {
  it('draws the same, with every odd character as a number', () => {
    expect(example().toMermaid().split('\n')).toEqual([
      'flowchart TD',
      '  s0(["watched tensor<br/>%0 float32 [2]"])',
      '  s1(["variable \'w #34;#60;#38;#62;#92;\'<br/>%1 float32 []"])',
      '  c0{{"round<br/>no gradient passes"}}',
      '  o0["%2 = mul<br/>float32 [2]"]',
      '  o1["%3, %4 = split<br/>float32 [1], float32 [1]"]',
      '  o2["%5 = mul<br/>float32 [1]"]',
      '  o3["%6 = square<br/>float32 [1]"]',
      '  o4["%7 = add<br/>float32 [1]"]',
      '  o5[["%8 = sum<br/>float32 []"]]',
      '  o1 -.-> c0',
      '  s0 --> o0',
      '  s1 --> o0',
      '  o0 --> o1',
      '  o1 --> o2',
      '  c0 -.-> o2',
      '  o1 --> o3',
      '  o2 --> o4',
      '  o3 --> o4',
      '  o4 --> o5',
      '',
    ]);
  });
});

describe('toSVG', () => {
  it('is a picture that stands by itself, with its text escaped', async () => {
    const tape = example();
    const svg = await tape.toSVG();
    expect(svg).toMatch(/^<svg role="img" width="\d+pt"/);
    expect(svg.trimEnd().endsWith('</svg>')).toBe(true);
    expect(svg).toContain('<title>GradientTape (persistent, stopped): 6 ops, 2 sources</title>');
    expect(svg).toContain('<desc>');
    expect(svg).toContain('&lt;&amp;&gt;');
    expect(svg).not.toMatch(/<script|<!DOCTYPE|<image|href=|<\?xml/);
    expect(await tape.toSVG()).toBe(svg);
  });

  it('stays below a megabyte for a hundred thousand ops', async () => {
    const svg = await longTape(1e5).toSVG();
    expect(svg.length).toBeLessThan(1e6);
    expect(svg).toContain('more ops ...');
  }, 30_000);

  it('says what to install', async () => {
    jest.doMock('@viz-js/viz', () => {
      throw new Error('Cannot find module');
    });
    const fault: unknown = await example()
      .toSVG()
      .catch((error: unknown) => error);
    jest.dontMock('@viz-js/viz');
    expect(fault).toBeInstanceOf(UnsupportedError);
    expect((fault as Error).message).toBe(
      'toSVG: @viz-js/viz must be installed; got no such package; npm install @viz-js/viz; toDot() and toMermaid() need no package',
    );
  });
});
