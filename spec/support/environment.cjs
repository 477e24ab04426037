'use strict';

const { TestEnvironment } = require('jest-environment-node');

const TypedArray = Object.getPrototypeOf(Uint8Array);

/**
 * Jest runs each spec in a realm of its own, but hands Node's objects in from the outside. A typed
 * array made by Node (structuredClone, a worker, a file) would then fail `instanceof Float32Array`
 * in a spec. Sharing the constructors makes a spec see what a program sees.
 */
class SharedTypedArrays extends TestEnvironment {
  constructor(config, context) {
    super(config, context);
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = globalThis[name];
      if (typeof value === 'function' && Object.getPrototypeOf(value) === TypedArray) {
        this.global[name] = value;
      }
    }
    this.global.ArrayBuffer = ArrayBuffer;
    this.global.DataView = DataView;
  }
}

module.exports = SharedTypedArrays;
