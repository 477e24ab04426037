/** Images as tensors of shape (batch, height, width, channels). */

export {
  adjustBrightness,
  adjustContrast,
  adjustHue,
  adjustSaturation,
  flipLeftRight,
  flipUpDown,
  grayscaleToRGB,
  hsvToRGB,
  rgbToGrayscale,
  rgbToHSV,
  rgbToYIQ,
  rgbToYUV,
  threshold,
  yiqToRGB,
  yuvToRGB,
} from '../functions/colors.ts';
export {
  centralCrop,
  cropAndResize,
  cropToBoundingBox,
  rotateWithOffset,
  transform,
} from '../functions/sampling.ts';
export { resizeBicubic, resizeBilinear, resizeNearestNeighbor } from '../ops/resample.ts';
export {
  nonMaxSuppression,
  nonMaxSuppressionAsync,
  nonMaxSuppressionPadded,
  nonMaxSuppressionPaddedAsync,
  nonMaxSuppressionWithScore,
  nonMaxSuppressionWithScoreAsync,
} from '../ops/suppression.ts';
