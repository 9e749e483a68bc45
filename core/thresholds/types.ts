/** A number an engineer may tune, with the range in which it is legal. */
export interface ThresholdSpec {
  readonly tier: string;
  readonly name: string;
  readonly unit: 'ms' | 'count' | 'ratio' | 'percent';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
  /** One sentence: what it does, and what happens when it is raised. */
  readonly description: string;
}
