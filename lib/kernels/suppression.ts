import type { Values } from '../base/dtype.ts';

export interface SuppressionParams {
  /** At most so many boxes are selected. */
  readonly maxOutputSize: number;
  /** Overlap, as intersection over union, from which a box suppresses another. */
  readonly iouThreshold: number;
  /** Boxes whose score is not above it are never selected. */
  readonly scoreThreshold: number;
  /** Width of the Gaussian by which overlap lowers scores; 0 for hard suppression. */
  readonly softNmsSigma: number;
}

interface Candidate {
  readonly box: number;
  score: number;
  /** Boxes selected before this many have had their say. */
  seen: number;
}

/**
 * Greedy selection of boxes that do not overlap much, best score first; equal scores in order.
 *
 * @see Bodla et al. 2017, "Soft-NMS: improving object detection with one line of code"
 */
export function selectBoxes(
  boxes: Values,
  scores: Values,
  params: SuppressionParams,
): { readonly indices: number[]; readonly scores: number[] } {
  const { maxOutputSize, scoreThreshold } = params;
  const candidates: Candidate[] = [];
  scores.forEach((score, box) => {
    if (score > scoreThreshold) candidates.push({ box, score, seen: 0 });
  });
  candidates.sort(worseFirst);
  const selected: number[] = [];
  const selectedScores: number[] = [];
  while (selected.length < maxOutputSize) {
    const candidate = candidates.pop();
    if (candidate === undefined || candidate.score < scoreThreshold) break;
    const before = candidate.score;
    if (isSuppressed(candidate, boxes, selected, params)) continue;
    candidate.seen = selected.length;
    if (candidate.score === before) {
      selected.push(candidate.box);
      selectedScores.push(candidate.score);
    } else if (candidate.score > scoreThreshold) insert(candidates, candidate);
  }
  return { indices: selected, scores: selectedScores };
}

// Lowers the score by each box selected since it was last looked at, the latest first.
function isSuppressed(
  candidate: Candidate,
  boxes: Values,
  selected: readonly number[],
  { iouThreshold, scoreThreshold, softNmsSigma }: SuppressionParams,
): boolean {
  const scale = softNmsSigma > 0 ? -0.5 / softNmsSigma : 0;
  for (let j = selected.length - 1; j >= candidate.seen; j--) {
    const overlap = intersectionOverUnion(boxes, candidate.box, selected[j]);
    if (overlap >= iouThreshold) return true;
    candidate.score *= Math.exp(scale * overlap * overlap);
    if (candidate.score <= scoreThreshold) break;
  }
  return false;
}

function worseFirst(a: Candidate, b: Candidate): number {
  return a.score - b.score || b.box - a.box;
}

function insert(candidates: Candidate[], one: Candidate): void {
  const at = candidates.findIndex((other) => worseFirst(one, other) < 0);
  candidates.splice(at < 0 ? candidates.length : at, 0, one);
}

/** Boxes are pairs of opposite corners (y, x, y, x), in either order. */
function intersectionOverUnion(boxes: Values, i: number, j: number): number {
  const [top, left, bottom, right] = cornersOf(boxes, i);
  const [top2, left2, bottom2, right2] = cornersOf(boxes, j);
  const area = (bottom - top) * (right - left);
  const area2 = (bottom2 - top2) * (right2 - left2);
  if (area <= 0 || area2 <= 0) return 0;
  const height = Math.max(0, Math.min(bottom, bottom2) - Math.max(top, top2));
  const width = Math.max(0, Math.min(right, right2) - Math.max(left, left2));
  const common = height * width;
  return common / (area + area2 - common);
}

function cornersOf(boxes: Values, i: number): readonly [number, number, number, number] {
  const [y, x, y2, x2] = boxes.subarray(4 * i, 4 * i + 4);
  return [Math.min(y, y2), Math.min(x, x2), Math.max(y, y2), Math.max(x, x2)];
}
