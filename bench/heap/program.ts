/** The memory of W5 after a hundred steps, a thousand, and many: it must stay where it is. */
import { perceptron } from '../peers/gradtape/training.ts';

const early = 100;
const steps = Number(process.argv[2]);

interface Held {
  readonly heap: number;
  readonly arrays: number;
  readonly resident: number;
}

/** Bytes; a first collection unlinks what only a second one frees. */
function held(): Held {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  const { heapUsed, arrayBuffers, rss } = process.memoryUsage();
  return { heap: heapUsed, arrays: arrayBuffers, resident: rss };
}

function line(after: number, { heap, arrays, resident }: Held): string {
  const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`.padStart(12);
  return `after ${String(after).padStart(6)} steps: heap ${mebibytes(heap)}, arrays ${mebibytes(arrays)}, resident ${mebibytes(resident)}`;
}

function main(): void {
  const { run } = perceptron();
  const readings: number[] = [];
  let done = 0;
  for (const after of [early, early * 10, steps]) {
    for (; done < after; done++) run();
    const reading = held();
    readings.push(reading.heap + reading.arrays);
    console.log(line(done, reading));
  }
  const ratio = readings[readings.length - 1] / readings[0];
  const peak = (process.resourceUsage().maxRSS / 1024).toFixed(0);
  console.log(`heap and arrays: ${ratio.toFixed(3)} times; peak resident ${peak} MiB`);
}

main();
