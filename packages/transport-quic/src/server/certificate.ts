export interface ServerCertificate {
  /** PEM: its own certificate, then those that signed it. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
}
