/** The cache of a stub resolver: an answer is kept as long as its shortest TTL, and its TTLs count down. */

import type { Answer, ResourceRecord } from './answer.ts';

interface Entry {
  readonly storedAt: number;
  readonly expiresAt: number;
  readonly answer: Answer;
}

const ENTRIES_MAX = 4_096;

export class AnswerCache {
  private readonly entries = new Map<string, Entry>();

  /** @param now epoch ms */
  put(key: string, answer: Answer, now: number): void {
    const ttls = [...answer.answers, ...(answer.authority ? [answer.authority] : [])].map(
      (record) => record.ttlS,
    );
    const ttlS = ttls.length === 0 ? 0 : Math.min(...ttls);
    if (ttlS <= 0) return;
    this.entries.delete(key);
    if (this.entries.size >= ENTRIES_MAX) this.dropOldest();
    this.entries.set(key, { storedAt: now, expiresAt: now + ttlS * 1_000, answer });
  }

  /** The cached answer with its TTLs counted down (whole seconds, rounded up); undefined when there is none left. */
  get(key: string, now: number): Answer | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    if (now >= entry.expiresAt) {
      this.entries.delete(key);
      return undefined;
    }
    const ageS = Math.floor((now - entry.storedAt) / 1_000);
    const aged = (record: ResourceRecord) => ({ ...record, ttlS: Math.max(0, record.ttlS - ageS) });
    return {
      code: entry.answer.code,
      answers: entry.answer.answers.map(aged),
      authority: entry.answer.authority ? aged(entry.answer.authority) : null,
    };
  }

  private dropOldest(): void {
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }
}
