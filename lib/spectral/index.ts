/** Fourier transforms: the namespace `spectral`, and the subpath `gradtape/spectral`. */

export {
  fftShift,
  ifftShift,
  irfft,
  irfft2d,
  irfft3d,
  rfft,
  rfft2d,
  rfft3d,
} from '../functions/spectral.ts';
export { fft, fft2d, fft3d, ifft, ifft2d, ifft3d } from '../ops/fourier.ts';
