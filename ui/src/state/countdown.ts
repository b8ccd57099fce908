/** A time that runs out unless somebody is at what it is about: it can be held, and goes on where it was. */
export class Countdown {
  private readonly over: () => void;
  private left: number;
  private since = 0;
  private timer: number | undefined;

  /** Runs at once. An infinite time is never over. */
  constructor(milliseconds: number, over: () => void) {
    this.left = milliseconds;
    this.over = over;
    this.resume();
  }

  hold(): void {
    if (this.timer === undefined) return;
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.left -= Date.now() - this.since;
  }

  resume(): void {
    if (this.timer !== undefined || this.left === Number.POSITIVE_INFINITY) return;
    this.since = Date.now();
    this.timer = window.setTimeout(this.over, Math.max(this.left, 0));
  }

  /** It is over without anything being done. */
  cancel(): void {
    window.clearTimeout(this.timer);
    this.timer = undefined;
    this.left = Number.POSITIVE_INFINITY;
  }
}
