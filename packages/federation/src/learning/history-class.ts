/** Least completed titles of each class; below the first nothing is reported. */
const LEAST_OF_CLASS = [2, 5, 10, 20] as const;

/** The class of a viewer's history, by its number of completed titles with factors: 0 to 3. */
export function historyClass(completed: number): number {
  let index = 0;
  LEAST_OF_CLASS.forEach((least, i) => {
    if (completed >= least) index = i;
  });
  return index;
}
