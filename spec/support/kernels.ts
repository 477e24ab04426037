import { runtime } from '../../lib/base/runtime.ts';

// `GRADTAPE_KERNELS=loops npx jest` runs the specs on the plain loops.
if (process.env['GRADTAPE_KERNELS'] === 'loops') runtime.vectors.enabled = false;
