/** `rate(5 minutes)`: the one kind of schedule expression that is enacted. */

const UNIT_MS: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

export class InvalidSchedule extends Error {
  readonly code = 'ValidationException';

  constructor(expression: string, rule: string) {
    super(`Invalid schedule expression ${expression}: ${rule}`);
    this.name = this.code;
  }
}

/** The period in ms. Throws InvalidSchedule for another kind, a value below 1, or a unit in the wrong number. */
export function parseRate(expression: string): number {
  if (/^(cron|at)\(/.test(expression)) {
    throw new InvalidSchedule(
      expression,
      'the sandbox enacts rate(...) only; write a rate, such as rate(1 minute)',
    );
  }
  const parts = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression);
  if (parts === null) {
    throw new InvalidSchedule(expression, 'must be rate(value unit) with the unit minutes, hours or days');
  }
  const [, count, unit, plural] = parts;
  const value = Number(count);
  if (value < 1) throw new InvalidSchedule(expression, 'the value must be at least 1');
  if ((value === 1) !== (plural === '')) {
    throw new InvalidSchedule(expression, 'the unit is singular for 1 and plural for any other value');
  }
  return value * UNIT_MS[unit!]!;
}
