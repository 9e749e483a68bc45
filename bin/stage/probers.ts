import type { SandboxStatus } from '../../proving/sandbox/index.ts';

/** The name that reports give a prober, without its zone. */
export const PROBER = 'health-check-';

/** The zones that probers see from. */
export function zonesOf({ sources }: SandboxStatus): readonly string[] {
  const probers = sources.filter(({ name }) => name.startsWith(PROBER));
  return [...new Set(probers.flatMap(({ az }) => az ?? []))].toSorted();
}
