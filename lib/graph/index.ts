/** Symbolic graphs: the subpath `gradtape/graph`. */

import '../fluent.ts';

export type { GradientsOptions } from './gradients.ts';
export { gradients, placeholder } from './gradients.ts';
export { Graph } from './graph.ts';
export type { Feeds, Fetched, Fetches } from './session.ts';
export { Session } from './session.ts';
