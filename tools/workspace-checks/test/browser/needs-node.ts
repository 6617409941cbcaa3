export { openLevelPatternStore } from '@omega-tv/client/node';
