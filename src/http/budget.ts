/** Part of a retry that a call which succeeds at once gives back. */
const refill = 0.25

/**
 * How many retries one provider may still be sent, by all calls together: a bucket, full at first. A retry takes one out; a
 * call that succeeds after retries gives one back, a call that succeeds at once a quarter. So hiccups are always retried,
 * while an outage costs each call one request and not three. The rule is that of the AWS SDKs
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html).
 */
export class RetryBudget {
  readonly capacity: number
  #left: number

  constructor(capacity: number) {
    this.capacity = capacity
    this.#left = capacity
  }

  /** Takes one retry; false when there is none. */
  take(): boolean {
    if (this.#left < 1) return false
    this.#left--
    return true
  }

  succeeded(retried: boolean): void {
    this.#left = Math.min(this.capacity, this.#left + (retried ? 1 : refill))
  }
}
