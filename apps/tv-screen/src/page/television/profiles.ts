/** Who watches. The names stay on the TV. */
export interface Profile {
  readonly name: string;
  /** A child's: what it watches never leaves the TV, whatever else is shared. */
  readonly isChild: boolean;
}

export const PROFILES = [
  { name: 'Adults', isChild: false },
  { name: 'Children', isChild: true },
] as const satisfies readonly Profile[];

export type ProfileName = (typeof PROFILES)[number]['name'];
