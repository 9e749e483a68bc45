/** Which version of a service, and which strategy, each user gets. */

import type { ServiceVersion } from '../naming.ts';

/** Where a rule sends whom it matches. At least one of the two. */
export interface Destination {
  /** @default - by the split */
  readonly version?: ServiceVersion;
  /** A name that the application knows what to do with. @default - none */
  readonly strategy?: string;
}

/** Matches the users that it names. */
export interface UsersRule {
  readonly users: readonly string[];
  readonly to: Destination;
}

/** Matches requests whose attribute has one of these values. */
export interface AttributeRule {
  readonly attribute: string;
  readonly equals: readonly string[];
  readonly to: Destination;
}

/** Matches that share of the users, in percent: above 0, at most 100, in hundredths at the finest. */
export interface PercentRule {
  readonly percent: number;
  readonly to: Destination;
}

export type StrategyRule = UsersRule | AttributeRule | PercentRule;

/** Percent of the users for each version; together 100. */
export type Split = Readonly<Record<ServiceVersion, number>>;

/** What a person writes. The first rule that matches decides; whom none matches is assigned by the split. */
export interface StrategyDocument {
  /** @default - none */
  readonly rules?: readonly StrategyRule[];
  /** @default - everybody to `stable` */
  readonly split?: Split;
}

/** A document that was read, with its defaults. */
export interface Strategy {
  /** Salts every bucket, so that the same user is in different ones of different services. */
  readonly service: string;
  readonly rules: readonly StrategyRule[];
  readonly split: Split;
}

export const SPLIT_DEFAULT: Split = { stable: 100, canary: 0 };

/** Everybody to `stable`: what the template writes, and what holds where nothing was ever read. */
export function defaultStrategy(): Required<StrategyDocument> {
  return { rules: [], split: SPLIT_DEFAULT };
}
