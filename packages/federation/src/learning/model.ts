/**
 * What every TV and every server compute with; another value is another model. Implicit-feedback
 * matrix factorisation: Hu, Koren, Volinsky (2008), tuned as Rendle et al. (2021), "Revisiting the
 * performance of iALS".
 */
export const LEARNING_MODEL = {
  /** Weight of a title that was not completed, beside 1 for one that was. */
  unwatchedWeight: 0.1,
  /** Ridge on both sides, times what each is an average of. */
  ridge: 0.02,
  /** Titles that a viewer must have completed, among those with factors, before x is said. */
  minHistory: 2,
  /** What a completed title counts whose factors are only guessed from its text; for ranking alone. */
  guessWeight: 0.5,
  /** See `reportInstantMs`. */
  reportSpreadMs: 24 * 60 * 60 * 1000,
} as const;
