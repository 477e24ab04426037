/** Signal processing: the namespace `signal`, and the subpath `gradtape/signal`. */

export type { CosineTransformType } from '../functions/cosineTransform.ts';
export { dct, idct } from '../functions/cosineTransform.ts';
export type { WindowFunction } from '../functions/signal.ts';
export {
  frame,
  inverseStft,
  inverseStftWindowFn,
  overlapAndAdd,
  stft,
} from '../functions/signal.ts';
export {
  hammingWindow,
  hannWindow,
  kaiserBesselDerivedWindow,
  kaiserWindow,
  vorbisWindow,
} from '../functions/windows.ts';
