'use strict';

// In place of TensorFlow.js itself; the runner has put gradtape there.

module.exports = globalThis.libraryUnderTest;
