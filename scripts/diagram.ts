// Draws the layers of lib into docs/architecture.md; architecture.spec.ts fails while they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSources } from '../spec/support/architecture.ts';
import { layerDiagram, withDiagram } from '../spec/support/diagram.ts';

const root = join(__dirname, '..');
const file = join(root, 'docs/architecture.md');
const diagram = layerDiagram(readSources(root, ['lib']));
writeFileSync(file, withDiagram(readFileSync(file, 'utf8'), diagram));
