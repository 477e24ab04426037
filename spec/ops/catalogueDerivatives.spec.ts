import { derivativeLaws } from '../../lib/testing/laws.ts';
import { lawsOf } from '../support/law.ts';
import { samples } from './samples/index.ts';

lawsOf(derivativeLaws, samples);
