// What engines before Chromium 71 lack; imported before all that names it.
if (typeof globalThis === 'undefined') Object.assign(self, { globalThis: self });

function queueInPromise(work: () => void): void {
  void Promise.resolve().then(work);
}

if (typeof queueMicrotask === 'undefined') Object.assign(self, { queueMicrotask: queueInPromise });
