import type { Patches } from '../../base/products.ts';
import { defineFunction, forRange, ifThen } from './assembler.ts';
import { i32, v128 } from './code.ts';
import type { KernelFunction } from './engine.ts';
import { compile, reserve, scratch } from './engine.ts';

/* The cells under some places of a window, side by side in the scratch memory, a row for each place. */

const made: { lay: KernelFunction | null } = { lay: null };

// Parameters: the image, the table from the first place on, its end, bytes of a cell, where a cell of
// zeros is, and where the rows go. Cells are copied as vectors; what they write beyond, the next replaces.
function layFunction(): KernelFunction {
  const params = ['i32', 'i32', 'i32', 'i32', 'i32', 'i32'] as const;
  const lay = defineFunction('lay', params, (body, image, table, end, width, zeros, to) => {
    const [entry, cell, from, at] = (['i32', 'i32', 'i32', 'i32'] as const).map((type) =>
      body.local(type),
    );
    return [
      forRange(entry, table.get, end.get, 4, [
        cell.set(i32.load(entry.get)),
        from.set(zeros.get),
        ifThen(i32.geS(cell.get, i32.const(0)), [
          from.set(i32.add(image.get, i32.mul(cell.get, width.get))),
        ]),
        forRange(at, i32.const(0), width.get, 16, [
          v128.store(i32.add(to.get, at.get), v128.load(i32.add(from.get, at.get))),
        ]),
        to.set(i32.add(to.get, width.get)),
      ]),
    ];
  });
  return (made.lay ??= compile([lay])['lay']);
}

/** The scratch memory of one convolution: the table, one image, and some rows of patches. */
export interface Room {
  readonly table: number;
  readonly image: number;
  readonly zeros: number;
  readonly rows: number;
}

/** Reserves room for the patches of so many places. */
export function reserveRoom({ x, table, cells, channels, taps }: Patches, together: number): Room {
  const bytes = x.BYTES_PER_ELEMENT;
  const room = {
    table: reserve(table.length * 4),
    image: reserve(cells * channels * bytes),
    zeros: reserve(channels * bytes),
    rows: reserve(together * taps * channels * bytes),
  };
  scratch().i32.set(table, room.table / 4);
  scratch().u8.fill(0, room.zeros, room.zeros + channels * bytes);
  return room;
}

/** Lays the patches of `count` places of the image in `room` side by side. */
export function lay(patches: Patches, room: Room, place: number, count: number): void {
  const { taps, channels, x } = patches;
  const from = room.table + place * taps * 4;
  const width = channels * x.BYTES_PER_ELEMENT;
  layFunction()(room.image, from, from + count * taps * 4, width, room.zeros, room.rows);
}
