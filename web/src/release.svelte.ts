//! A newer release is offered, never forced: it waits until it is taken or the last tab is closed, and during a workout
//! it is not even mentioned.

class Release {
  isWaiting = $state(false);
  /** A workout is under way. */
  isBusy = $state(false);
  #registration: ServiceWorkerRegistration | undefined;

  async start() {
    if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
    // What the page itself needs comes first: keeping the whole release can wait.
    if (document.readyState !== 'complete') await new Promise((done) => addEventListener('load', done, { once: true }));
    await new Promise((done) => setTimeout(done, navigator.serviceWorker.controller ? 0 : 2000));
    const wasControlled = Boolean(navigator.serviceWorker.controller);
    let isTaken = false;
    navigator.serviceWorker.addEventListener('controllerchange', () => {
      if (wasControlled && !isTaken && this.#wanted) location.reload();
      isTaken = true;
    });
    this.#registration = await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' });
    this.#look();
    this.#registration.addEventListener('updatefound', () => {
      this.#registration?.installing?.addEventListener('statechange', () => this.#look());
    });
    // An installed app is seldom closed.
    setInterval(() => void this.#registration?.update().catch(() => undefined), 3_600_000);
  }

  #wanted = false;

  #look() {
    this.isWaiting = Boolean(this.#registration?.waiting && navigator.serviceWorker.controller);
  }

  take() {
    this.#wanted = true;
    this.#registration?.waiting?.postMessage('take over');
  }
}

export const release = new Release();
