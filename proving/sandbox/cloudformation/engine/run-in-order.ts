/** Runs work along a dependency graph: what is independent runs side by side, up to a bound. */

import type { DependencyGraph } from '../../../twin/cloudformation/index.ts';

export interface RunInOrderOptions {
  /** For each name, the names that must be done first. Names that are no key of the graph count as done. */
  readonly graph: DependencyGraph;
  readonly parallelMax: number;
  work(name: string): Promise<void>;
  /**
   * `stop`: after a failure nothing new is started. `spare-dependents`: only what needs the failed one is left out.
   */
  readonly onFailure: 'stop' | 'spare-dependents';
}

export interface RunResult {
  readonly failures: ReadonlyMap<string, unknown>;
  /** Never started. */
  readonly leftOut: readonly string[];
}

/** Never rejects: waits for everything that was started and says what failed. */
export async function runInOrder(options: RunInOrderOptions): Promise<RunResult> {
  const { graph, parallelMax, work, onFailure } = options;
  const waiting = new Set(graph.keys());
  const done = new Set<string>();
  const failures = new Map<string, unknown>();
  const running = new Map<string, Promise<void>>();

  const isReady = (name: string) =>
    [...(graph.get(name) ?? [])].every((needed) => done.has(needed) || !graph.has(needed));

  const launch = (name: string): void => {
    waiting.delete(name);
    const run = work(name).then(
      () => void done.add(name),
      (error: unknown) => void failures.set(name, error),
    );
    running.set(
      name,
      run.finally(() => running.delete(name)),
    );
  };

  while (true) {
    const mayStart = failures.size === 0 || onFailure === 'spare-dependents';
    if (mayStart) {
      for (const name of waiting) {
        if (running.size >= parallelMax) break;
        if (isReady(name)) launch(name);
      }
    }
    if (running.size === 0) break;
    await Promise.race(running.values());
  }
  return { failures, leftOut: [...waiting] };
}
