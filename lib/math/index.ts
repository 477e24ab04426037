/** Statistics of predictions: the subpath `gradtape/math`. */

export { confusionMatrix } from '../functions/averages.ts';
