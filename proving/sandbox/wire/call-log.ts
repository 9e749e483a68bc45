/** What was called, by whom, and how it ended: counters for reports, and a hook for a request log. */

export interface CallEntry {
  /** Epoch ms. */
  readonly at: number;
  readonly requestId: string;
  readonly service: string;
  /** `unknown` when the request named no operation. */
  readonly operation: string;
  /** ARN of the caller; null when it was not authenticated. */
  readonly principal: string | null;
  readonly status: number;
  /** The error's code; null for success. */
  readonly error: string | null;
  readonly ms: number;
}

export interface CallCount {
  readonly calls: number;
  readonly errors: number;
}

export type CallCounts = Readonly<Record<string, Readonly<Record<string, CallCount>>>>;

export interface CallLog {
  record(entry: CallEntry): void;
  observe(listener: (entry: CallEntry) => void): () => void;
  counts(): CallCounts;
}

export function createCallLog(): CallLog {
  const counts: Record<string, Record<string, { calls: number; errors: number }>> = {};
  const listeners = new Set<(entry: CallEntry) => void>();
  return {
    record(entry) {
      const ofService = (counts[entry.service] ??= {});
      const count = (ofService[entry.operation] ??= { calls: 0, errors: 0 });
      count.calls += 1;
      if (entry.error !== null) count.errors += 1;
      for (const listener of listeners) listener(entry);
    },
    observe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    counts: () => structuredClone(counts),
  };
}
