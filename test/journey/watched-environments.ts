/** Reads the environments of the processes below one, as often as it can while they come and go. */

import { environmentOf, treeOf } from './processes.ts';

const WATCH_MS = 100;

export class WatchedEnvironments {
  /** Programs of children. */
  readonly programs = new Set<string>();
  /** Of those, the ones that were given what is looked for. */
  readonly told = new Set<string>();
  readonly #canary: string;

  constructor(canary: string) {
    this.#canary = canary;
  }

  /** Returns the stop. */
  watch(pid: number): () => void {
    const timer = setInterval(() => this.#look(pid), WATCH_MS);
    return () => clearInterval(timer);
  }

  #look(pid: number): void {
    const [own, ...tree] = treeOf(pid);
    // A process that was forked and has not begun its own program yet is still a copy of its parent.
    for (const child of tree.filter(({ command }) => command !== own?.command)) {
      const program = child.command.split(' ').slice(0, 3).join(' ');
      this.programs.add(program);
      if (environmentOf(child.pid).includes(this.#canary)) this.told.add(program);
    }
  }
}
