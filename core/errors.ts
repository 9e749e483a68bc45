/**
 * The base of every error this project throws on purpose. Match by `code`, never by class: two installed
 * versions of the package have two classes but one set of codes.
 */

/** What the caller may do next: try again, stop trying, or look first because the outcome is unknown. */
export type Advice = 'retry' | 'give-up' | 'check';

export interface UnderstudyErrorOptions {
  /** Stable, kebab-case; part of the public contract. */
  readonly code: string;
  readonly advice: Advice;
  readonly cause?: unknown;
}

export class UnderstudyError extends Error {
  readonly code: string;
  readonly advice: Advice;

  constructor(message: string, options: UnderstudyErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = options.code;
    this.advice = options.advice;
  }
}

export interface Fault {
  /** The path of the field, as the user wrote it, e.g. `tiers.database.readers`. */
  readonly field: string;
  /** The value that was given, shown as JSON. */
  readonly value: unknown;
  /** The rule it breaks, as a sentence without a full stop. */
  readonly rule: string;
  /** What to write instead, as a sentence without a full stop. */
  readonly fix: string;
}

/** Input that was refused. Nothing was changed. Lists every fault found, not just the first. */
export class InvalidInput extends UnderstudyError {
  readonly faults: readonly Fault[];

  constructor(what: string, faults: readonly Fault[]) {
    const lines = faults.map((f) => `  ${f.field} = ${shown(f.value)}: ${f.rule}. Fix: ${f.fix}.`);
    super(`${what} is refused:\n${lines.join('\n')}`, { code: 'invalid-input', advice: 'give-up' });
    this.faults = faults;
  }
}

const SHOWN_LENGTH_MAX = 120;

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}
