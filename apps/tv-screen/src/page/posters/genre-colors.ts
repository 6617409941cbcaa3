/** Dark enough that white letters on it have a contrast of 7 to 1 and more. */
const COLORS: Readonly<Record<string, string>> = {
  action: '#7a1c14',
  adventure: '#5c3d00',
  animation: '#5a1a66',
  comedy: '#5f4300',
  crime: '#2a2f45',
  documentary: '#1f4438',
  drama: '#4a2140',
  family: '#7a2450',
  fantasy: '#3f2a7a',
  history: '#553a20',
  horror: '#4d0c1c',
  kids: '#0b4f6c',
  music: '#6a1550',
  mystery: '#28335c',
  nature: '#1d4a1f',
  reality: '#3d4148',
  romance: '#7d1a3c',
  'science-fiction': '#0f3f5e',
  sport: '#14493a',
  thriller: '#33323f',
  war: '#3c4127',
  western: '#663514',
};

export function genreColor(genre: string | undefined): string {
  return COLORS[genre ?? ''] ?? '#2b3340';
}
