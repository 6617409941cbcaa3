// Engines before Chromium 71 lack it; imported before all that names it.
if (typeof globalThis === 'undefined') Object.assign(self, { globalThis: self });
