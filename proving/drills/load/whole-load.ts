import type { Door } from '../front/ports.ts';
import type { LoadOptions } from './generator.ts';

/** What is sent, and to whom: to one instance by its address, or through the door that everybody comes in by. */
export interface WholeLoad extends LoadOptions {
  readonly to: { readonly url: string } | { readonly door: Door; readonly plain?: boolean };
}
