/** An event as targets and patterns see it. */

export interface Event {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO time, to the second, as EventBridge writes it. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** `2026-11-22T11:06:00Z`: EventBridge's times carry no fraction. */
export function eventTime(now: number): string {
  return `${new Date(now).toISOString().slice(0, 19)}Z`;
}
