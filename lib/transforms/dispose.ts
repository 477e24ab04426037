/**
 * `Symbol.dispose`, or on engines without it the symbol that esbuild's lowering of `using` falls
 * back to.
 */
export const disposeSymbol: typeof Symbol.dispose =
  (Symbol as { dispose?: typeof Symbol.dispose }).dispose ??
  (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
