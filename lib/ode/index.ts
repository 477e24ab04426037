/** Ordinary differential equations, solved by ops that are differentiated like all others. */

export type { OdeFunction, OdeOptions } from './odeint.ts';
export { odeint } from './odeint.ts';
