/** What the account's other services tell and take. */

export interface AlarmInAlarm {
  readonly name: string;
  /** When it went into ALARM, epoch ms. */
  readonly since: number;
  /** ARNs of its alarm actions. */
  readonly actions: readonly string[];
  readonly metric: string | null;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface AlarmReader {
  /** Every alarm with this name prefix that is in ALARM. */
  inAlarm(namePrefix: string): Promise<readonly AlarmInAlarm[]>;
}

export interface ParameterReader {
  /** Every parameter under the path, by the rest of its name, e.g. `defaults/database/lag-ms-max`. */
  under(path: string): Promise<Readonly<Record<string, string>>>;
}

export interface MetricValue {
  readonly name: string;
  readonly value: number;
  readonly unit: 'Count' | 'Milliseconds' | 'Percent';
  /** `standard`: one value a minute, the only ones that a Route 53 health check reads. @default 'high' */
  readonly resolution?: 'standard' | 'high';
}

export interface MetricGroup {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly MetricValue[];
}

/** High-resolution metrics. One call is one log line, so two groups may not give one name twice. */
export interface Metrics {
  emit(groups: readonly MetricGroup[]): void;
}

/** Structured logging. Never given secrets, tokens or SQL parameters. */
export interface Log {
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
