export interface ServerSettings {
  readonly directory: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly minDevices: number;
  /** Unix ms of the demo's clock. */
  readonly nowMs: number;
}

/** Publish now, at this time. */
export interface ServerCommand {
  readonly nowMs: number;
}

export type ServerEvent =
  | { readonly kind: 'ready'; readonly url: string }
  | { readonly kind: 'published'; readonly version: number };
