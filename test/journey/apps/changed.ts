/** What the variants of the app change; the tests look for it. */
export const CHANGED = {
  threshold: 'return-hold-ms',
  value: 12_000,
  refusedParameter: '/journey/refused',
} as const;
