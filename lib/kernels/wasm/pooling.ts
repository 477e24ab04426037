import type { Values } from '../../base/dtype.ts';
import { bind, defineFunction, forRange, ifThen } from './assembler.ts';
import type { FunctionSource } from './assembler.ts';
import { i32, i32x4, v128, vectors32 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import {
  compile,
  fitsScratch,
  isAvailable,
  isEnough,
  mark,
  release,
  reserve,
  scratch,
} from './engine.ts';
import { zero } from './rows.ts';
import { copyIn, copyOut } from './staging.ts';

/*
 * Pools of float32, four channels at a time. Channels are walked in whole vectors: what is written
 * beyond the last one, the next place writes again.
 */

const f = vectors32(false);
const lanes = v128.or(v128.zero, [
  0xfd,
  0x0c,
  ...new Uint8Array(new Int32Array([0, 1, 2, 3]).buffer),
]);

// Parameters: the image, the table and its end, bytes of the taps of one place, bytes of a cell, and
// where the results go.
const poolParams = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;

function maxPool(): FunctionSource {
  return defineFunction(
    'maxPool',
    poolParams,
    (body, image, table, end, taps, width, y, positions) => {
      const [place, entry, cell, at] = (['i32', 'i32', 'i32', 'i32'] as const).map((type) =>
        body.local(type),
      );
      const [best, where, value] = [body.local('v128'), body.local('v128'), body.local('v128')];
      const channels = i32.shrU(width.get, i32.const(2));
      const number = i32x4.add(
        [i32.add(i32.mul(cell.get, channels), i32.shrU(at.get, i32.const(2))), 0xfd, 0x11],
        lanes,
      );
      const isNew = v128.or(
        v128.or(f.gt(value.get, best.get), i32x4.gtS(v128.zero, where.get)),
        v128.and(f.ne(best.get, best.get), f.eq(value.get, value.get)),
      );
      return [
        forRange(place, table.get, end.get, 4, [
          forRange(at, zero, width.get, 16, [
            best.set(f.splat(-Infinity)),
            where.set(i32x4.splat(-1)),
            forRange(entry, place.get, i32.add(place.get, taps.get), 4, [
              cell.set(i32.load(entry.get)),
              ifThen(i32.geS(cell.get, zero), [
                value.set(
                  v128.load(i32.add(i32.add(image.get, i32.mul(cell.get, width.get)), at.get)),
                ),
                bind(body, 'v128', isNew, (mask) => [
                  best.set(v128.select(value.get, best.get, mask)),
                  where.set(v128.select(number, where.get, mask)),
                ]),
              ]),
            ]),
            v128.store(i32.add(y.get, at.get), best.get),
            v128.store(i32.add(positions.get, at.get), where.get),
          ]),
          y.set(i32.add(y.get, width.get)),
          positions.set(i32.add(positions.get, width.get)),
          // The step of the loop is the last of these bytes.
          place.set(i32.sub(i32.add(place.get, taps.get), i32.const(4))),
        ]),
      ];
    },
  );
}

const made: { maxPool: KernelFunction | null } = { maxPool: null };

/** What a pool sees of its images. */
export interface Pooled {
  readonly table: Int32Array;
  readonly batch: number;
  readonly cells: number;
  readonly taps: number;
  readonly places: number;
  readonly channels: number;
}

export function poolsInVectors(x: Values, { cells, places, channels, taps }: Pooled): boolean {
  const bytes = 4 * (channels * (cells + 2 * places) + places * taps);
  return (
    isEnough(places * channels * taps, 256) &&
    x instanceof Float32Array &&
    fitsScratch(bytes) &&
    isAvailable()
  );
}

/** Maxima, and where they stand in their image. */
export function poolMaxima(x: Values, y: Values, positions: Values, pooled: Pooled): void {
  const { table, batch, cells, taps, places, channels } = pooled;
  const run = (made.maxPool ??= compile([maxPool()])['maxPool']);
  const start = mark();
  const [image, tableAt] = [reserve(cells * channels * 4), reserve(table.length * 4)];
  const [result, where] = [reserve(places * channels * 4), reserve(places * channels * 4)];
  scratch().i32.set(table, tableAt / 4);
  for (let i = 0; i < batch; i++) {
    copyIn(x, i * cells * channels, cells * channels, image);
    run(image, tableAt, tableAt + table.length * 4, taps * 4, channels * 4, result, where);
    const at = i * places * channels;
    copyOut(result, y, at, places * channels);
    positions.set(scratch().i32.subarray(where / 4, where / 4 + places * channels), at);
  }
  release(start);
}
