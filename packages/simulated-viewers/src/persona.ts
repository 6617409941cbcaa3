/** A kind of viewer, told in the catalogue's own words. No real person. */
export interface Persona {
  readonly name: string;
  readonly description: string;
  /** Main genres this viewer looks for. */
  readonly genres: readonly string[];
  /** Keywords that draw this viewer to a title of those genres. */
  readonly keywords: readonly string[];
  /** Genres this viewer avoids. */
  readonly dislikes: readonly string[];
}

/** Ten simulated viewers for demos and tests. */
export const PERSONAS: readonly Persona[] = [
  {
    name: 'night-detective',
    description: 'gangsters, undercover work and unsolved murders',
    genres: ['crime', 'mystery', 'thriller'],
    keywords: ['undercover', 'gangster', 'film noir', 'murder', 'private detective', 'whodunit'],
    dislikes: ['kids', 'reality', 'family'],
  },
  {
    name: 'star-gazer',
    description: 'time travel, machines that think and worlds gone wrong',
    genres: ['science-fiction'],
    keywords: ['time travel', 'dystopia', 'artificial intelligence', 'androids', 'spaceship'],
    dislikes: ['romance', 'sport', 'reality'],
  },
  {
    name: 'family-sofa',
    description: 'animation and songs for everyone on the sofa',
    genres: ['animation', 'kids', 'family'],
    keywords: ['friendship', 'stop motion', 'puppets', 'fairy tale', 'songs', 'kindness'],
    dislikes: ['horror', 'war', 'crime'],
  },
  {
    name: 'wild-places',
    description: 'oceans, animals and far journeys',
    genres: ['nature', 'documentary', 'adventure'],
    keywords: ['conservation', 'survival', 'wilderness', 'ocean', 'whales', 'exploration'],
    dislikes: ['horror', 'romance', 'music'],
  },
  {
    name: 'love-and-longing',
    description: 'first love, forbidden love and what comes after',
    genres: ['romance'],
    keywords: ['forbidden love', 'first love', 'longing', 'adultery', 'restraint', 'class'],
    dislikes: ['horror', 'action', 'war'],
  },
  {
    name: 'ghost-hour',
    description: 'haunted houses, vampires and the undead',
    genres: ['horror'],
    keywords: ['haunted house', 'ghosts', 'vampire', 'zombies', 'gothic', 'seance'],
    dislikes: ['kids', 'sport', 'family'],
  },
  {
    name: 'front-line',
    description: 'soldiers, resistance and the courts of kings',
    genres: ['war', 'history'],
    keywords: ['first world war', 'second world war', 'resistance', 'trenches', 'monarchy'],
    dislikes: ['kids', 'comedy', 'reality'],
  },
  {
    name: 'match-day',
    description: 'rivals, underdogs and the last round',
    genres: ['sport', 'action'],
    keywords: ['rivalry', 'boxing', 'underdog', 'football', 'training', 'comeback'],
    dislikes: ['horror', 'fantasy', 'romance'],
  },
  {
    name: 'dry-wit',
    description: 'satire with a straight face',
    genres: ['comedy'],
    keywords: ['satire', 'mockumentary', 'deadpan', 'bureaucracy', 'incompetence', 'black comedy'],
    dislikes: ['war', 'horror', 'sport'],
  },
  {
    name: 'long-trail',
    description: 'outlaws, marshals and the open plain',
    genres: ['western', 'adventure'],
    keywords: ['outlaw', 'revenge', 'marshal', 'frontier', 'train robbery', 'outback'],
    dislikes: ['kids', 'science-fiction', 'music'],
  },
];
