import { installPrinter } from '../../lib/base/printing.ts';
import { runtime } from '../../lib/base/runtime.ts';
import { installVectors } from '../../lib/kernels/wasm/install.ts';
import { installPassMemory } from '../../lib/transforms/passMemory.ts';

// Specs import single modules; they run with all that importing the main module brings.
installPrinter();
installVectors();
installPassMemory();

// `GRADTAPE_KERNELS=loops npx jest` runs the specs on the plain loops.
if (process.env['GRADTAPE_KERNELS'] === 'loops') runtime.vectors.enabled = false;
