import type { Variable } from '../core/variable.ts';

/** The variables an optimiser has met, by name, without keeping them alive. */
export class KnownVariables {
  private readonly met = new WeakSet<Variable>();
  private readonly byName = new Map<string, readonly WeakRef<Variable>[]>();

  add(variable: Variable): void {
    if (this.met.has(variable)) return;
    this.met.add(variable);
    this.byName.set(variable.name, [...this.alive(variable.name), new WeakRef(variable)]);
  }

  /** The variable of that name if there is exactly one. */
  find(name: string): Variable | undefined {
    const namesakes = this.alive(name);
    return namesakes.length === 1 ? namesakes[0].deref() : undefined;
  }

  private alive(name: string): readonly WeakRef<Variable>[] {
    return (this.byName.get(name) ?? []).filter((ref) => ref.deref() !== undefined);
  }
}
