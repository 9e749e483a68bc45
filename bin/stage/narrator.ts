/** Says while it runs what users meet, what the probers see, and what the controllers decide and do. */

import {
  failed,
  latencyMs,
  type DrillPlace,
  type RunningLoad,
  type Sample,
} from '../../proving/drills/index.ts';
import type { Terminal } from './terminal.ts';

const LOAD_LINE_MS = 10_000;
const RECORDS_MS = 1000;

/** A line every ten seconds, and one as soon as requests start to fail. Returns the stop. */
export function narrateLoad(load: RunningLoad, terminal: Terminal): () => void {
  let window: Sample[] = [];
  let failing = false;
  load.onBatch((batch) => {
    window.push(...batch);
    const bad = batch.filter(failed);
    if (bad.length > 0 && !failing) terminal.bad(`users: ${bad[0]!.kind}s fail (${bad[0]!.code})`);
    if (bad.length === 0 && failing) terminal.good('users: nothing fails any more');
    failing = bad.length > 0;
  });
  const timer = setInterval(() => {
    terminal.say(
      `users: ${window.length} requests, ${window.filter(failed).length} failed, p99 ${latencyMs(window, 99) ?? '-'} ms`,
    );
    window = [];
  }, LOAD_LINE_MS);
  return () => clearInterval(timer);
}

/** A line for every change of a verdict and every step of a recovery. Returns the stop. */
export function narrateRecords(place: DrillPlace, terminal: Terminal): () => void {
  const said = new Set<string>();
  const since = Date.now();
  const verdicts = new Map<string, string | null>();
  let busy = false;
  const poll = async (): Promise<void> => {
    const records = await place.records(Math.max(since, Date.now() - 15_000));
    for (const observation of records?.observations ?? []) {
      for (const verdict of observation.verdicts) {
        const key = `${observation.az} ${verdict.memberId}`;
        if (verdicts.has(key) && verdicts.get(key) !== verdict.failure) {
          terminal.say(
            `seen: the prober of ${observation.az} says ${verdict.memberId} is ${verdict.failure ?? 'healthy'}`,
          );
        }
        verdicts.set(key, verdict.failure);
      }
    }
    for (const entry of records?.ledger ?? []) {
      const key = `${entry.id} ${entry.state}`;
      if (said.has(key)) continue;
      said.add(key);
      terminal.say(`decided: ${entry.function} (${entry.state}): ${entry.reason}`);
      for (const step of entry.steps)
        if (step.call && step.at) terminal.say(`done: ${step.call} ${step.target} (${step.outcome})`);
    }
  };
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void poll()
      .catch((error: Error) => terminal.say(`the records cannot be read: ${error.message}`))
      .finally(() => (busy = false));
  }, RECORDS_MS);
  return () => clearInterval(timer);
}
