/** The pools' ports over the simulated network. */

import { classifySqlState, type FailureKind } from '../../../core/pools/index.ts';
import { DatabaseFailure } from '../../../runtime/errors.ts';
import type { Connection, Connector, Member, Purpose, QueryResult } from '../../../runtime/ports.ts';
import { dial, type Dialling, type Routes } from './dial.ts';
import type { Link } from './link.ts';
import { WireError } from './wire-error.ts';

export class SimConnector implements Connector {
  readonly #routes: Routes;
  readonly #node: string;
  readonly #dialling = new Set<Dialling>();

  constructor(routes: Routes, node: string) {
    this.#routes = routes;
    this.#node = node;
  }

  async connect(
    member: Member,
    options: { readonly purpose: Purpose; readonly timeoutMs: number },
  ): Promise<Connection> {
    const dialling = dial(this.#routes, {
      node: this.#node,
      host: member.host,
      readOnly: options.purpose === 'read',
      timeoutMs: options.timeoutMs,
    });
    this.#dialling.add(dialling);
    try {
      return new SimConnection(member.id, await dialling.link);
    } catch (error) {
      throw failureOf(member.id, error);
    } finally {
      this.#dialling.delete(dialling);
    }
  }

  close(): void {
    for (const dialling of this.#dialling) dialling.cancel();
  }
}

class SimConnection implements Connection {
  readonly memberId: string;
  readonly #link: Link;

  constructor(memberId: string, link: Link) {
    this.memberId = memberId;
    this.#link = link;
  }

  get reusable(): boolean {
    return this.#link.idle;
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> {
    try {
      const { rows, command } = await this.#link.ask(text, values);
      return { rows: rows as Row[], rowCount: rows.length, command };
    } catch (error) {
      throw failureOf(this.memberId, error);
    }
  }

  destroy(): void {
    this.#link.destroy();
  }

  close(): Promise<void> {
    this.#link.destroy();
    return Promise.resolve();
  }

  onLost(listener: () => void): void {
    this.#link.onLost(listener);
  }
}

/** As the adapter of the real driver tells them apart. */
function failureOf(memberId: string, error: unknown): Error {
  if (!(error instanceof WireError)) return error instanceof Error ? error : new Error(String(error));
  const { code, fromServer, message } = error;
  const sqlState = fromServer ? code : null;
  return new DatabaseFailure(kindOf(error), { memberId, message, sqlState, cause: error });
}

function kindOf({ code, fromServer }: WireError): FailureKind {
  if (fromServer) return classifySqlState(code);
  return code === 'ETIMEDOUT' ? 'timed-out' : 'lost';
}
