/**
 * What all nodes of a cluster know of each other, in one file that they share, as Aurora's nodes share storage:
 * `aurora_replica_status()` reads it. Refreshed several times a second from every node that answers.
 */

import fs from 'node:fs';
import path from 'node:path';
import { WriterHistory } from '../../twin/aurora/index.ts';
import type { Instance } from './instance.ts';
import { RECEIVE_LSN, STATUS_FILE } from './setup-sql.ts';

const INTERVAL_MS = 150;
const QUESTION_MS_MAX = 1_000;

const QUESTION = `SELECT rdsadmin_own_lsn()::text AS lsn,
  CASE WHEN pg_is_in_recovery() THEN (${RECEIVE_LSN} - '0/0')::text END AS received,
  (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND state <> 'idle' AND usename <> 'rdsadmin') AS transactions`;

interface Sample {
  readonly at: number;
  readonly lsn: bigint;
  readonly received: string | null;
  readonly transactions: number;
}

export interface StatusSource {
  readonly folder: string;
  instances(): readonly Instance[];
  writer(): string | null;
  now(): number;
}

export class StatusFile {
  private readonly source: StatusSource;
  private readonly samples = new Map<string, Sample>();
  private readonly asking = new Set<string>();
  private readonly history = new WriterHistory();
  private timer: NodeJS.Timeout | undefined;

  constructor(source: StatusSource) {
    this.source = source;
  }

  start(): void {
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => this.refresh(), INTERVAL_MS);
    this.refresh();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  forget(id: string): void {
    this.samples.delete(id);
  }

  /** Lag of a member in ms as of now; null for the writer and for what has never answered. */
  lagMs(id: string): number | null {
    const sample = this.samples.get(id);
    if (sample === undefined || id === this.source.writer()) return null;
    return this.history.lagMs(sample.lsn, this.source.now());
  }

  /** Writes what is known now: whole or not at all, as readers may be reading. */
  write(): void {
    const members = this.source.instances().flatMap((instance) => {
      const sample = this.samples.get(instance.id);
      if (sample === undefined) return [];
      return {
        id: instance.id,
        session: instance.sessionId,
        lsn: sample.lsn.toString(),
        received: sample.received,
        lag_ms: this.lagMs(instance.id),
        transactions: sample.transactions,
        updated_at: new Date(sample.at).toISOString(),
      };
    });
    const file = path.join(this.source.folder, STATUS_FILE);
    const fresh = `${file}.new`;
    fs.writeFileSync(fresh, JSON.stringify({ writer: this.source.writer(), members }), {
      mode: 0o644,
    });
    fs.renameSync(fresh, file);
  }

  private refresh(): void {
    for (const instance of this.source.instances()) {
      if (instance.host?.isAlive && !instance.host.isFenced) void this.ask(instance);
    }
    this.write();
  }

  private async ask(instance: Instance): Promise<void> {
    if (this.asking.has(instance.id)) return;
    this.asking.add(instance.id);
    try {
      const [row] = await instance.node.sql(QUESTION, QUESTION_MS_MAX);
      const at = this.source.now();
      const lsn = BigInt(String(row?.lsn));
      if (instance.id === this.source.writer()) this.history.record({ at, lsn });
      const received = typeof row?.received === 'string' ? row.received : null;
      this.samples.set(instance.id, { at, lsn, received, transactions: Number(row?.transactions) });
    } catch {
      // No answer: its last position stays, and its lag grows.
    } finally {
      this.asking.delete(instance.id);
    }
  }
}
