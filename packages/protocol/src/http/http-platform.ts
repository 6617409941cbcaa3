/** How one kind of engine speaks HTTP; package.json maps `#http-platform` to Node's or the web's. */
export interface HttpPlatform {
  /** Agents of Node, where an axios instance of the host brings none. */
  readonly agents: { readonly httpAgent?: unknown; readonly httpsAgent?: unknown };
  /** Headers of each request. */
  readonly headers: Readonly<Record<string, string>>;
  /** True where a redirect is an answer like others; a browser follows it, or hides where it leads. */
  readonly seesRedirects: boolean;
  /** True where a Content-Encoding that an answer still bears has not been decoded. */
  readonly leavesUnknownEncodings: boolean;
}
