'use strict';

/** @type {import('jest').Config} */
module.exports = {
  testMatch: ['<rootDir>/spec/**/*.spec.ts'],
  testEnvironment: '<rootDir>/spec/support/environment.cjs',
  setupFiles: ['<rootDir>/spec/support/kernels.ts'],
  // Types are checked by `npm run typecheck`, once for all files; here each file is only translated
  // (isolatedModules in tsconfig.json), which makes a run several times shorter.
  transform: { '\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.json', diagnostics: false }] },
  // Documents and examples name the package as a user does.
  moduleNameMapper: {
    '^gradtape$': '<rootDir>/lib/index.ts',
    '^gradtape/(\\w+)$': '<rootDir>/lib/$1/index.ts',
  },
  // The build output holds package.json files of the same name and copies of everything.
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/.smoke', '<rootDir>/.tfjs-suite'],
  maxWorkers: 2,
};
