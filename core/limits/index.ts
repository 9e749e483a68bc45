export { aimd, AIMD_DEFAULTS, type AimdOptions, type AimdState } from './aimd.ts';
export { gradient, GRADIENT_DEFAULTS, type GradientOptions, type GradientState } from './gradient.ts';
export { BOUNDS_DEFAULT, type Finished, type Limit, type LimitBounds } from './types.ts';
