/** A random schedule of faults, all of which end. */

import type { Stage } from './stage.ts';
import { MEMBERS } from '../database/stage.ts';

const FAULTS_MAX = 8;
const LENGTH_MS_MAX = 30_000;
const KINDS = [
  'crash',
  'freeze',
  'slow',
  'lag',
  'stall',
  'load',
  'lose',
  'cut',
  'failover',
  'names',
] as const;

/** Begins all faults between these times. Returns what it does, for a failing seed. */
export function schedule({ database, at, random }: Stage, fromMs: number, untilMs: number): string[] {
  const draw = random.fork('schedule');
  const said: string[] = [];
  for (let left = draw.between(1, FAULTS_MAX); left > 0; left -= 1) {
    const kind = draw.pick(KINDS);
    const { id } = draw.pick(MEMBERS);
    const node = draw.pick(['client:shop-1', 'client:shop-2']);
    const begin = draw.between(fromMs, untilMs);
    const end = begin + draw.between(100, LENGTH_MS_MAX);
    const state = draw.pick(['53300', '55P03', '57014'] as const);
    const slowMs = draw.between(20, 3000);
    const [on, off] = {
      crash: [() => database.crash(id)],
      freeze: [() => database.freeze(id), () => database.thaw(id)],
      slow: [() => database.slow(id, slowMs), () => database.slow(id, null)],
      lag: [() => database.pauseReplay(id, true), () => database.pauseReplay(id, false)],
      stall: [() => database.stallCommits(id, true), () => database.stallCommits(id, false)],
      load: [() => database.setLoad(id, state), () => database.setLoad(id, null)],
      lose: [() => database.loseAnswers(id, 3), () => database.loseAnswers(id, 0)],
      cut: [() => database.cut(node, id), () => database.mend(node, id)],
      failover: [() => void database.failover(draw.chance(0.5) ? id : null)],
      names: [() => database.keepNames(node, true), () => database.keepNames(node, false)],
    }[kind] as [() => void, (() => void)?];
    said.push(`${kind} ${id} ${node} from ${begin} to ${end}`);
    at(begin, on);
    if (off) at(end, off);
  }
  return said;
}
