import { runtime } from '../../lib/base/runtime.ts';
import type { Layer } from '../../lib/core/apply.ts';
import { apply, below, dispatch, pushLayer, removeLayer, withLayer } from '../../lib/core/apply.ts';
import { createTensor, wrapValues } from '../../lib/core/convert.ts';
import { add, addOp } from '../../lib/ops/elementwise.ts';
import { slice } from '../../lib/ops/slicing.ts';
import { reshape } from '../../lib/ops/structural.ts';

const tensor = (values: unknown) => createTensor('tensor', values);

/** A layer that hears every op and passes it on. */
function listener(name: string, heard: string[]): Layer {
  return {
    open: false,
    cares: () => true,
    process(op, inputs, params, level) {
      heard.push(`${name} ${op.name}`);
      return dispatch(op, inputs, params, level);
    },
  };
}

describe('apply', () => {
  it('offers an op to the innermost layer first, which passes it down', () => {
    const heard: string[] = [];
    withLayer(listener('outer', heard), () => {
      withLayer(listener('inner', heard), () => add(1, 2));
    });
    expect(heard).toEqual(['inner add', 'outer add']);
  });

  it('skips layers that do not care', () => {
    const heard: string[] = [];
    const deaf = { ...listener('deaf', heard), cares: () => false };
    withLayer(deaf, () => add(1, 2));
    expect(heard).toEqual([]);
  });

  it('allocates nothing when an op refuses its inputs', () => {
    const { allocate } = runtime;
    let allocations = 0;
    runtime.allocate = (dtype, size) => {
      allocations++;
      return allocate(dtype, size);
    };
    try {
      expect(() => apply(addOp, [tensor([1, 2]), tensor([1, 2, 3])], undefined)).toThrow(
        'add: shapes must broadcast together',
      );
    } finally {
      runtime.allocate = allocate;
    }
    expect(allocations).toBe(0);
  });
});

describe('views', () => {
  it('share storage when a reshape needs none of its own', () => {
    const x = tensor([1, 2, 3, 4]);
    expect(reshape(x, [2, 2]).values).toBe(x.values);
  });

  it('are copies when they would keep alive much more than they show', () => {
    const large = wrapValues('wrap', new Float32Array(100_000), [100, 1000]);
    expect(slice(large, [0, 0], [1, 1000]).values.buffer).not.toBe(large.values.buffer);
    expect(slice(large, [0, 0], [50, 1000]).values.buffer).toBe(large.values.buffer);
  });
});

describe('the stack', () => {
  it('is what it was after an error', () => {
    const before = runtime.layers;
    expect(() =>
      withLayer(listener('one', []), () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(runtime.layers).toEqual(before);
  });

  it('lets layers end in any order', () => {
    const [a, b] = [listener('a', []), listener('b', [])];
    pushLayer(a);
    pushLayer(b);
    removeLayer(a);
    expect(runtime.layers).toEqual([b]);
    removeLayer(b);
    expect(runtime.layers).toEqual([]);
  });

  it('hides the upper layers from a rule, and keeps what the rule opens and closes', () => {
    const heard: string[] = [];
    const [outer, inner, opened] = ['outer', 'inner', 'opened'].map((name) =>
      listener(name, heard),
    );
    pushLayer(outer);
    pushLayer(inner);
    below(1, () => {
      add(1, 2);
      pushLayer(opened);
      removeLayer(inner);
    });
    expect(heard).toEqual(['outer add']);
    expect(runtime.layers).toEqual([outer, opened]);
    removeLayer(outer);
    removeLayer(opened);
  });
});
