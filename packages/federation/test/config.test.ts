import { isSyncError } from '@omega-tv/types';
import { describe, expect, it } from '@jest/globals';
import { createFederationConfig, type FederationConfig } from '../src/config.js';

describe('createFederationConfig', () => {
  it('has the documented defaults (rules 7.2, 7.3, 7.4, 7.6)', () => {
    const dayMs = 86_400_000;
    expect(createFederationConfig()).toEqual({
      minDevices: 10,
      maxSamplesPerDevice: 10,
      maxSamplesPerHalfLife: 100,
      clippingDistance: 0.2,
      clustersPerGenre: 8,
      maxGenres: 64,
      joinCosine: 0.75,
      mergeCosine: 0.9,
      steadyCosine: 0.9995,
      patternHalfLifeMs: 30 * dayMs,
      trendHalfLifeMs: dayMs,
      maxClockStepMs: 2 * dayMs,
      dimension: 384,
    });
  });

  it.each<[keyof FederationConfig, number]>([
    ['minDevices', 0],
    ['minDevices', 2.5],
    ['minDevices', NaN],
    ['maxSamplesPerDevice', -1],
    ['maxSamplesPerHalfLife', 0],
    ['clippingDistance', 0],
    ['clippingDistance', NaN],
    ['maxClockStepMs', 0],
    ['maxClockStepMs', Infinity],
    ['clustersPerGenre', 0],
    ['maxGenres', Infinity],
    ['patternHalfLifeMs', 0],
    ['dimension', 0],
    ['joinCosine', 1.5],
    ['steadyCosine', NaN],
    ['mergeCosine', 0.5],
  ])('refuses %s = %s', (field, value) => {
    let refusal: unknown;
    try {
      createFederationConfig({ [field]: value });
    } catch (error) {
      refusal = error;
    }
    expect(isSyncError(refusal, 'invalid-config') && refusal.details.field).toBe(field);
  });
});
