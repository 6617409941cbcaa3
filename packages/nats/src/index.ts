// Everyday
export { openBus, type Bus, type BusOptions } from './bus/bus.js';
export { openNatsConstellationStore, type NatsStoreOptions } from './store/nats-store.js';
