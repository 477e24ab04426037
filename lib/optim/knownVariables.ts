import type { Variable } from '../core/variable.ts';

type Namesakes = Set<WeakRef<Variable>>;

/** The variables an optimiser has met, by name, without keeping them alive. */
export class KnownVariables {
  private readonly met = new WeakSet<Variable>();
  private readonly byName = new Map<string, Namesakes>();
  // A program may make new variables for ever: those that are gone must leave nothing behind.
  private readonly collected = new FinalizationRegistry<() => void>((forget) => {
    forget();
  });

  add(variable: Variable): void {
    if (this.met.has(variable)) return;
    this.met.add(variable);
    const { name } = variable;
    const ref = new WeakRef(variable);
    const namesakes: Namesakes = this.byName.get(name) ?? new Set();
    this.byName.set(name, namesakes.add(ref));
    this.collected.register(variable, () => {
      namesakes.delete(ref);
      if (namesakes.size === 0) this.byName.delete(name);
    });
  }

  /** The variable of that name if there is exactly one. */
  find(name: string): Variable | undefined {
    const alive = [...(this.byName.get(name) ?? [])].flatMap((ref) => ref.deref() ?? []);
    return alive.length === 1 ? alive[0] : undefined;
  }
}
