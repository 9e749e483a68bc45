/** Faults of the network between what is broken and everybody else. */

import { now } from '../../load/index.ts';
import type { DrillPlace, NetworkRule } from '../../ports.ts';
import type { StandingFault, Target } from '../types.ts';
import { answerMs, answers } from './answers.ts';

/** A client that is cut off hears nothing for this long; an open way answers in time on a busy machine. In ms. */
const SILENCE_MS = 1000;
const ANSWER_MS_MAX = 5000;

/** Delays every answer of the victims, whoever asks (F-03). Verified by an answer that takes at least that much longer. */
export async function slow(place: DrillPlace, { victims }: Target, delayMs: number): Promise<StandingFault> {
  const [victim] = victims;
  const at = now();
  await place.setNetwork(
    victims.map(({ address }): NetworkRule => {
      return { from: '*', to: address, effect: { kind: 'delay', ms: delayMs } };
    }),
  );
  return {
    at,
    verify: async () => {
      const after = victim ? await answerMs(victim, { timeoutMs: ANSWER_MS_MAX }) : null;
      return after !== null && after >= delayMs;
    },
    release: () => place.setNetwork([]),
  };
}

/**
 * Cuts the target's ways (F-07). Verified when nothing is heard on those that begin at an address of their own, or, where
 * everybody is cut off, by our own question; and when our own way to what must stay open is.
 */
export async function partition(place: DrillPlace, { cuts, victims, open }: Target): Promise<StandingFault> {
  const at = now();
  await place.setNetwork(cuts.map(({ from, to }): NetworkRule => ({ from, to, effect: { kind: 'drop' } })));
  const asked = cuts.flatMap(({ from, to }) => {
    const victim = victims.find(({ address }) => address === to);
    if (!victim) return [];
    return [{ victim, from: from === '*' ? undefined : from }];
  });
  return {
    at,
    verify: async () => {
      const heard = await Promise.all(
        asked.map(({ victim, from }) =>
          answers(victim, { timeoutMs: SILENCE_MS, ...(from === undefined ? {} : { from }) }),
        ),
      );
      const isOpen = open === null || (await answers(open, { timeoutMs: ANSWER_MS_MAX }));
      return asked.length > 0 && !heard.some(Boolean) && isOpen;
    },
    release: () => place.setNetwork([]),
  };
}
