import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import tseslint from 'typescript-eslint';

const globalsOf = (...names) => Object.fromEntries(names.map((name) => [name, 'readonly']));

const naming = [
  { selector: 'default', format: ['camelCase'], leadingUnderscore: 'allow' },
  { selector: ['variable', 'import'], format: ['camelCase', 'PascalCase', 'UPPER_CASE'] },
  // A class given as an argument, and the capitals of mathematics.
  { selector: 'parameter', format: ['camelCase', 'PascalCase'], leadingUnderscore: 'allow' },
  { selector: 'parameter', format: null, filter: '^_+$' },
  { selector: 'typeLike', format: ['PascalCase'] },
  // Keys of literals are data: file paths, environment variables, names that others chose.
  { selector: ['objectLiteralProperty', 'objectLiteralMethod', 'typeProperty'], format: null },
];

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'coverage/',
      '.smoke/',
      '.mutation/',
      '.tfjs-suite/',
      '.bench/',
      'node_modules/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    plugins: { jsdoc },
    rules: {
      eqeqeq: 'error',
      complexity: ['error', { max: 12, variant: 'modified' }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
      // Four, and two more for the op and the argument that an error will name.
      'max-params': ['error', 6],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union of strings.' },
        { selector: 'TSModuleDeclaration[kind="namespace"]', message: 'Use a module.' },
      ],
      '@typescript-eslint/naming-convention': ['error', ...naming],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      // Arrays are refused: shapes go through the formatter of base/format.ts.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true, allowArray: false },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],

      'jsdoc/check-tag-names': 'error',
      'jsdoc/check-param-names': [
        'error',
        { checkDestructured: false, disableMissingParamChecks: true },
      ],
      'jsdoc/no-types': 'error',
      'jsdoc/require-hyphen-before-param-description': 'error',

      // An index loop beside others over the same axis reads better, and is faster on typed arrays.
      '@typescript-eslint/prefer-for-of': 'off',
      // Without noUncheckedIndexedAccess the compiler takes every array[i] for present.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Tensors are recognised by a brand, so that two copies of the library understand each other.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // A getter on the prototype costs a tensor no memory; a field would.
      '@typescript-eslint/class-literal-property-style': 'off',
      // The methods of Tensor are declared where they are made, in fluent.ts.
      '@typescript-eslint/no-unsafe-declaration-merging': 'off',
      '@typescript-eslint/no-empty-object-type': [
        'error',
        { allowInterfaces: 'with-single-extends' },
      ],
      // Recursive types of nested structures need index signatures.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
    },
  },
  {
    // Loops over typed arrays: many sizes and strides, and an index that is always in range.
    files: ['lib/kernels/**/*.ts'],
    rules: {
      complexity: ['error', { max: 20, variant: 'modified' }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    // A describe block is a list, not a function; misuse is provoked with values of wrong types.
    files: ['spec/**/*.ts'],
    rules: {
      complexity: ['error', { max: 15, variant: 'modified' }],
      eqeqeq: 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-unnecessary-template-expression': 'off',
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    // Statements whose type is the test.
    files: ['spec/**/*.types.spec.ts'],
    rules: {
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: globalsOf(
        '__dirname',
        'console',
        'globalThis',
        'performance',
        'process',
        'setTimeout',
        'URL',
      ),
    },
  },
  {
    // The smoke programs also run in browsers, Deno and Bun.
    files: ['**/*.mjs'],
    languageOptions: { globals: globalsOf('console', 'document', 'globalThis', 'self', 'Worker') },
  },
);
