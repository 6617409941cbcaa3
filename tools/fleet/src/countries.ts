/** Where servers of their own stand. */
export const REGIONS = ['Americas', 'Europe and Africa', 'Asia and Pacific'] as const;

export interface Country {
  readonly name: string;
  /** Index in `REGIONS`. */
  readonly region: number;
  /** Of its clocks before UTC. */
  readonly utcOffsetHours: number;
  /** Of the fleet. All add up to 1. */
  readonly share: number;
}

/** Round parts of the world's TVs: an assumption, as all of a fleet's spread is. */
const PARTS: readonly (readonly [name: string, region: number, offset: number, percent: number])[] =
  [
    ['United States, east', 0, -5, 9],
    ['United States, centre', 0, -6, 6],
    ['United States, west', 0, -8, 4],
    ['Brazil', 0, -3, 6],
    ['Mexico', 0, -6, 4],
    ['Others in the Americas', 0, -4, 6],
    ['United Kingdom', 1, 0, 3],
    ['Germany', 1, 1, 5],
    ['France', 1, 1, 4],
    ['Italy and Spain', 1, 1, 5],
    ['Others in Europe', 1, 2, 8],
    ['Africa', 1, 1, 4],
    ['Turkey and the Gulf', 1, 3, 4],
    ['India', 2, 5.5, 12],
    ['China', 2, 8, 8],
    ['Indonesia', 2, 7, 4],
    ['Japan and Korea', 2, 9, 5],
    ['Australia', 2, 10, 3],
  ];

export const COUNTRIES: readonly Country[] = PARTS.map(
  ([name, region, utcOffsetHours, percent]) => ({
    name,
    region,
    utcOffsetHours,
    share: percent / 100,
  }),
);

/** Alone, for small cases. */
export const ONE_COUNTRY: readonly Country[] = [
  { name: 'one country', region: 0, utcOffsetHours: 0, share: 1 },
];
