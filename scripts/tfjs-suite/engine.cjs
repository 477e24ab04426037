'use strict';

// In place of TensorFlow.js's engine and environment, as far as its test_util and util use them.

exports.ENGINE = { backend: { floatPrecision: () => 32 } };
exports.env = () => ({
  getBool: () => false,
  get: () => undefined,
  set: () => undefined,
  platform: { now: () => performance.now(), isTypedArray: ArrayBuffer.isView },
});
