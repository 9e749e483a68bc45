/** Options and values that several commands share. */

import { InvalidArgumentError, Option } from 'commander';

export const stageOption = (): Option => new Option('--stage <name>', 'the CDK stage').default('Demo');

export const paceOption = (): Option =>
  new Option('--pace <pace>', "managed timelines: AWS's documented times, or the same steps at a tenth")
    .choices(['fast', 'aws'])
    .default('fast');

/** A parser that refuses what is not a whole number from `min` to `max`. */
export function integer(name: string, min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(
      `${name} = ${JSON.stringify(text)} is refused: it is a whole number from ${min} to ${max}.`,
    );
  };
}

/** For commands that change an environment: a real account only when it is asked for by name. */
export const targetOption = (): Option =>
  new Option('--target <target>', 'the running sandbox, or the account that the AWS variables name')
    .choices(['sandbox', 'aws'])
    .default('sandbox');

export const whyOption = (): Option =>
  new Option('--why <text>', 'the reason, kept in the records').makeOptionMandatory();
