/** Values of a template: plain JSON, plus two marks that never reach a resource. */

/** Stands for a value that is known only once a resource has been created, changed or replaced. */
export const UNKNOWN = Symbol('known after the deployment');

/** What `Ref: AWS::NoValue` evaluates to: the property or list item is left out. */
export const NO_VALUE = Symbol('AWS::NoValue');

export type Properties = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function containsUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (Array.isArray(value)) return value.some(containsUnknown);
  return isRecord(value) && Object.values(value).some(containsUnknown);
}

/**
 * Whether two property values are the same for CloudFormation: scalars by their text (`5` and `"5"` are one
 * value), lists by order, objects by key. A value that is not known yet equals nothing.
 */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === UNKNOWN || b === UNKNOWN) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameValue(item, b[index]));
  }
  if (isRecord(a)) {
    if (!isRecord(b)) return false;
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
    );
  }
  return isScalar(a) && isScalar(b) ? String(a) === String(b) : a === b;
}

export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** How a value is shown in change sets and events. */
export function shownValue(value: unknown): string {
  if (value === undefined) return '';
  if (containsUnknown(value)) return '{{changeSet:KNOWN_AFTER_APPLY}}';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
