/** One session on an engine: its transaction and what its statements do. */

import { BEGIN, COMMIT, COUNT, FIND, isWork, isWrite, ONE, ROLLBACK, STATUS } from './statements.ts';
import type { SimEngine } from './engine.ts';

export interface Reply {
  readonly rows: readonly unknown[];
  readonly command: string;
}

export type Answer =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'error'; readonly sqlState: string }
  /** The engine could not finish it, and says nothing. */
  | { readonly kind: 'silence' };

export class ServerSession {
  readonly #engine: SimEngine;
  readonly #readOnly: boolean;
  #writes: string[] = [];
  #open = false;
  #failed = false;
  #ended = false;

  constructor(engine: SimEngine, readOnly: boolean) {
    this.#engine = engine;
    this.#readOnly = readOnly;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get inTransaction(): boolean {
    return this.#open;
  }

  /** The statement needs a disk that answers. */
  needsDisk(text: string): boolean {
    return (text === COMMIT && this.#writes.length > 0) || (isWrite(text) && !this.#open);
  }

  /** What was not committed is gone. */
  end(): void {
    this.#ended = true;
    this.#forget();
  }

  /** `told`: an answer reaches whoever asked. */
  execute(text: string, values: readonly unknown[], told: boolean): Answer {
    if (text === ROLLBACK) {
      this.#forget();
      return replyOf([], 'ROLLBACK');
    }
    if (text === COMMIT) return this.#commit(told);
    if (this.#failed) return { kind: 'error', sqlState: '25P02' };
    const answer = this.#run(text, values, told);
    if (answer.kind === 'error' && this.#open) this.#failed = true;
    return answer;
  }

  #run(text: string, values: readonly unknown[], told: boolean): Answer {
    const engine = this.#engine;
    const load = isWork(text) ? engine.loadOn(text) : null;
    if (load !== null) return { kind: 'error', sqlState: load };
    if (isWrite(text)) return this.#write(String(values[0]), told);
    switch (text) {
      case BEGIN:
        this.#open = true;
        return replyOf([], 'BEGIN');
      case FIND:
        return replyOf(engine.shows(String(values[0])) ? [{ id: values[0] }] : [], 'SELECT');
      case COUNT:
        return replyOf([{ count: engine.position }], 'SELECT');
      case STATUS:
        return replyOf(engine.statusRows(), 'SELECT');
      case ONE:
        return replyOf([{ '?column?': 1 }], 'SELECT');
      default:
        return { kind: 'error', sqlState: '42601' };
    }
  }

  #write(id: string, told: boolean): Answer {
    if (this.#readOnly || this.#engine.role === 'reader') return { kind: 'error', sqlState: '25006' };
    this.#writes.push(id);
    if (this.#open) return replyOf([], 'INSERT');
    const stored = this.#store(told);
    return stored ? replyOf([], 'INSERT') : { kind: 'silence' };
  }

  #commit(told: boolean): Answer {
    if (this.#failed) {
      this.#forget();
      return replyOf([], 'ROLLBACK');
    }
    const stored = this.#store(told);
    return stored ? replyOf([], 'COMMIT') : { kind: 'silence' };
  }

  #store(told: boolean): boolean {
    const writes = this.#writes;
    this.#forget();
    return writes.every((id) => this.#engine.commit(id, told));
  }

  #forget(): void {
    this.#writes = [];
    this.#open = false;
    this.#failed = false;
  }
}

function replyOf(rows: readonly unknown[], command: string): Answer {
  return { kind: 'reply', reply: { rows, command } };
}
