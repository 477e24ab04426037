import type { Variable } from '../core/variable.ts';

/** The variables an optimiser has met, by name, without keeping them alive. */
export class KnownVariables {
  private readonly byName = new Map<string, readonly WeakRef<Variable>[]>();

  add(variable: Variable): void {
    const namesakes = this.alive(variable.name);
    if (namesakes.some((ref) => ref.deref() === variable)) return;
    this.byName.set(variable.name, [...namesakes, new WeakRef(variable)]);
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
