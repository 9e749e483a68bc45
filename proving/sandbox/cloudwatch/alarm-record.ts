/** An alarm with its state and history. */

import {
  type AlarmState,
  INITIAL_REASON,
  initialSuppression,
  type Suppression,
} from '../../twin/cloudwatch/index.ts';
import type { MetricAlarmConfig } from './alarm-config.ts';
import type { CompositeAlarmConfig } from './composite-config.ts';

export type AlarmConfig = MetricAlarmConfig | CompositeAlarmConfig;

export interface StateView {
  readonly value: AlarmState;
  readonly reason: string;
  /** JSON, or null where there is none. */
  readonly reasonData: string | null;
  /** When state or reason was last set, epoch ms. */
  readonly at: number;
}

export interface HistoryItem {
  readonly at: number;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  readonly data: string;
}

const HISTORY_MAX = 500;

export class AlarmRecord {
  config: AlarmConfig;
  configuredAt: number;
  state: StateView;
  /** The state before the last change of its value. */
  previous: StateView;
  /** When the value last changed. */
  changedAt: number;
  suppression: Suppression;
  suppressedBy: string | null = null;
  readonly history: HistoryItem[] = [];

  constructor(config: AlarmConfig, now: number) {
    this.config = config;
    this.configuredAt = now;
    this.changedAt = now;
    this.state = { value: 'INSUFFICIENT_DATA', reason: INITIAL_REASON, reasonData: null, at: now };
    this.previous = this.state;
    this.suppression = initialSuppression('INSUFFICIENT_DATA');
    this.note({
      at: now,
      type: 'ConfigurationUpdate',
      summary: `Alarm "${config.name}" created`,
      data: '{}',
    });
  }

  configure(config: AlarmConfig, now: number): void {
    this.config = config;
    this.configuredAt = now;
    this.note({
      at: now,
      type: 'ConfigurationUpdate',
      summary: `Alarm "${config.name}" updated`,
      data: '{}',
    });
  }

  /** @returns whether the value changed */
  enter(next: Omit<StateView, 'at'>, now: number): boolean {
    const previous = this.state;
    if (previous.value === next.value && previous.reason === next.reason) return false;
    this.state = { ...next, at: now };
    if (previous.value === next.value) return false;
    this.previous = previous;
    this.changedAt = now;
    this.note({
      at: now,
      type: 'StateUpdate',
      summary: `Alarm updated from ${previous.value} to ${next.value}`,
      data: JSON.stringify({
        version: '1.0',
        oldState: { stateValue: previous.value, stateReason: previous.reason },
        newState: { stateValue: next.value, stateReason: next.reason },
      }),
    });
    return true;
  }

  note(item: HistoryItem): void {
    this.history.push(item);
    if (this.history.length > HISTORY_MAX) this.history.splice(0, this.history.length - HISTORY_MAX);
  }
}
