/** Far enough from each other to be told apart from the sofa; letters have a ground of their own. */
const COLORS: Readonly<Record<string, string>> = {
  action: '#b3261e',
  adventure: '#9a6700',
  animation: '#8e2fa3',
  comedy: '#a87600',
  crime: '#4a5680',
  documentary: '#2f7a62',
  drama: '#8a3a78',
  family: '#b83a7c',
  fantasy: '#6a4bc4',
  history: '#8f6236',
  horror: '#8c1430',
  kids: '#0f7fad',
  music: '#a8248a',
  mystery: '#4257a8',
  nature: '#2f7d33',
  reality: '#66707d',
  romance: '#c22d62',
  'science-fiction': '#1868a0',
  sport: '#1f7d61',
  thriller: '#5a5873',
  war: '#67703f',
  western: '#a85a22',
};

export function genreColor(genre: string | undefined): string {
  return COLORS[genre ?? ''] ?? '#2b3340';
}
