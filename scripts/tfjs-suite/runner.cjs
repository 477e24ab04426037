'use strict';

// The process that runs the bundled specs: `runner.cjs FOLDER FILE ...`; sends a result for each spec.

const path = require('node:path');
const { createRequire } = require('node:module');

const [library, tools, folder, ...files] = process.argv.slice(2);

const gradtape = require(library);
const noop = () => undefined;
globalThis.libraryUnderTest = {
  ...gradtape,
  util: require(path.join(folder, 'util.js')),
  test_util: require(path.join(folder, 'test_util.js')),
  inferShape: (values) => gradtape.tensor(values).shape,
  env: () => ({
    getBool: () => false,
    getNumber: () => 0,
    set: noop,
    get: noop,
    reset: noop,
    features: {},
  }),
  // What specs ask of a backend before they compare: how exact its floats are.
  backend: () => ({ floatPrecision: () => 32, epsilon: () => 1e-7 }),
  setBackend: async () => true,
  getBackend: () => 'cpu',
  ready: async () => undefined,
};

const { boot } = createRequire(path.join(tools, 'package.json'))('jasmine-core');
const jasmine = boot();
Object.assign(globalThis, jasmine.getEnv === undefined ? {} : { jasmine });
globalThis.spyOnAllFunctions ??= noop;

const env = jasmine.getEnv();
env.configure({ random: false });
for (const file of files) {
  try {
    globalThis.describe(`${file}:`, () => require(path.join(folder, file)));
  } catch (error) {
    process.send({ file, name: '(loading)', message: String(error) });
  }
}
env.addReporter({
  specDone({ fullName, status, failedExpectations }) {
    if (status === 'excluded' || status === 'pending') return;
    const [file, ...name] = fullName.split(': ');
    const message = failedExpectations.map((one) => one.message).join('; ');
    process.send({ file, name: name.join(': '), ...(status === 'failed' && { message }) });
  },
});
env.execute().then(() => process.send({ done: true }, () => process.exit(0)));
