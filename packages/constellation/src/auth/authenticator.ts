/** Tells whose a token is; the built-in one is `TokenAuthenticator`. */
export interface Authenticator {
  /**
   * @param token as it came: `Authorization: Bearer <token>`.
   * @throws SyncError `http` with status 401 for a token that lets nobody in.
   */
  authenticate(token: string): Promise<AuthenticatedDevice>;
}

export interface AuthenticatedDevice {
  /** The only device that may be spoken for. */
  readonly deviceId: string;
}
