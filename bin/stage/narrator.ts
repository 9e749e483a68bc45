/** Says while it runs what users meet, what the probers see, and what the controllers decide and do. */

import type { LedgerItem, ObservationItem } from '../../core/state/items.ts';
import {
  failed,
  latencyMs,
  type DrillPlace,
  type Member,
  type Records,
  type RunningLoad,
  type Sample,
} from '../../proving/drills/index.ts';
import type { Terminal } from './terminal.ts';

const LOAD_LINE_MS = 10_000;
const RECORDS_MS = 1000;
/** Records are read again this far back: an item may be written a little after its time. */
const LOOK_BACK_MS = 15_000;

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
  const story = new Story();
  const since = Date.now();
  let busy = false;
  const poll = async (): Promise<void> => {
    const records = await place.records(Math.max(since, Date.now() - LOOK_BACK_MS));
    if (!records) return;
    const members = await place.members();
    for (const line of story.continue(records)) terminal.say(named(line, members));
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

/** What was told already, so that overlapping reads of the records tell nothing twice. */
class Story {
  readonly #told = new Set<string>();
  readonly #verdicts = new Map<string, { at: number; failure: string | null }>();

  continue(records: Records): string[] {
    const observations = records.observations.toSorted((a, b) => a.at - b.at);
    return [
      ...observations.flatMap((o) => this.#seen(o)),
      ...records.ledger.flatMap((entry) => this.#decided(entry)),
    ];
  }

  #seen(observation: ObservationItem): string[] {
    return observation.verdicts.flatMap(({ memberId, failure }) => {
      const key = `${observation.az} ${memberId}`;
      const before = this.#verdicts.get(key);
      if (before && before.at >= observation.at) return [];
      this.#verdicts.set(key, { at: observation.at, failure });
      if (!before || before.failure === failure) return [];
      return [`seen: the prober of ${observation.az} says ${memberId} is ${failure ?? 'healthy'}`];
    });
  }

  #decided(entry: LedgerItem): string[] {
    const key = `${entry.id} ${entry.state}`;
    if (this.#told.has(key)) return [];
    this.#told.add(key);
    const calls = entry.steps.filter((step) => step.call !== null && step.at !== null);
    return [
      `decided: ${entry.function} (${entry.state}): ${entry.reason}`,
      ...calls.map((step) => `done: ${step.call} ${step.target} (${step.outcome})`),
    ];
  }
}

/** Member identifiers are long; people know a member by its role and zone. */
function named(line: string, members: readonly Member[]): string {
  return members.reduce((text, { id, role, az }) => text.replaceAll(id, `the ${role} in ${az}`), line);
}
