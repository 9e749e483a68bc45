/** Which faults a seed draws. */

export const MIX_NAMES = ['calm', 'swarm', 'az-loss', 'dns-race', 'stale-describe', 'client-blind'] as const;
export type MixName = (typeof MIX_NAMES)[number];
export const MIX_DEFAULT: MixName = 'swarm';
