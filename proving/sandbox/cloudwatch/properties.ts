/** Reading of template properties, and CloudWatch's errors for what is wrong with them. */

import { AwsError } from '../kernel/index.ts';

export type Properties = Readonly<Record<string, unknown>>;

export function record(value: unknown): Properties {
  return typeof value === 'object' && value !== null ? (value as Properties) : {};
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** CloudFormation accepts numbers as strings. */
export function number(name: string, value: unknown): number {
  const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof given === 'number' && Number.isFinite(given)) return given;
  throw invalid(name, value, 'a number is needed');
}

export function flag(value: unknown, fallback: boolean): boolean {
  return value === undefined ? fallback : value === true || value === 'true';
}

export function invalid(name: string, value: unknown, rule: string): AwsError {
  return new AwsError('InvalidParameterValue', `${name} = ${JSON.stringify(value) ?? 'nothing'}: ${rule}`);
}

/** `[{Name, Value}]` as a record. */
export function dimensionsOf(value: unknown): Record<string, string> {
  return Object.fromEntries(
    list(value).map((dimension) => [text(record(dimension).Name) ?? '', text(record(dimension).Value) ?? '']),
  );
}

const ACTIONS_MAX = 5;

/** @throws AwsError for a kind of action the sandbox cannot run */
export function readActions(name: string, value: unknown): string[] {
  const arns = list(value).map((arn) => text(arn) ?? '');
  if (arns.length > ACTIONS_MAX) throw invalid(name, arns, `at most ${ACTIONS_MAX} actions are allowed`);
  for (const arn of arns) {
    const service = arn.split(':')[2];
    if (service !== 'lambda' && service !== 'sns') {
      throw invalid(name, arn, 'the sandbox runs Lambda functions and SNS topics as actions');
    }
  }
  return arns;
}
