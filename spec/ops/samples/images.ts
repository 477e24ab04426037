import * as colors from '../../../lib/functions/colors.ts';
import * as sampling from '../../../lib/functions/sampling.ts';
import { resizeBicubic, resizeBilinear, resizeNearestNeighbor } from '../../../lib/ops/resample.ts';
import { apart, fixed, indices, real, within } from './domains.ts';
import type { Row } from './sample.ts';
import { row } from './sample.ts';

const { cropAndResize, cropToBoundingBox, centralCrop, rotateWithOffset, transform } = sampling;
const { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } = colors;

const integers = false;

// Corners that keep every place that is read away from whole pixels.
const boxes = within(0.02, 0.34, 2, 4);

// One function, one line.
// prettier-ignore
export const images: readonly Row[] = [
  row(resizeBilinear, [real(2, 2, 3, 2)], { calls: [(x) => resizeBilinear(x, [5, 4]), (x) => resizeBilinear(x, [3, 5], true), (x) => resizeBilinear(x, [1, 2], false, true)], rejects: [(x) => resizeBilinear(x, [0, 1]), (x) => resizeBilinear(x, [2, 2], true, true)], misfits: [[[2, 3]]] }),
  row(resizeBilinear, [real(2, 3, 1)], { calls: [(x) => resizeBilinear(x, [4, 4])], empty: [[[2, 3, 0]]] }),
  row(resizeNearestNeighbor, [real(2, 2, 3, 2)], { calls: [(x) => resizeNearestNeighbor(x, [5, 4]), (x) => resizeNearestNeighbor(x, [3, 5], true), (x) => resizeNearestNeighbor(x, [1, 2], false, true)], rejects: [(x) => resizeNearestNeighbor(x, [1.5, 1])], misfits: [[[2, 3]]] }),
  row(resizeBicubic, [real(2, 2, 3, 2)], { calls: [(x) => resizeBicubic(x, [5, 4]), (x) => resizeBicubic(x, [3, 5], true), (x) => resizeBicubic(x, [4, 2], false, true)], rejects: [(x) => resizeBicubic(x, [1, -1])], misfits: [[[2, 3]]] }),
  row(cropAndResize, [real(2, 4, 5, 2), boxes, indices(2, 2)], { calls: [(x, b, i) => cropAndResize(x, b, i, [2, 3]), (x, b, i) => cropAndResize(x, b, i, [1, 1], 'bilinear', 2)], integers, reason: 'boxes of whole numbers lie on kinks', tolerance: 1e-6, misfits: [[[4, 5, 2], [2, 4], [2]], [[2, 4, 5, 2], [2, 3], [2]], [[2, 4, 5, 2], [2, 4], [3]]] }),
  row(cropAndResize, [real(2, 4, 5, 1), fixed(boxes), indices(2, 2)], { calls: [(x, b, i) => cropAndResize(x, b, i, [2, 2], 'nearest')], integers, reason: 'boxes of whole numbers lie outside' }),
  row(transform, [real(2, 3, 4, 2), fixed(within(-1, 1, 2, 8))], { calls: [(x) => transform(x, [[1, 0.2, 0.3, -0.1, 0.9, 0.2, 0.01, 0.02]]), (x) => transform(x, [[1, 0, 1.3, 0, 1, -0.6, 0, 0]], 'bilinear', 'reflect'), (x) => transform(x, [[1, 0, 1.3, 0, 1, -0.6, 0, 0]], 'bilinear', 'nearest'), (x) => transform(x, [[1, 0, 1.3, 0, 1, -0.6, 0, 0]], 'bilinear', 'wrap'), (x) => transform(x, [[1, 0, 1.3, 0, 1, -0.6, 0, 0]], 'bilinear', 'constant', 2, [2, 5])], rejects: [(x) => transform(x, [[1, 0, 0]])] }),
  row(transform, [real(1, 3, 4, 1), within(0.15, 0.45, 1, 8)], { calls: [(x, t) => transform(x, t, 'bilinear')], integers, reason: 'whole numbers lie on kinks', tolerance: 1e-6 }),
  row(rotateWithOffset, [real(1, 3, 4, 3)], { integers, reason: 'bool has no fill of 2', calls: [(x) => rotateWithOffset(x, 0.5), (x) => rotateWithOffset(x, -1, [1, 2, 3], [0.25, 0.75])], rejects: [(x) => rotateWithOffset(x, NaN)], misfits: [[[3, 4, 3]]] }),
  row(centralCrop, [real(2, 4, 5, 2)], { calls: [(x) => centralCrop(x, 0.5), (x) => centralCrop(x, 1)], rejects: [(x) => centralCrop(x, 0)], misfits: [[[4, 5]]] }),
  row(cropToBoundingBox, [real(4, 5, 2)], { calls: [(x) => cropToBoundingBox(x, 1, 2, 2, 3)], rejects: [(x) => cropToBoundingBox(x, 1, 2, 4, 3)], misfits: [[[4, 5]]] }),
  row(colors.rgbToGrayscale, [real(2, 2, 3)], { empty: [[[2, 0, 3]]], misfits: [[[2, 2]], [[3]]], integers, reason: 'integers stay integers' }),
  row(colors.grayscaleToRGB, [real(2, 2, 1)], { empty: [[[2, 0, 1]]], misfits: [[[2, 3]], [[1]]] }),
  row(colors.rgbToYUV, [real(2, 3)], { empty: [[[0, 3]]], misfits: [[[3, 2]]] }),
  row(colors.yuvToRGB, [real(2, 3)], { empty: [[[0, 3]]], misfits: [[[3, 2]]] }),
  row(colors.rgbToYIQ, [real(2, 3)], { empty: [[[0, 3]]], misfits: [[[3, 2]]] }),
  row(colors.yiqToRGB, [real(2, 3)], { empty: [[[0, 3]]], misfits: [[[3, 2]]] }),
  row(colors.rgbToHSV, [apart(4, 3)], { empty: [[[0, 3]]], misfits: [[[3, 2]]], tolerance: 1e-6 }),
  row(colors.hsvToRGB, [within(0.05, 0.6, 4, 3)], { misfits: [[[3, 2]]], tolerance: 1e-6, calls: [(x) => colors.hsvToRGB(x)] }),
  row(adjustBrightness, [real(2, 3)], { calls: [(x) => adjustBrightness(x, 0.3)], rejects: [(x) => adjustBrightness(x, NaN)] }),
  row(adjustContrast, [real(2, 2, 3)], { calls: [(x) => adjustContrast(x, 1.5)], rejects: [(x) => adjustContrast(x, NaN)], misfits: [[[2, 3]]] }),
  row(adjustHue, [within(0.1, 0.9, 2, 3)], { calls: [(x) => adjustHue(x, 0.05)], rejects: [(x) => adjustHue(x, NaN)], misfits: [[[3, 2]]], tolerance: 1e-6 }),
  row(adjustSaturation, [within(0.1, 0.9, 2, 3)], { calls: [(x) => adjustSaturation(x, 0.5)], rejects: [(x) => adjustSaturation(x, NaN)], misfits: [[[3, 2]]], tolerance: 1e-6 }),
  row(colors.flipLeftRight, [real(2, 3, 2)], { misfits: [[[2, 3]]] }),
  row(colors.threshold, [within(10, 200, 3, 4, 1)], { calls: [(x) => colors.threshold(x), (x) => colors.threshold(x, 'otsu', true)], isCut: ['greater', 'round'], integers, reason: 'the threshold is a level of brightness', rejects: [(x) => colors.threshold(x, 'binary', false, 2)], misfits: [[[3, 4]], [[3, 4, 2]]] }),
  row(colors.flipUpDown, [real(2, 3, 2)], { misfits: [[[2, 3]]] }),
];
