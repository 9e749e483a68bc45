/** The tour: kills a reader, then the writer, and says what users met. */

import {
  failed,
  kill,
  latencyMs,
  now,
  pause,
  type DrillPlace,
  type Member,
  type RunningLoad,
} from '../../proving/drills/index.ts';
import type { Terminal } from './terminal.ts';

const LOOK_MS = 6000;
const WATCH_MS = 15_000;
const HEALTHY_MS_MAX = 120_000;

export async function tour(
  place: DrillPlace,
  load: RunningLoad,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  await pause(LOOK_MS, signal);
  for (const role of ['reader', 'writer'] as const) {
    const victim = (await place.members()).find((m) => m.role === role);
    if (!victim) throw new Error(`the tour finds no ${role}`);
    await act(place, load, victim, terminal, signal);
  }
  terminal.good('the tour is over; Ctrl-C ends the sandbox');
}

async function act(
  place: DrillPlace,
  load: RunningLoad,
  victim: Member,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<void> {
  terminal.bad(`tour: kill -9 of the ${victim.role} ${victim.id} in ${victim.az} (process ${victim.pid})`);
  const fault = kill(victim, now);
  if (!(await fault.verify())) throw new Error(`the ${victim.role} ${victim.id} did not die`);
  await pause(WATCH_MS, signal);
  await place.healthy(HEALTHY_MS_MAX);
  const healedMs = now() - fault.at;
  const after = load.samples.filter((s) => s.completedAt >= fault.at);
  const reads = after.filter((s) => s.kind === 'read');
  const writes = after.filter((s) => s.kind === 'write');
  const slowest = Math.max(0, ...writes.filter((s) => s.ok).map((s) => s.completedAt - s.scheduledAt));
  terminal.good(
    `tour: ${reads.length} reads, ${reads.filter(failed).length} failed (p99 ${latencyMs(reads, 99)} ms); ` +
      `${writes.length} writes, ${writes.filter(failed).length} failed, the slowest waited ${Math.round(slowest)} ms; ` +
      `every member healthy after ${(healedMs / 1000).toFixed(1)} s`,
  );
}
