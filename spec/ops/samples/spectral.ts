import { angle } from '../../../lib/functions/complex.ts';
import { dct, idct } from '../../../lib/functions/cosineTransform.ts';
import {
  frame,
  inverseStft,
  inverseStftWindowFn,
  overlapAndAdd,
  stft,
} from '../../../lib/functions/signal.ts';
import {
  fftShift,
  fitted,
  ifftShift,
  irfft,
  irfft2d,
  irfft3d,
  rfft,
  rfft2d,
  rfft3d,
} from '../../../lib/functions/spectral.ts';
import { hammingWindow } from '../../../lib/functions/windows.ts';
import { complex } from '../../../lib/ops/complex.ts';
import { fft, fft2d, fft3d, ifft, ifft2d, ifft3d } from '../../../lib/ops/fourier.ts';
import { complexNumbers, principal, real } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

// One op, one line.
// prettier-ignore
export const spectral: readonly Row[] = [
  row(angle, [principal(2, 3)], { result: 'real', float32Tolerance: 1e-4, reason: 'slopes near 0 are steep' }),
  row(fft, [complexNumbers(2, 3)]),
  row(fft, [real(2, 4)], { result: 'complex' }),
  row(fft, [complexNumbers(17)], { calls: [(x) => fft(x)], float32Tolerance: 1e-4, reason: 'sums of many numbers' }),
  row(ifft, [complexNumbers(2, 3)]),
  row(ifft, [complexNumbers(8)]),
  row(fft2d, [complexNumbers(2, 2, 3)]),
  row(ifft2d, [complexNumbers(2, 2, 3)]),
  row(fft3d, [complexNumbers(2, 3, 2)]),
  row(ifft3d, [complexNumbers(2, 3, 2)]),
  row(rfft, [real(2, 5)], { calls: [(x) => rfft(x), (x) => rfft(x, 4), (x) => rfft(x, 6)], result: 'complex', rejects: [(x) => rfft(x, 0), (x) => rfft(x, 1.5), (x) => rfft(complex(x, x)), () => rfft(1)], empty: [[[0, 4]]] }),
  row(irfft, [complexNumbers(2, 4)], { calls: [(x) => irfft(x), (x) => irfft(x, 5), (x) => irfft(x, 9)], result: 'real', rejects: [(x) => irfft(x, 0), () => irfft(1)], empty: [[[0, 4]]] }),
  row(rfft2d, [real(3, 4)], { calls: [(x) => rfft2d(x), (x) => rfft2d(x, [2, 5])], result: 'complex', rejects: [(x) => rfft2d(x, [2]), () => rfft2d([1, 2])], empty: [] }),
  row(irfft2d, [complexNumbers(3, 3)], { calls: [(x) => irfft2d(x), (x) => irfft2d(x, [2, 5])], result: 'real', rejects: [(x) => irfft2d(x, [2])], empty: [] }),
  row(rfft3d, [real(2, 3, 4)], { calls: [(x) => rfft3d(x), (x) => rfft3d(x, [2, 2, 5])], result: 'complex', empty: [] }),
  row(irfft3d, [complexNumbers(2, 3, 3)], { calls: [(x) => irfft3d(x), (x) => irfft3d(x, [2, 2, 5])], result: 'real', empty: [] }),
  row(fftShift, [real(2, 5)], { calls: [(x) => fftShift(x), (x) => fftShift(x, -1)], rejects: [(x) => fftShift(x, 2)], empty: [[[0, 5]]] }),
  row(ifftShift, [complexNumbers(2, 5)], { calls: [(x) => ifftShift(x), (x) => ifftShift(x, [0, 1])], empty: [[[0, 5]]] }),
  row(fitted, [real(2, 3)], { calls: [(x) => fitted(x, [2]), (x) => fitted(x, [3, 4])], isInternal: true }),
  row(frame, [real(2, 7)], { axis: (axis) => (x) => frame(x, 2, 1, false, 0, axis), calls: [(x) => frame(x, 3, 2), (x) => frame(x, 3, 2, true, 1), (x) => frame(x, 8, 2)], rejects: [(x) => frame(x, 0, 1), (x) => frame(x, 2, 0), (x) => frame(x, 2, -1)], empty: [[[0, 7]], [[2, 0]]] }),
  row(overlapAndAdd, [real(2, 4, 3)], { calls: [(x) => overlapAndAdd(x, 1), (x) => overlapAndAdd(x, 2), (x) => overlapAndAdd(x, 5)], rejects: [(x) => overlapAndAdd(x, 0), () => overlapAndAdd([1, 2], 1)], empty: [[[2, 0, 3]], [[0, 4, 3]]] }),
  row(stft, [real(2, 8)], { calls: [(x) => stft(x, 4, 2), (x) => stft(x, 3, 2, 5, (n) => hammingWindow(n, true, 'float64')), (x) => stft(x, 3, 3, null, null, true)], result: 'complex', rejects: [(x) => stft(x, 0, 1), (x) => stft(x, 3, 0), (x) => stft(x, 3, 1, 0), (x) => stft(complex(x, x), 3, 1)], empty: [[[0, 8]]] }),
  row(inverseStft, [complexNumbers(2, 3, 3)], { calls: [(x) => inverseStft(x, 4, 2), (x) => inverseStft(x, 3, 2, 5, inverseStftWindowFn(2)), (x) => inverseStft(x, 5, 3, 4, null)], result: 'real', rejects: [(x) => inverseStft(x, 3, 0)], empty: [[[2, 0, 3]]] }),
  row(dct, [real(2, 5)], { calls: [(x) => dct(x), ...([1, 2, 3, 4] as const).flatMap((type) => [(x: Parameters<typeof dct>[0]) => dct(x, type, 4), (x: Parameters<typeof dct>[0]) => dct(x, type, null, 0 - 1, 'ortho')])], rejects: [(x) => dct(x, 5 as 4), (x) => dct(x, 1, 1), (x) => dct(x, 2, 0)], empty: [[[0, 5]]] }),
  row(dct, [real(3, 2)], { axis: (axis) => (x) => dct(x, 2, null, axis), empty: [] }),
  row(idct, [real(2, 5)], { calls: [(x) => idct(x), (x) => idct(x, 1, 6), (x) => idct(x, 3, null, 1, 'ortho'), (x) => idct(x, 4, null, 0)], empty: [] }),
];
