/** Where an operator's command reaches AWS: a real account by the SDK's own rules, or an endpoint given. */

export interface Target {
  readonly region: string;
  readonly endpoint?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
}
