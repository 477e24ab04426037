'use strict';

// In place of TensorFlow.js's jasmine_util: there is one environment.

const environment = { name: 'gradtape', backendName: 'cpu', isDataSync: true };

exports.describeWithFlags = (name, _constraints, tests) => {
  globalThis.describe(name, () => {
    // What other specs left would count in this one's memory(), until it is collected.
    globalThis.beforeEach(() => {
      globalThis.libraryUnderTest.disposeVariables();
      // TensorFlow.js forgets settings between its specs, too.
      globalThis.libraryUnderTest.disableDebugMode();
    });
    tests(environment);
  });
};

for (const name of ['ALL_ENVS', 'SYNC_BACKEND_ENVS', 'NODE_ENVS', 'HAS_WORKER']) exports[name] = {};
