/** Statistics of predictions: the subpath `gradtape/math`. */

import '../fluent.ts';

export { confusionMatrix } from '../functions/averages.ts';
