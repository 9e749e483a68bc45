/**
 * Which of two documents is in force: the override's whole document, else the default's. One that is refused leaves the
 * last good one in force, whatever the other layer says (I-31).
 */

import type { Fault } from '../../core/errors.ts';

export const LAYERS = ['overrides', 'defaults'] as const;

/** What is told of names that nobody knows, at most: the store is open to whoever may write parameters. */
const UNKNOWN_NAMES_MAX = 20;
const NAME_LENGTH_MAX = 64;
const RULE_LENGTH_MAX = 200;

/** Every parameter of the environment, by the rest of its name. */
export type Texts = Readonly<Record<string, string>>;

export interface Chosen<T> {
  /** Null when there is none that could be used, and never was. */
  readonly value: T | null;
  /** By layer: why its document was refused. */
  readonly refused: Readonly<Record<string, string>>;
}

export interface Layered<T> {
  /** The rest of the parameter's name below its layer, e.g. `quotas/quotes`. */
  readonly name: string;
  readonly texts: Texts;
  readonly lastGood: T | null;
  readonly read: (text: string) => { readonly value: T; readonly faults: readonly Fault[] };
}

export function chooseLayer<T>({ name, texts, lastGood, read }: Layered<T>): Chosen<T> {
  const refused: Record<string, string> = {};
  for (const layer of LAYERS) {
    const path = `${layer}/${name}`;
    if (!Object.hasOwn(texts, path)) continue;
    const { value, faults } = read(texts[path]!);
    if (faults.length === 0) return { value: isEmpty(refused) ? value : (lastGood ?? value), refused };
    refused[layer] = tell(faults);
  }
  return { value: lastGood, refused };
}

/** Why each parameter of that kind is refused whose name nobody knows. */
export function unknownNames(
  kind: string,
  known: readonly string[],
  texts: Texts,
  why: string,
): Record<string, string> {
  const paths = new Set(LAYERS.flatMap((layer) => known.map((name) => `${layer}/${kind}/${name}`)));
  const unknown = Object.keys(texts).filter((path) => path.split('/')[1] === kind && !paths.has(path));
  const told = unknown.slice(0, UNKNOWN_NAMES_MAX).map((path) => path.slice(0, NAME_LENGTH_MAX));
  return Object.fromEntries(told.map((path) => [path, why]));
}

function isEmpty(refused: Readonly<Record<string, string>>): boolean {
  return Object.keys(refused).length === 0;
}

function tell(faults: readonly Fault[]): string {
  const [first] = faults;
  const more = faults.length === 1 ? '' : ` (and ${faults.length - 1} more)`;
  return `${first!.field} ${first!.rule}`.slice(0, RULE_LENGTH_MAX) + more;
}
