/** The states of an instance, as the page of this folder draws them. */

import { MEMBER_STATES } from '../../core/pools/index.ts';
import type { Slot } from './slot.ts';

export const INSTANCE_STATES = [...MEMBER_STATES, 'draining'] as const;
export type InstanceState = (typeof INSTANCE_STATES)[number];

export function instanceState({ state, drainingUntil }: Slot): InstanceState {
  return drainingUntil === null ? state.kind : 'draining';
}
