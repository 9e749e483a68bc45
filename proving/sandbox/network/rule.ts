/** What the network between two ends does to their bytes. */

import { isIPv4 } from 'node:net';
import { UnderstudyError } from '../../../core/errors.ts';

export type NetworkEffect =
  /** Nothing arrives, in either direction: no answer, no refusal, no end. What was sent arrives when the rule is gone. */
  | { readonly kind: 'drop' }
  /** Everything arrives this much later, in order: the delay of one direction, in ms. */
  | { readonly kind: 'delay'; readonly ms: number };

/** Holds for connections that are open already, too. Of several rules the first that matches counts. */
export interface NetworkRule {
  /** The loopback address that connects, or `*` for every one. */
  readonly from: string;
  /** The loopback address that is connected to, or `*` for every one. */
  readonly to: string;
  readonly effect: NetworkEffect;
}

const DELAY_MS_MAX = 60_000;

/** What happens to bytes between these two addresses; null for nothing. */
export function effectBetween(rules: readonly NetworkRule[], from: string, to: string): NetworkEffect | null {
  const matches = (pattern: string, address: string) => pattern === '*' || pattern === address;
  return rules.find((rule) => matches(rule.from, from) && matches(rule.to, to))?.effect ?? null;
}

/**
 * Rules as they came over the wire, checked.
 * @throws UnderstudyError `invalid-network-rule` naming field, value, rule and fix
 */
export function readRules(value: unknown): readonly NetworkRule[] {
  if (!Array.isArray(value)) throw invalid('rules', value, 'a list of rules is needed');
  return value.map((rule: unknown, at) => {
    const { from, to, effect } = fields(rule);
    return {
      from: readAddress(`rules[${at}].from`, from),
      to: readAddress(`rules[${at}].to`, to),
      effect: readEffect(`rules[${at}].effect`, effect),
    };
  });
}

function readAddress(field: string, value: unknown): string {
  if (typeof value === 'string' && (value === '*' || isLoopback(value))) return value;
  throw invalid(
    field,
    value,
    "an address of 127.0.0.0/8 or '*' is needed; take one from the status: members, sources",
  );
}

function isLoopback(address: string): boolean {
  return isIPv4(address) && address.startsWith('127.');
}

function readEffect(field: string, value: unknown): NetworkEffect {
  const { kind, ms } = fields(value);
  if (kind === 'drop') return { kind };
  if (kind !== 'delay') throw invalid(`${field}.kind`, kind, "'drop' or 'delay' is needed");
  if (typeof ms === 'number' && ms >= 0 && ms <= DELAY_MS_MAX) return { kind, ms };
  throw invalid(`${field}.ms`, ms, `a number from 0 to ${DELAY_MS_MAX} is needed`);
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function invalid(field: string, value: unknown, rule: string): UnderstudyError {
  return new UnderstudyError(`${field} = ${JSON.stringify(value) ?? 'nothing'}: ${rule}`, {
    code: 'invalid-network-rule',
    advice: 'give-up',
  });
}
